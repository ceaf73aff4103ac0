"""`ota` signed in to the real server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Project
from ota_console.tenancy.services import NewApiKey, create_api_key
from tests.cli.conftest import Ota


@pytest.fixture
def stranger(tmp_path: Path, live_server: LiveServer) -> Ota:
    """Knows the server, and has no key."""
    home = tmp_path / "stranger"
    home.mkdir()
    return Ota(home, {"OTA_URL": live_server.url})


@pytest.fixture
def ota(ota: Ota, live_server: LiveServer, api_key: NewApiKey) -> Ota:
    """Signed in through the config file."""
    ota("login", "--url", live_server.url, stdin=f"{api_key.secret}\n")
    return ota


@pytest.fixture
def api(live_server: LiveServer, api_key: NewApiKey) -> httpx.Client:
    return httpx.Client(base_url=f"{live_server.url}/v1/", headers={"x-api-key": api_key.secret})


@pytest.fixture
def upload(ota: Ota) -> Callable[..., Any]:
    """Uploads through the command: `upload("main", "1.0.0")`, and gives the REST object."""

    def run(package: str, version: str, content: bytes = b"firmware") -> Any:
        file = ota.home / "firmware.bin"
        file.write_bytes(content)
        return ota("artifact", "upload", str(file), "--package", package, "--version", version, "-o", "json").json

    return run


@pytest.fixture
def admin(tmp_path: Path, live_server: LiveServer, project: Project, administrator: Actor) -> Ota:
    """With an admin's key in the environment."""
    key = create_api_key(project=project, name="keeper", role=Role.ADMIN, actor=administrator)
    return Ota(tmp_path, {"OTA_URL": live_server.url, "OTA_API_KEY": key.secret})
