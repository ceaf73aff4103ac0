"""goosebit, an update server of the same size of ambition, as the reference for fleet operations.

It runs from its package in an environment of its own, on the same PostgreSQL server, and is asked over its HTTP API. A
device's `feed` plays the part of the cohort, a rollout that of the deployment.
"""

import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

_PACKAGE = "goosebit[postgresql]==0.2.12"
_PYTHON = ["uv", "run", "--quiet", "--no-project", "--with", _PACKAGE, "python"]
_START = 120.0  # seconds, with the installation of the package
_SCHEMA = (
    "import asyncio; from tortoise import Tortoise; from goosebit.db.config import TORTOISE_CONF as config\n"
    "async def create():\n await Tortoise.init(config=config); await Tortoise.generate_schemas()\n"
    " await Tortoise.close_connections()\nasyncio.run(create())"
)
_SERVE = "import sys, uvicorn; uvicorn.run('goosebit:app', port=int(sys.argv[1]), log_level='error')"


@dataclass(slots=True)
class Goosebit:
    """A running server with one piece of software to roll out."""

    client: httpx.Client
    database_url: str
    software: int = 0

    def fill(self, number: int) -> list[str]:
        """Add so many devices; their ids."""
        with psycopg.connect(self.database_url, autocommit=True) as database:
            database.execute(
                "INSERT INTO device (id, force_update, hardware_id, feed, update_mode, last_state)"
                " SELECT 'device-' || n, false, 1, 'default', 1, 0 FROM generate_series(1, %s) AS n"
                " ON CONFLICT DO NOTHING",
                [number],
            )
            database.execute("ANALYZE")
        return [f"device-{place}" for place in range(1, number + 1)]

    def page(self, start: int, length: int) -> None:
        """One page of its device table, as its own pages ask for it."""
        reply = self.client.get("/ui/bff/devices", params={"start": start, "length": length})
        reply.raise_for_status()
        assert reply.json()["data"]

    def assign(self, device_ids: list[str], feed: str) -> None:
        self.client.patch("/api/v1/devices", json={"devices": device_ids, "feed": feed}).raise_for_status()

    def roll_out(self, feed: str) -> None:
        body = {"name": feed, "feed": feed, "software_id": self.software}
        self.client.put("/api/v1/rollouts", json=body).raise_for_status()


@contextmanager
def goosebit(postgresql_url: str) -> Iterator[Goosebit]:
    """On a database of its own beside that of `postgresql_url`."""
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute("CREATE DATABASE goosebit")
    database_url = postgresql_url.rpartition("/")[0] + "/goosebit"
    with tempfile.TemporaryDirectory(prefix="ota-bench-") as folder:
        environment = os.environ | {
            "GOOSEBIT_DB_URI": database_url,
            "GOOSEBIT_ARTIFACTS_DIR": folder,
            "PYTHONWARNINGS": "ignore",
        }
        quiet = {"env": environment, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*_PYTHON, "-c", _SCHEMA], check=True, **quiet)  # type: ignore[call-overload]
        port = _free_port()
        process = subprocess.Popen([*_PYTHON, "-c", _SERVE, str(port)], **quiet)  # type: ignore[call-overload]
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600) as client:
                yield _signed_in(client, database_url, Path(folder))
        finally:
            process.terminate()
            process.wait()


def _signed_in(client: httpx.Client, database_url: str, folder: Path) -> Goosebit:
    user = {"username": "bench@example.com", "password": secrets.token_urlsafe()}
    token = _wait(client, user)
    client.headers["authorization"] = f"bearer {token}"
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute("INSERT INTO hardware (id, model, revision) VALUES (1, 'default', 'default')")
        database.execute(
            "INSERT INTO software (id, uri, size, hash, version, image_format) VALUES (1, %s, 1, '', '1.0.0', 0)",
            [(folder / "software.swu").as_uri()],
        )
    return Goosebit(client, database_url, software=1)


def _wait(client: httpx.Client, user: dict[str, str]) -> str:
    deadline = time.monotonic() + _START
    while True:
        try:
            reply = client.post("/setup", data=user)
            reply.raise_for_status()
            return str(reply.json()["access_token"])
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
