"""Stored sign-ins (~/.config/ota/config.toml, mode 0600), and which server, key and project a command uses."""

import json
import os
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from ota_console.cli.errors import NotSignedIn, Usage
from ota_console.cli.options import Options

DEFAULT_PROFILE = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """One stored sign-in: the server, the key, and the project and organization ids that the key belongs to."""

    url: str
    api_key: str
    project: str
    organization: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a command goes. Project and organization are None until the server has to be asked for them."""

    url: str
    api_key: str
    project: str | None = None
    organization: str | None = None


def config_path(options: Options) -> Path:
    return options.config or Path.home() / ".config" / "ota" / "config.toml"


def profile_name(options: Options, environ: Mapping[str, str]) -> str:
    return options.profile or environ.get("OTA_PROFILE") or DEFAULT_PROFILE


def load_profiles(path: Path) -> dict[str, Profile]:
    """All stored sign-ins by name; none when there is no file yet. Raises Usage for a file that is no config."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("profiles", {})
        return {name: _profile(table) for name, table in tables.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Usage(f"Cannot read {path}: {error}") from error


def _profile(table: dict[str, object]) -> Profile:
    if wrong := [key for key, value in table.items() if not isinstance(value, str)]:
        raise ValueError(f"{wrong[0]} is no text")
    return Profile(**cast(dict[str, str], table))


def save_profile(path: Path, name: str, profile: Profile) -> None:
    """Write the file anew with this sign-in. No other user can read it at any moment; a crash leaves the old one."""
    profiles = load_profiles(path) | {name: profile}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mkstemp creates it with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(_table(name, profile) for name, profile in profiles.items()))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _table(name: str, profile: Profile) -> str:
    lines = [f"{key} = {_quoted(value)}\n" for key, value in asdict(profile).items()]
    return f"[profiles.{_quoted(name)}]\n{''.join(lines)}"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's rules, and DEL must be escaped too (TOML 1.0, String)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def connection(options: Options, environ: Mapping[str, str]) -> Connection:
    """Flag before environment before config file. Raises NotSignedIn when server or key is nowhere to be found."""
    stored = _chosen(options, environ)
    url = given_url(options, environ) or (stored.url if stored else None)
    if url is None:
        raise NotSignedIn("Not signed in. Run `ota login --url URL`, or set OTA_URL and OTA_API_KEY.")
    if stored and url != stored.url:
        stored = None  # a key never goes to another server than the one it was stored for
    key = given_key(options, environ) or (stored.api_key if stored else None)
    if key is None:
        raise NotSignedIn(f"No API key for {url}. Run `ota login --url {url}`, or set OTA_API_KEY.")
    if stored and key != stored.api_key:
        stored = None
    project = options.project or environ.get("OTA_PROJECT") or (stored.project if stored else None)
    organization = stored.organization if stored and stored.project == project else None
    return Connection(url, key, project, organization)


def _chosen(options: Options, environ: Mapping[str, str]) -> Profile | None:
    """The stored sign-in in use. Only the default one may be missing."""
    name, file = profile_name(options, environ), config_path(options)
    stored = load_profiles(file).get(name)
    if stored is None and name != DEFAULT_PROFILE:
        raise NotSignedIn(f"There is no profile {name!r} in {file}. Run `ota login --url URL --profile {name}`.")
    return stored


def given_url(options: Options, environ: Mapping[str, str]) -> str | None:
    """The server from flag or environment, without a trailing slash or /v1. Raises Usage for anything but http(s)."""
    url = options.url or environ.get("OTA_URL")
    if not url:
        return None
    if not url.lower().startswith(("http://", "https://")):
        raise Usage(f"The URL must start with http:// or https://, but is {url!r}.")
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def given_key(options: Options, environ: Mapping[str, str]) -> str | None:
    """The key from flag or environment. Raises Usage when it holds characters that no HTTP header can carry."""
    key = options.api_key or environ.get("OTA_API_KEY")
    if key == "-":
        key = sys.stdin.readline().strip()
    return checked_key(key) if key else None


def checked_key(key: str) -> str:
    if not (key.isascii() and key.isprintable()):
        raise Usage("The API key holds characters that no key has.")
    return key
