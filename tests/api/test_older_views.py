"""Counts over time, firmware logs, and what is no part of updates (contract/rest.md §2, §3.8, §3.14)."""

from typing import Any

import pytest

from devices.models import Device
from tests.api.client import Api, refused
from tests.api.test_ota_events import device as device
from tests.api.test_ota_events import path as path

SPAN = {"startTime": "2026-07-01T12:00:00Z", "endTime": "2026-07-01T13:00:00Z"}


def test_get_ota_events_stats_counts_by_type(api: Api, path: str, device: Device) -> None:
    reply = api.get(f"{path}/stats", **SPAN)
    assert reply == {
        "list": [
            {
                "timestamp": "2026-07-01T12:00:00.000000Z",
                "duration": 60,
                "stats": [
                    {"eventType": "IDLE", "count": 2},
                    {"eventType": "DOWNLOADING", "count": 1},
                    {"eventType": "DOWNLOADED", "count": 1},
                    {"eventType": "UPDATING", "count": 1},
                ],
            }
        ],
        "startTime": "2026-07-01T12:00:00.000000Z",
        "endTime": "2026-07-01T13:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("end", "duration"), [("2026-07-01T14:00:00Z", 60), ("2026-07-05T12:00:00Z", 3600), ("2026-08-01T00:00:00Z", 86400)]
)
def test_get_ota_events_stats_measures_in_minutes_hours_or_days(
    api: Api, path: str, device: Device, end: str, duration: int
) -> None:
    (counts,) = api.get(f"{path}/stats", **SPAN | {"endTime": end})["list"]
    assert counts["duration"] == duration
    assert sum(one["count"] for one in counts["stats"]) == 5


def test_get_ota_events_stats_filters(api: Api, path: str, device: Device) -> None:
    assert len(api.get(f"{path}/stats", **SPAN, deviceId=device.public_id)["list"]) == 1
    assert len(api.get(f"{path}/stats", **SPAN, cohortId="c" * 24)["list"]) == 1
    assert api.get(f"{path}/stats", **SPAN, deviceId="f" * 24)["list"] == []
    assert api.get(f"{path}/stats")["list"] == []
    backwards = {"startTime": SPAN["endTime"], "endTime": SPAN["startTime"]}
    refused(api.ask("GET", f"{path}/stats", params=backwards), 400, 3, "startTime")


def test_get_firmware_logs_is_all_text(api: Api, device: Device) -> None:
    reply = api.get(f"{api.in_project}/firmware/logs")
    assert (reply["page"], reply["perPage"], reply["total"]) == (0, 100, 5)
    assert reply["list"][0] == {
        "time": "2026-07-01T12:00:04.000000Z",
        "deviceId": device.public_id,
        "package": "main",
        "version": "1.1.0",
        "target": "",
        "state": "IDLE",
        "stateCode": "0",
        "reason": "firmware updated successfully",
        "reasonCode": "1",
    }


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"version": "1.0.0"}, 4),
        ({"target": "1.1.0"}, 4),
        ({"state": "IDLE"}, 2),
        ({"state": "1"}, 1),
        ({"reason": "0"}, 4),
        ({"reason": "1"}, 1),
        ({"deviceId": ["f" * 24]}, 0),
        ({"start": "2026-07-01T12:00:03Z"}, 2),
        ({"end": "2026-07-01T12:00:00Z"}, 1),
        ({"perPage": "2", "page": "2"}, 1),
    ],
)
def test_get_firmware_logs_filters(api: Api, device: Device, query: dict[str, Any], number: int) -> None:
    assert len(api.get(f"{api.in_project}/firmware/logs", **query)["list"]) == number


@pytest.mark.parametrize("query", [{"state": "ASLEEP"}, {"reason": "x"}, {"start": "x"}, {"page": "-1"}])
def test_get_firmware_logs_names_what_is_wrong(api: Api, query: dict[str, Any]) -> None:
    refused(api.ask("GET", f"{api.in_project}/firmware/logs", params=query), 400, 3, next(iter(query)))


def test_get_logs_is_an_empty_list(api: Api) -> None:
    assert api.get(f"{api.in_project}/logs") == {"list": []}


@pytest.mark.parametrize(
    "where",
    [
        "{0.in_project}/settings",
        "{0.in_project}/settings/abc",
        "{0.in_project}/devices/x/settings",
        "{0.in_project}/devices/x/rpc",
        "{0.in_project}/devices/x/data/a/b",
        "{0.in_project}/devices/x/stream",
        "{0.in_project}/pipelines",
        "{0.in_project}/secrets",
        "{0.in_project}/pki/providers",
        "{0.in_project}/networks",
        "{0.in_project}/integrations",
        "{0.in_project}/policies",
        "/v1/organizations/acme/policies",
        "/v1/organizations/acme/users",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_what_is_no_part_of_updates_is_a_json_501(api: Api, where: str, method: str) -> None:
    refused(api.ask(method, where.format(api)), 501, 12)


def test_get_whoami(api: Api) -> None:
    assert api.get("/v1/whoami")["data"] == {
        "kind": "key",
        "name": "automation",
        "role": "operator",
        "project": "sensors",
        "organization": "acme",
        "expiresAt": None,
    }
