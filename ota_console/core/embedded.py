"""Where the embedded default keeps its things: one data folder, one Valkey socket, one file per generated secret."""

import hashlib
import tempfile
from pathlib import Path

_LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes with its terminator; stay clear of it


def valkey_socket(data_dir: Path) -> Path:
    """In the data folder, or under the system's temporary folder when that path would be too long for a socket."""
    socket = data_dir / "valkey.sock"
    if len(bytes(socket)) <= _LONGEST_SOCKET_PATH:
        return socket
    digest = hashlib.sha256(bytes(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"ota-{digest}.sock"


def secret_file(data_dir: Path, name: str) -> Path:
    return data_dir / "secrets" / name
