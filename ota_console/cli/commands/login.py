"""ota login: check a server and key, and store them as a profile."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ota_console.cli.arguments import new_app
from ota_console.cli.client import Client
from ota_console.cli.config import (
    Profile,
    checked_key,
    config_path,
    given_key,
    given_url,
    load_profiles,
    profile_name,
    save_profile,
)
from ota_console.cli.errors import Usage
from ota_console.cli.options import Options
from ota_console.cli.output import Screen
from ota_console.cli.session import first_project
from ota_console.cli.wire import Object

app = new_app()


@app.command()
def login(
    ctx: typer.Context,
    first_run: Annotated[
        Path | None, typer.Option(help="Take server and key from the file that the first start wrote.")
    ] = None,
) -> None:
    """Check a server and key, and store them.

    Takes --url and --api-key (or OTA_URL and OTA_API_KEY). Without a key it asks for one, or reads a line from
    standard input, which keeps the key out of the shell's history. --profile stores under another name.
    """
    options = ctx.ensure_object(Options)
    if first_run is not None:
        options.url, options.api_key = _first_run(first_run)
    name, file = profile_name(options, os.environ), config_path(options)
    url = given_url(options, os.environ) or _known_url(options)
    key = given_key(options, os.environ) or _asked_key(url)
    project = _project(Client(url, key), options)
    save_profile(file, name, Profile(url, key, project["id"], project["organizationId"]))
    Screen(options).say(f"Signed in to {url}, project {project['id']}. Stored as profile {name} in {file}.")


def _first_run(file: Path) -> tuple[str, str]:
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        return str(written["url"]), checked_key(written["api_key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Usage(f"Cannot read a server and key from {file}.") from error


def _known_url(options: Options) -> str:
    stored = load_profiles(config_path(options)).get(profile_name(options, os.environ))
    if stored is None:
        raise Usage("Say which server: `ota login --url URL`.")
    return stored.url


def _asked_key(url: str) -> str:
    if sys.stdin.isatty():
        key = str(typer.prompt(f"API key for {url}", hide_input=True, err=True))
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise Usage("No API key was given.")
    return checked_key(key.strip())


def _project(client: Client, options: Options) -> Object:
    wanted = options.project or os.environ.get("OTA_PROJECT")
    if not wanted:
        return first_project(client)
    projects = [one for one in client.collection("projects") if one["id"] == wanted]
    if not projects:
        raise Usage(f"The key may not act in project {wanted!r}.")
    return projects[0]
