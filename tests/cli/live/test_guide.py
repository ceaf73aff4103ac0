"""Every `$ ota …` of the guide is run, in its order; the output must be what the guide shows, but for ids and times."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django.live_server_helper import LiveServer

from devices.models import Device
from devices.services import Presence, record_presence
from ota_console.cli import waiting
from ota_console.core.actors import Actor, Role
from ota_console.run.configuration import BASE_DIR
from ota_console.tenancy.models import Membership, Organization, User
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
NEXT_UPDATE = [
    {"state": 1, "version": "1.1.0", "target": "1.2.0"},
    {"state": 0, "version": "1.2.0"},
]
VARYING = [
    (r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d(\.\d{6}Z)?", "TIME"),
    (r"\b[0-9a-f]{12,64}\b", "HEX"),
    (r"\b\d{10}\b", "SEQUENCE"),
    (r"Key +\S{30,}", "Key SECRET"),
    (r"http://[\w.:]+", "URL"),
    (r"[ \t]+", " "),
]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def shown() -> Iterator[tuple[str, str]]:
    """Each command of the guide with the output below it."""
    for block in blocks("console"):
        for step in re.split(r"^\$ ota ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


def comparable(text: str) -> str:
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())


@pytest.fixture
def signed_in(ota: Ota, live_server: LiveServer) -> Ota:
    """As after a first start, with the files that the guide speaks of."""
    first_start = Actor.system("tests")
    organization = Organization.objects.create(slug="default", name="My organization")
    project = create_project(organization=organization, slug="default", name="My project", actor=first_start)
    Membership.objects.create(organization=organization, user=User.objects.create_user("admin"), role=Role.ADMIN)
    administrator = Actor(kind="user", name="admin", grants={project.pk: Role.ADMIN})
    key = create_api_key(project=project, name="first", role=Role.ADMIN, actor=administrator)
    ota("login", "--url", live_server.url, stdin=key.secret)
    (ota.home / "firmware.bin").write_bytes(bytes(200_000))
    (ota.home / "pumps.csv").write_text(blocks("csv")[0])
    return ota


def test_the_guide_shows_what_happens(signed_in: Ota, monkeypatch: pytest.MonkeyPatch) -> None:
    next_update = iter(NEXT_UPDATE)
    monkeypatch.setattr(waiting, "sleep", lambda seconds: report(Device.objects.get(), **next(next_update)))
    for command, expected in shown():
        result = signed_in.run(*shlex.split(command))
        assert (result.code != 0) == ("Error: " in expected), command
        assert comparable(result.out + result.err) == comparable(expected), command
        if command == "deploy field main@1.1.0":
            take_the_update(Device.objects.get())
    assert next(next_update, None) is None


def take_the_update(device: Device) -> None:
    now = datetime.now(UTC)
    record_presence([Presence(device.pk, last_seen_at=now, connected_at=now, disconnected_at=None, address="")])
    for fields in UPDATE:
        report(device, **fields)
