"""Events as the real server streams them: by ASGI, without an end."""

import json
import subprocess
from collections.abc import Iterator
from threading import Thread

import pytest
import uvicorn
from django.test import override_settings

from devices.services import create_device
from ota_console.asgi import application
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from ota_console.tenancy.services import NewApiKey
from tests.cli.conftest import EXECUTABLE
from tests.cli.reports import report


@pytest.fixture
def url(transactional_db: None) -> Iterator[str]:
    """Of the whole application, in this process."""
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_config=None, lifespan="off"))
    socket = server.config.bind_socket()
    serving = Thread(target=server.run, args=[[socket]])
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        serving.start()
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        server.should_exit = True
        serving.join()


def test_new_events_are_printed_as_lines_of_json(
    url: str, project: Project, operator: Actor, api_key: NewApiKey
) -> None:
    device = create_device(project=project, name="pump-1", actor=operator)
    report(device, version="old")
    command = [EXECUTABLE, "event", "list", "--follow", "--device", "pump-1", "--limit", "3", "-o", "json"]
    environment = {"OTA_URL": url, "OTA_API_KEY": api_key.secret, "HOME": "/nonexistent"}
    following = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    number = 0
    while following.poll() is None:  # nobody says when it began to listen: what comes before is not printed
        number += 1
        report(device, version=str(number))
        try:
            following.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
    assert following.stdout is not None
    versions = [json.loads(line)["currentVersion"] for line in following.stdout]
    first = int(versions[0])
    assert versions == [str(first), str(first + 1), str(first + 2)]
