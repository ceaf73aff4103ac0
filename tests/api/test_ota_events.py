"""The OTA event log (contract/rest.md §3.8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.models import Device
from devices.services import Report, record_reports
from tests.api.client import Api, refused

START = datetime(2026, 7, 1, 12, tzinfo=UTC)
SEQUENCE = [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1)]


@pytest.fixture
def path(api: Api) -> str:
    return f"{api.in_organization}/ota-events"


@pytest.fixture
def device(api: Api) -> Device:
    """It has reported one update, a second between reports."""
    api.device()
    device = Device.objects.get()
    reports = [_report(device, number, state, reason) for number, (state, reason) in enumerate(SEQUENCE)]
    assert record_reports(reports) == [None] * len(SEQUENCE)
    return device


def _report(device: Device, number: int, state: int, reason: int, package: str = "main") -> Report:
    return Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id="c" * 24,
        deployment_id="d" * 24,
        package=package,
        state=state,
        reason=reason,
        version="1.0.0" if number < 4 else "1.1.0",
        target="1.1.0" if number < 4 else "",
        received_at=START + timedelta(seconds=number),
        opens_session=False,
    )


def kinds(reply: Any) -> list[tuple[str, int]]:
    return [(event["eventType"], event["status"]) for event in reply["list"]]


def test_get_ota_events_newest_first_with_every_field(api: Api, path: str, device: Device) -> None:
    reply = api.get(path)
    assert reply.keys() == {"list", "nextPageToken", "prevPageToken"}
    assert (reply["nextPageToken"], reply["prevPageToken"]) == ("", "")
    assert kinds(reply) == [("IDLE", 1), ("UPDATING", 0), ("DOWNLOADED", 0), ("DOWNLOADING", 0), ("IDLE", 0)]
    assert reply["list"][0] == {
        "deviceId": device.public_id,
        "packageId": "main",
        "eventType": "IDLE",
        "status": 1,
        "message": "firmware updated successfully",
        "currentVersion": "1.1.0",
        "targetVersion": "",
        "timestamp": "2026-07-01T12:00:04.000000Z",
    }


def test_get_ota_events_filters(api: Api, path: str, device: Device) -> None:
    record_reports([_report(device, 9, 1, 7, package="model")])

    def found(**query: Any) -> int:
        return len(api.get(path, **query)["list"])

    assert found() == 6
    assert found(deviceId=device.public_id) == 6
    assert found(deviceId="0" * 24) == 0
    assert found(cohortId="c" * 24, packageId="main") == 5
    assert found(cohortId="0" * 24) == 0
    assert found(packageId="model") == 1
    assert found(eventType="IDLE") == 2
    assert found(status=0) == 4
    assert found(status=7) == 1
    assert found(status=2**63 - 1) == 0
    assert found(eventType="IDLE", status=0, limit=10) == 1


@pytest.mark.parametrize(
    "written", ["2026-07-01T12:00:0{}.000000+00:00", "2026-07-01T14:00:0{}+02:00", "2026-07-01T12:00:0{}Z"]
)
def test_get_ota_events_between_times_both_inclusive(api: Api, path: str, device: Device, written: str) -> None:
    reply = api.get(path, startTime=written.format(1), endTime=written.format(3))
    assert kinds(reply) == [("UPDATING", 0), ("DOWNLOADED", 0), ("DOWNLOADING", 0)]


def test_get_ota_events_cuts_to_the_newest_and_pages_on(api: Api, path: str, device: Device) -> None:
    first = api.get(path, limit=2)
    assert kinds(first) == [("IDLE", 1), ("UPDATING", 0)]
    second = api.get(path, limit=2, pageToken=first["nextPageToken"])
    assert kinds(second) == [("DOWNLOADED", 0), ("DOWNLOADING", 0)]
    last = api.get(path, limit=2, pageToken=second["nextPageToken"])
    assert kinds(last) == [("IDLE", 0)]
    assert last["nextPageToken"] == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "x"),
        ("limit", "0"),
        ("limit", "1001"),
        ("status", "zero"),
        ("status", str(2**63)),
        ("startTime", "yesterday"),
        ("endTime", "2026-13-01T00:00:00Z"),
        ("startTime", "0001-01-01T00:00:00+23:59"),
        ("eventType", "DONE"),
        ("pageToken", "nonsense"),
        ("pageToken", "2026-07-01T12:00:00+00:00~x"),
        ("pageToken", "0001-01-01T00:00:00+23:59~1"),
        ("deviceId", "\0"),
    ],
)
def test_get_ota_events_refuses_a_malformed_parameter(api: Api, path: str, name: str, value: str) -> None:
    refused(api.ask("GET", path, params={name: value}), 400, 3, name)
