"""Devices (contract/rest.md §3.2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from deployments.services import create_blueprint
from devices.models import Device, Tag
from devices.services import Presence, Report, create_tag, record_presence, record_reports
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.api.client import Api, refused, store

MOMENT = datetime(2026, 7, 1, 15, 47, 38, 0, tzinfo=UTC)


@pytest.fixture
def tags(project: Project, operator: Actor) -> list[Tag]:
    return [create_tag(project=project, name=name, actor=operator) for name in ("red", "blue")]


def names(reply: Any) -> list[str]:
    return [device["name"] for device in reply["list"]]


def test_post_devices_creates_one(api: Api) -> None:
    device = api.post(f"{api.in_project}/devices", name="My first device", hardwareIds=["A-1"], tagIds=[])
    assert len(device["id"]) == 24
    assert device["name"] == "My first device"
    assert device["hardwareIds"] == ["A-1"]
    assert device["tagIds"] == []
    assert device["enabled"] is True
    assert device["blueprintId"] is None
    assert device["cohortId"] is None
    assert (device["status"], device["lastReport"], device["data"]) == ("-", None, None)
    assert api.get(f"{api.in_project}/devices/{device['id']}")["data"] == device


def test_post_devices_generates_a_hardware_id_and_joins_a_cohort(api: Api, tags: list[Tag]) -> None:
    cohort = api.cohort()["cohortId"]
    device = api.post(f"{api.in_project}/devices", name="d1", cohortId=cohort, tagIds=[tag.public_id for tag in tags])
    assert len(device["hardwareIds"]) == 1
    assert device["cohortId"] == cohort
    assert sorted(device["tagIds"]) == sorted(tag.public_id for tag in tags)


def test_post_devices_refuses_a_name_or_hardware_id_that_is_taken(api: Api) -> None:
    api.device("d1")
    before = store()
    refused(api.ask("POST", f"{api.in_project}/devices", json={"name": "d1"}), 409, 6, "d1", "already exists")
    again = api.ask("POST", f"{api.in_project}/devices", json={"name": "d2", "hardwareIds": ["d1-hw"]})
    refused(again, 409, 6, "hardwareIds")
    assert store() == before


def test_get_devices_lists_newest_first_in_pages(api: Api) -> None:
    for number in range(3):
        api.device(f"d{number}")
    reply = api.get(f"{api.in_project}/devices")
    assert names(reply) == ["d2", "d1", "d0"]
    assert (reply["page"], reply["perPage"], reply["total"]) == (0, 100, 3)
    reply = api.get(f"{api.in_project}/devices", page=1, perPage=2)
    assert names(reply) == ["d0"]
    assert (reply["page"], reply["perPage"], reply["total"]) == (1, 2, 3)
    assert names(api.get(f"{api.in_project}/devices", page=7)) == []


def test_get_devices_filters(api: Api, tags: list[Tag]) -> None:
    red, blue = (tag.public_id for tag in tags)
    cohort = api.cohort()["cohortId"]
    api.device("Pump-1", tagIds=[red, blue], cohortId=cohort)
    other = api.device("pump-2", tagIds=[red])["id"]
    api.patch(f"{api.in_project}/devices/{other}", enabled=False)

    def found(**query: Any) -> list[str]:
        return names(api.get(f"{api.in_project}/devices", **query))

    assert found(deviceName="Pump-1") == ["Pump-1"]
    assert found(deviceName="pump-1") == []
    assert found(hardwareId="pump-2-hw") == ["pump-2"]
    assert found(hardwareId="pump") == []
    assert found(term="PUMP") == ["pump-2", "Pump-1"]
    assert found(term="1-h") == ["Pump-1"]
    assert found(tags=red) == ["pump-2", "Pump-1"]
    assert found(tags=[red, blue]) == ["Pump-1"]
    assert found(tags=[red, "0" * 24]) == []
    assert found(cohortId=cohort) == ["Pump-1"]
    assert found(blueprintId="0" * 24) == []
    assert found(enabled="false") == ["pump-2"]
    assert found(enabled="true", term="pump") == ["Pump-1"]
    assert found(updatePath="main", statePath="x", cohortId="") == ["pump-2", "Pump-1"]


def test_get_device_shows_what_it_reported(api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}"
    device = Device.objects.get()
    record_presence([Presence(device.pk, MOMENT, MOMENT, None, "10.0.0.1")])
    about = {"device_pk": device.pk, "device_id": device.public_id, "project_pk": device.project_id}
    report = Report(
        **about, cohort_id=None, deployment_id=None, package="main", state=1, reason=0, version="1.0.0",
        target="1.1.0", received_at=MOMENT, opens_session=True,
    )  # fmt: skip
    assert record_reports([report]) == [None]
    metadata = api.get(path)["data"]["metadata"]
    assert metadata == {
        "status": "-",
        "lastReport": "2026-07-01T15:47:38.000000Z",
        "lastSeen": "2026-07-01T15:47:38.000000Z",
        "lastSeenOnline": "2026-07-01T15:47:38.000000Z",
        "lastSeenOffline": None,
        "lastSettingsStatus": None,
        "update": {
            "main": {
                "package": "main",
                "version": "1.0.0",
                "target": "1.1.0",
                "state": "DOWNLOADING",
                "reason": 0,
                "timestamp": "2026-07-01T15:47:38.000000Z",
            }
        },
    }


def test_patch_device_changes_one_thing_at_a_time(api: Api, tags: list[Tag]) -> None:
    red, blue = (tag.public_id for tag in tags)
    path = f"{api.in_project}/devices/{api.device()['id']}"
    assert api.patch(path, name="renamed")["name"] == "renamed"
    assert api.patch(path, enabled=False)["enabled"] is False
    assert api.patch(path, addTagId=[red])["tagIds"] == [red]
    assert sorted(api.patch(path, addTagId=[red, blue])["tagIds"]) == sorted([red, blue])
    assert api.patch(path, removeTagId=[red])["tagIds"] == [blue]
    assert api.patch(path, tagIds=[red])["tagIds"] == [red]
    assert api.patch(path, tagIds=None)["tagIds"] == []
    assert api.patch(path, addHardwareId=["B"])["hardwareIds"] == ["d1-hw", "B"]
    assert api.patch(path, removeHardwareId=["d1-hw"])["hardwareIds"] == ["B"]
    device = api.patch(path, hardwareIds=["C"])
    assert device["hardwareIds"] == ["C"]
    assert (device["name"], device["enabled"]) == ("renamed", False)
    assert api.get(path)["data"] == device


@pytest.mark.parametrize("clear", [None, ""])
def test_patch_device_moves_it_between_cohorts(api: Api, clear: str | None) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}"
    cohort = api.cohort()["cohortId"]
    assert api.patch(path, cohortId=cohort)["cohortId"] == cohort
    assert api.get(path)["data"]["cohortId"] == cohort
    assert api.patch(path, enabled=True)["cohortId"] == cohort
    assert api.patch(path, cohortId=clear)["cohortId"] is None
    assert api.get(path)["data"]["cohortId"] is None


def test_patch_device_sets_and_clears_its_blueprint(api: Api, project: Project, operator: Actor) -> None:
    blueprint = create_blueprint(project=project, name="board", actor=operator).public_id
    path = f"{api.in_project}/devices/{api.device()['id']}"
    assert api.patch(path, blueprintId=blueprint)["blueprintId"] == blueprint
    assert [one["name"] for one in api.get(f"{api.in_project}/devices", blueprintId=blueprint)["list"]] == ["d1"]
    assert api.patch(path, blueprintId=None)["blueprintId"] is None


def test_delete_device_takes_its_credentials_along(api: Api) -> None:
    device = api.device()["id"]
    before = store()
    api.post(f"{api.in_project}/devices/{device}/credentials", identity="d1", preSharedKey="secret")
    assert api.delete(f"{api.in_project}/devices/{device}") == {}
    refused(api.ask("GET", f"{api.in_project}/devices/{device}"), 404, 5, "device not found")
    refused(api.ask("DELETE", f"{api.in_project}/devices/{device}"), 404, 5, "device not found")
    after = store()
    assert (after["Device"], after["Credential"]) == (before["Device"] - 1, 0)
