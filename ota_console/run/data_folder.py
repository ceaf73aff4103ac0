"""The data folder: made private, locked against a second supervisor, and given its secrets once."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from ota_console.core.embedded import secret_file
from ota_console.core.private_files import write_private
from ota_console.run.errors import CannotStart

_GENERATED: Mapping[str, tuple[str, Callable[[], str]]] = {
    "OTA_SECRET_KEY": ("secret-key", lambda: secrets.token_urlsafe(50)),
    "OTA_ENCRYPTION_KEY": ("encryption-key", lambda: base64.b64encode(secrets.token_bytes(32)).decode()),
}


def prepare(data_dir: Path) -> None:
    """Create the folder (mode 0700). Raise CannotStart when it cannot be made or written."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"OTA_DATA_DIR: {data_dir} cannot be made: {error.strerror}") from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise CannotStart(f"OTA_DATA_DIR: {data_dir} cannot be written by this user")


def lock(data_dir: Path) -> TextIO:
    """Hold the folder until the returned file is closed, or this process dies, however it dies.

    Raise CannotStart when another supervisor holds it.
    """
    file = open(data_dir / "run.lock", "a+", encoding="ascii")  # noqa: SIM115 (the lock lives as long as the process)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise CannotStart(f"{data_dir} is in use by another `make run` (process {file.read().strip()})") from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def ensure_secrets(data_dir: Path) -> None:
    """Generate each secret that neither the environment nor the folder has.

    Raise CannotStart where a database lacks its encryption key: a new one could not open what is in it.
    """
    for variable, (name, generate) in _GENERATED.items():
        path = secret_file(data_dir, name)
        if os.environ.get(variable) or os.environ.get(f"{variable}_FILE") or path.is_file():
            continue
        if variable == "OTA_ENCRYPTION_KEY" and (data_dir / "ota.sqlite3").exists():
            raise CannotStart(f"{path} is missing, and the keys of your devices were encrypted with it: restore it")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(path, generate() + "\n")


def write_processes(data_dir: Path, processes: Mapping[str, int]) -> None:
    """Tell operators and scripts which process is which part."""
    write_private(data_dir / "processes.json", json.dumps(processes, indent=2) + "\n")
