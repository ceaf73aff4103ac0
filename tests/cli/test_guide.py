"""Every `$ ota …` of the guide is run, in its order; the output must be what the guide shows, but for ids and times."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django.live_server_helper import LiveServer

from devices.models import Device
from devices.services import Presence, record_presence
from ota_console.core.actors import Actor, Role
from ota_console.run.configuration import BASE_DIR
from ota_console.tenancy.models import Organization
from ota_console.tenancy.services import create_api_key, create_project
from tests.cli.conftest import Ota
from tests.cli.reports import report

GUIDE = BASE_DIR / "docs" / "guides" / "command-line.md"
UPDATE = [
    {"state": 0, "version": "1.0.0"},
    {"state": 1, "version": "1.0.0", "target": "1.1.0"},
    {"state": 2, "version": "1.0.0", "target": "1.1.0"},
    {"state": 3, "version": "1.0.0", "target": "1.1.0"},
    {"state": 3, "version": "1.1.0", "reason": 1},
    {"state": 0, "version": "1.1.0"},
]
VARYING = [
    (r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d(\.\d{6}Z)?", "TIME"),
    (r"\b[0-9a-f]{12,64}\b", "HEX"),
    (r"\b\d{10}\b", "SEQUENCE"),
    (r"http://[\w.:]+", "URL"),
    (r"[ \t]+", " "),
]


def shown() -> Iterator[tuple[str, str]]:
    """Each command of the guide with the output below it."""
    for block in re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        for step in re.split(r"^\$ ota ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


def comparable(text: str) -> str:
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())


@pytest.fixture
def signed_in(ota: Ota, live_server: LiveServer) -> Ota:
    """As after a first start."""
    first_start = Actor.system("tests")
    organization = Organization.objects.create(slug="default", name="My organization")
    project = create_project(organization=organization, slug="default", name="My project", actor=first_start)
    administrator = Actor(kind="user", name="anna", grants={project.pk: Role.ADMIN})
    key = create_api_key(project=project, name="first", role=Role.ADMIN, actor=administrator)
    ota("login", "--url", live_server.url, stdin=key.secret)
    (ota.home / "firmware.bin").write_bytes(bytes(200_000))
    return ota


def test_the_guide_shows_what_happens(signed_in: Ota) -> None:
    for command, expected in shown():
        result = signed_in.run(*shlex.split(command))
        assert (result.code != 0) == ("Error: " in expected), command
        assert comparable(result.out + result.err) == comparable(expected), command
        if command == "deploy field main@1.1.0":
            take_the_update(Device.objects.get())


def take_the_update(device: Device) -> None:
    now = datetime.now(UTC)
    record_presence([Presence(device.pk, last_seen_at=now, connected_at=now, disconnected_at=None, address="")])
    for fields in UPDATE:
        report(device, **fields)
