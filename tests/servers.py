"""Private servers for the production-like run: PostgreSQL, Redis and an S3 server, on free ports of the loopback."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_START = 30.0  # seconds


def postgresql_program(name: str) -> str | None:
    """Debian keeps the server's programs off PATH, in a folder for each version: the newest one is taken."""
    folders = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    return str(folders[-1]) if folders else shutil.which(name)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A new cluster; yields its DATABASE_URL. As root it belongs to the user postgres, whom the server asks for."""
    owner = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    with _folder() as folder:
        if owner:
            shutil.chown(folder, **owner)
        data, port = str(folder / "data"), _free_port()
        initdb = [_program("initdb"), "-D", data, "-U", "ota", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **owner)
        # Nothing of it survives the tests: it need not reach the disk.
        options = "listen_addresses=127.0.0.1 max_connections=300 fsync=off synchronous_commit=off full_page_writes=off"
        settings = [word for option in options.split() for word in ("-c", option)]
        command = [_program("postgres"), "-D", data, "-k", str(folder), "-p", str(port), *settings]
        with _server(command, port, cwd=folder, **owner):
            subprocess.run(
                [_program("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "ota", "ota"], check=True, cwd=folder
            )
            yield f"postgres://ota@127.0.0.1:{port}/ota"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Yields a REDIS_URL without a database number: every test process takes its own."""
    with _folder() as folder:
        port = _free_port()
        command = [
            _program("redis-server"),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--databases",
            "64",
        ]
        with _server([*command, "--dir", str(folder)], port):
            yield f"redis://127.0.0.1:{port}"


@contextlib.contextmanager
def object_store() -> Iterator[dict[str, str]]:
    """An S3 server without buckets; yields what the settings need to use it."""
    port = _free_port()
    with _server([str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)], port):
        yield {
            "OTA_STORAGE_BUCKET": "ota-tests",
            "OTA_STORAGE_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTA_STORAGE_REGION": "us-east-1",
            "OTA_STORAGE_ACCESS_KEY": "tests",
            "OTA_STORAGE_SECRET_KEY": "tests",
        }


@contextlib.contextmanager
def _server(command: list[str], port: int, **options: Any) -> Iterator[None]:
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
        try:
            _wait_for(process, port)
            yield
        except TimeoutError:
            output.seek(0)
            sys.exit(f"{command[0]} did not start:\n{output.read().decode(errors='replace')}")
        finally:
            process.terminate()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ota-tests-") as name:
        yield Path(name)


def _program(name: str) -> str:
    found = postgresql_program(name) or shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not installed; `python -m tests.packages` names its package")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _version(path: Path) -> int:
    return int(re.sub(r"\D", "", path.parts[-3]) or 0)
