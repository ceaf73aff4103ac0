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
    """JSON objects, one after another, with `identity` and `preSharedKey` as in the REST API.

    A device with such a `credential`, as `ota device create --psk -o json` prints it, will do as well.
    Raise CredentialsFileError.
    """
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsFileError(f"{path}: cannot be read") from error
    keys: list[PresharedKey] = []
    while text:
        entry, text = _first_object(text, f"{path}, entry {len(keys) + 1}")
        keys.append(entry)
    return keys


def _first_object(text: str, where: str) -> tuple[PresharedKey, str]:
    try:
        entry, end = json.JSONDecoder().raw_decode(text)
        credential: dict[str, Any] = entry.get("credential", entry)
        identity, key = credential["identity"], credential["preSharedKey"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CredentialsFileError(f'{where}: not an object with "identity" and "preSharedKey"') from error
    if not (isinstance(identity, str) and isinstance(key, str) and identity and key):
        raise CredentialsFileError(f"{where}: identity and preSharedKey must be texts")
    return PresharedKey(identity, key), text[end:].lstrip()
