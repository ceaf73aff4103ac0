"""A pytest plugin loaded before Django's settings (`-p` in pyproject.toml): what every test process gets for itself.

A data folder, secrets, and, unless REDIS_URL names a server, a private Valkey; with REDIS_URL, a database of that
server; with OTA_STORAGE_BUCKET, a bucket of its own. A developer's `.env` is not read: all it could set is set here.
"""

import base64
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import boto3
import pytest

from ota_console.core.embedded import valkey_socket
from ota_console.run import valkey
from ota_console.run.child import end_with_parent

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATA_DIR = Path(tempfile.mkdtemp(prefix=f"ota-tests-{WORKER}-"))


def _given(variable: str) -> str:
    """What the tests were started with; a worker process inherits what its parent has set below."""
    return os.environ.setdefault(f"OTA_TESTS_{variable}", os.environ.get(variable, ""))


def _prepare() -> subprocess.Popen[bytes] | None:
    database_url, redis_url, bucket = map(_given, ("DATABASE_URL", "REDIS_URL", "OTA_STORAGE_BUCKET"))
    server = None if redis_url else _start_valkey()
    os.environ |= {
        "OTA_DATA_DIR": str(DATA_DIR),
        "OTA_SECRET_KEY": secrets.token_urlsafe(50),
        "OTA_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "OTA_API_RATE": "0",
        "OTA_HTTP": "127.0.0.1:8000",
        "OTA_PUBLIC_URL": "http://127.0.0.1:8000",
        "OTA_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "DATABASE_URL": database_url or f"sqlite:///{DATA_DIR / 'ota.sqlite3'}",
        "REDIS_URL": f"{redis_url}/{_number()}" if redis_url else f"unix://{valkey_socket(DATA_DIR)}?db=0",
        "OTA_STORAGE_BUCKET": f"{bucket}-{WORKER}" if bucket else "",
    }
    if bucket:
        _create_bucket(os.environ["OTA_STORAGE_BUCKET"])
    return server


def _number() -> int:
    return 0 if WORKER == "main" else int(WORKER.removeprefix("gw")) + 1


def _start_valkey() -> subprocess.Popen[bytes]:
    server = subprocess.Popen(valkey.command(DATA_DIR), stdout=subprocess.DEVNULL, preexec_fn=end_with_parent)
    deadline = time.monotonic() + 10
    while not valkey_socket(DATA_DIR).is_socket():
        assert time.monotonic() < deadline, "Valkey did not start"
        time.sleep(0.01)
    return server


def _create_bucket(name: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=os.environ["OTA_STORAGE_ENDPOINT"],
        region_name=os.environ["OTA_STORAGE_REGION"],
        aws_access_key_id=os.environ["OTA_STORAGE_ACCESS_KEY"],
        aws_secret_access_key=os.environ["OTA_STORAGE_SECRET_KEY"],
    )
    client.create_bucket(Bucket=name)


_server = _prepare()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.send_signal(signal.SIGTERM)
        _server.wait()
    shutil.rmtree(DATA_DIR, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "embedded: starts an installation of its own, the embedded default")
