"""What a device signs in with, and where a fleet gets it: a file that needs no database."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CredentialsFileError(ValueError):
    """The file is not there, or one of its lines is no credential."""


@dataclass(frozen=True, slots=True)
class PresharedKey:
    """`key` is the text that REST shows; its bytes are the key."""

    identity: str
    key: str

    @property
    def device_name(self) -> str:
        return self.identity.partition("@")[0]


def read_credentials(path: Path) -> list[PresharedKey]:
    """One JSON object a line, `identity` and `preSharedKey` as in the REST API. Raise CredentialsFileError."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsFileError(f"{path}: cannot be read") from error
    return [_parse(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _parse(line: str, where: str) -> PresharedKey:
    try:
        entry: dict[str, Any] = json.loads(line)
        identity, key = entry["identity"], entry["preSharedKey"]
    except (ValueError, KeyError, TypeError) as error:
        raise CredentialsFileError(f'{where}: not an object with "identity" and "preSharedKey"') from error
    if not (isinstance(identity, str) and isinstance(key, str) and identity and key):
        raise CredentialsFileError(f"{where}: identity and preSharedKey must be texts")
    return PresharedKey(identity, key)
