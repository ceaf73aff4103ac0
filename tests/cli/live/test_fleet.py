"""Devices by the many: moved, listed by progress, changed, imported."""

import pytest

from deployments.models import Cohort
from devices.models import Device
from devices.services import create_device, create_tag
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.cli.conftest import Ota


@pytest.fixture
def devices(ota: Ota, project: Project, operator: Actor) -> None:
    """a, b and c, of which a and b have the tag north; two empty cohorts."""
    for name in ("field", "lab"):
        ota("cohort", "create", name)
    tag = create_tag(project=project, name="north", actor=operator)
    for name, tags in {"a": [tag], "b": [tag], "c": []}.items():
        create_device(project=project, name=name, hardware_ids=[f"serial-{name}"], actor=operator, tags=tags)


def members(cohort: str) -> str:
    return "".join(Device.objects.filter(cohort__name=cohort).order_by("name").values_list("name", flat=True))


CHOSEN = [
    (["a", "c"], "ac"),
    (["--tag", "north"], "ab"),
    (["--search", "c"], "c"),
    (["--all-unassigned"], "abc"),
    (["--tag", "north", "--search", "b"], "b"),
]


def test_devices_are_put_into_a_cohort_and_taken_out(ota: Ota, devices: None) -> None:
    for chosen, expected in CHOSEN:
        moved = ota("cohort", "add", "field", *chosen, "--dry-run", "-o", "json").json
        assert moved == {"matched": len(expected), "moved": len(expected), "dryRun": True}
        assert members("field") == ""
        assert f"Put {len(expected)} device" in ota("cohort", "add", "field", *chosen).err
        assert members("field") == expected
        ota("cohort", "remove", "--cohort", "field", "--all")
        assert members("field") == ""


def test_devices_are_taken_out_of_whichever_cohort_they_are_in(ota: Ota, devices: None) -> None:
    ota("cohort", "add", "field", "a")
    ota("cohort", "add", "lab", Device.objects.get(name="b").public_id)
    taken = ota("cohort", "remove", "a", "b", "c", "-o", "json")
    assert taken.json == {"matched": 3, "moved": 2, "dryRun": False}
    assert "c is in no cohort." in taken.err
    assert members("field") == members("lab") == ""


def test_only_those_of_the_cohort_that_match_are_taken_out(ota: Ota, devices: None) -> None:
    ota("cohort", "add", "field", "a", "c")
    ota("cohort", "add", "lab", "b")
    ota("cohort", "remove", "--cohort", "field", "--tag", "north")
    assert (members("field"), members("lab")) == ("c", "b")


def test_a_device_that_does_not_exist_moves_nobody(ota: Ota, devices: None) -> None:
    assert "nobody" in ota("cohort", "add", "field", "a", "nobody", code=1).err
    assert "nobody" in ota("cohort", "add", "field", "a", "nobody", "0123456789abcdef01234567", code=1).err
    assert members("field") == ""


UNCLEAR = [
    ["add", "field"],
    ["add", "field", "a", "--tag", "north"],
    ["remove"],
    ["remove", "a", "--cohort", "field"],
    ["remove", "a", "--all"],
    ["remove", "--cohort", "field"],
    ["remove", "--tag", "north"],
]


def test_it_must_be_clear_which_devices_are_meant(ota: Ota, devices: None) -> None:
    ota("cohort", "add", "field", "a")
    for arguments in UNCLEAR:
        assert "Error: " in ota("cohort", *arguments, code=2).err
    assert members("field") == "a"


def test_a_cohort_is_renamed_and_its_devices_listed(ota: Ota, devices: None) -> None:
    ota("cohort", "add", "field", "a", "b")
    assert ota("cohort", "rename", "field", "north field", "-o", "json").json["name"] == "north field"
    rows = ota("cohort", "devices", "north field").out.splitlines()[1:]
    assert [row.split()[1] for row in rows] == ["b", "a"]
    assert ota("cohort", "devices", "north field", "--state", "failed", "-o", "json").json == []
    assert "Error: " in ota("cohort", "devices", "north field", "--state", "odd", code=1).err


def test_a_device_is_changed_where_it_is_told_to_and_nowhere_else(ota: Ota, devices: None) -> None:
    ota("tag", "create", "south")
    ota("blueprint", "create", "pump")
    ota("cohort", "add", "field", "a")
    changes = ["--name", "pump-1", "--blueprint", "pump", "--add-tag", "south", "--rm-tag", "north", "--disable"]
    ota("device", "update", "a", *changes, "--add-hw-id", "serial-1")
    device = Device.objects.get(name="pump-1")
    assert (device.enabled, device.blueprint and device.blueprint.name) == (False, "pump")
    assert [tag.name for tag in device.tags.all()] == ["south"]
    assert device.cohort == Cohort.objects.get(name="field")
    shown = ota("device", "show", "pump-1").out
    assert all(word in shown for word in ("serial-1", "south", "Blueprint     pump", "field"))
    ota("device", "update", "pump-1", "--no-cohort", "--no-blueprint", "--enable")
    device.refresh_from_db()
    assert (device.cohort, device.blueprint, device.enabled) == (None, None, True)
    for nonsense in ([], ["--cohort", "field", "--no-cohort"]):
        ota("device", "update", "pump-1", *nonsense, code=2)
