"""Devices from a file, all of them or none."""

import json
from typing import Any

import pytest

from devices.models import Device
from devices.services import create_device, create_tag
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.cli.conftest import Ota


@pytest.fixture
def devices(ota: Ota, project: Project, operator: Actor) -> None:
    """The device a, the tag north and the cohort field."""
    ota("cohort", "create", "field")
    create_tag(project=project, name="north", actor=operator)
    create_device(project=project, name="a", actor=operator)


def test_devices_are_imported_from_csv_and_json_lines(ota: Ota, devices: None) -> None:
    table = "name,hardwareIds,tags,cohort,identity,preSharedKey\nd,s1;s2,north,field,dd,secret-of-d\ne,,,,,\n"
    (ota.home / "new.csv").write_text(table)
    assert ota("device", "import", "new.csv", "--dry-run", "-o", "json").json == {
        "created": 2,
        "dryRun": True,
        "errors": [],
    }
    assert not Device.objects.filter(name="d").exists()
    assert "Created 2 devices." in ota("device", "import", "new.csv").err
    assert Device.objects.get(cohort__name="field").name == "d"
    assert "s1, s2" in ota("device", "show", "d").out
    lines = "\n".join(json.dumps({"name": name}) for name in ("f", "g"))
    assert ota("device", "import", "-", "--format", "jsonl", "-o", "json", stdin=lines).json["created"] == 2


@pytest.mark.parametrize("flags", [[], ["--dry-run"]])
def test_mistakes_of_an_import_are_listed_and_nothing_is_created(ota: Ota, devices: None, flags: list[str]) -> None:
    (ota.home / "new.csv").write_text("name,cohort\nd,field\na,\ne,nowhere\n")
    refused = ota("device", "import", "new.csv", *flags, code=1)
    head, *rows = (line.split() for line in refused.out.splitlines())
    assert head == ["LINE", "FIELD", "MESSAGE"]
    assert [row[:2] for row in rows] == [["3", "name"], ["4", "cohort"]]
    assert "2 mistakes in new.csv. Nothing was created." in refused.err
    errors: list[Any] = ota("device", "import", "new.csv", *flags, "-o", "json", code=1).json["errors"]
    assert [error["line"] for error in errors] == [3, 4]
    assert Device.objects.count() == 1


def test_a_file_of_unknown_kind_needs_its_format(ota: Ota, devices: None) -> None:
    (ota.home / "devices").write_text("name\nd\n")
    assert "--format" in ota("device", "import", "devices", code=2).err


def test_a_file_that_is_not_there_is_named(ota: Ota, devices: None) -> None:
    assert "nowhere.csv" in ota("device", "import", "nowhere.csv", code=2).err
