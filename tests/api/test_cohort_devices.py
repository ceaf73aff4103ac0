"""The devices of a cohort: listed, added and removed in bulk."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Change, Device
from devices.services import Report, record_reports
from ota_console.tenancy.models import AuditEntry
from tests.api.client import Api, refused, store
from tests.api.test_ota_events import START


@pytest.fixture
def path(api: Api) -> str:
    return f"{api.in_organization}/cohorts/{api.cohort()['cohortId']}/devices"


def members(api: Api, path: str, **query: Any) -> list[str]:
    return sorted(device["name"] for device in api.get(path, **query)["list"])


@pytest.mark.parametrize("field", ["deviceIds", "deviceNames"])
def test_add_and_remove_by_ids_and_names(api: Api, path: str, field: str) -> None:
    devices = [api.device(name) for name in ("d1", "d2", "d3")]
    chosen = [device["id" if field == "deviceIds" else "name"] for device in devices[:2]]
    assert api.post(f"{path}/add", **{field: chosen}) == {"matched": 2, "moved": 2, "dryRun": False}
    assert members(api, path) == ["d1", "d2"]
    assert api.post(f"{path}/add", **{field: chosen + chosen}) == {"matched": 2, "moved": 0, "dryRun": False}
    assert api.post(f"{path}/remove", **{field: chosen[:1]}) == {"matched": 1, "moved": 1, "dryRun": False}
    assert members(api, path) == ["d2"]
    cohort = api.get(path.removesuffix("/devices"))["data"]
    assert cohort["deviceCount"] == 1


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"all": True}, ["blue", "red", "red off", "taken"]),
        ({"unassigned": True}, ["blue", "red", "red off"]),
        ({"term": "red"}, ["red", "red off"]),
        ({"term": "red", "enabled": True}, ["red"]),
        ({"enabled": False}, ["red off"]),
        ({"term": "nothing"}, []),
    ],
)
def test_add_by_filter(api: Api, path: str, where: dict[str, Any], expected: list[str]) -> None:
    for name in ("red", "red off", "blue"):
        api.device(name)
    api.device("taken", cohortId=api.cohort("other")["cohortId"])
    off = Device.objects.get(name="red off")
    api.patch(f"{api.in_project}/devices/{off.public_id}", enabled=False)
    counted = {"matched": len(expected), "moved": len(expected)}
    assert api.post(f"{path}/add", filter=where, dryRun=True) == counted | {"dryRun": True}
    assert members(api, path) == []
    assert api.post(f"{path}/add", filter=where) == counted | {"dryRun": False}
    assert members(api, path) == expected


def test_filters_by_cohort_and_tag(api: Api, path: str) -> None:
    other = api.cohort("other")["cohortId"]
    api.device("d1", cohortId=other)
    api.device("d2")
    assert api.post(f"{path}/add", filter={"cohortId": other})["moved"] == 1
    assert members(api, path) == ["d1"]
    assert api.get(f"{api.in_organization}/cohorts/{other}")["data"]["deviceCount"] == 0


def test_one_audit_row_and_one_change_for_all(api: Api, path: str) -> None:
    devices = [api.device(f"d{number}")["id"] for number in range(3)]
    before = store()
    api.post(f"{path}/add", deviceIds=devices, dryRun=True)
    assert store() == before
    api.post(f"{path}/add", deviceIds=devices)
    after = store()
    assert (after["AuditEntry"] - before["AuditEntry"], after["Change"] - before["Change"]) == (1, 1)
    assert sorted(Change.objects.latest("pk").keys) == sorted(Device.objects.values_list("pk", flat=True))
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.object_type) == ("devices.moved", "cohort")
    assert entry.changes == {"devices": {"added": 3, "matched": 3}, "selection": {"deviceIds": devices}}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "exactly one"),
        ({"deviceIds": ["{id}"], "deviceNames": ["d1"]}, "exactly one"),
        ({"deviceIds": []}, "deviceIds"),
        ({"deviceIds": "{id}"}, "deviceIds"),
        ({"deviceIds": ["{id}", 7]}, "deviceIds"),
        ({"deviceIds": ["{id}", "a\0b"]}, "deviceIds"),
        ({"deviceIds": ["{id}", "f" * 24]}, "f" * 24),
        ({"deviceNames": ["d1", "d9"]}, "d9"),
        ({"filter": {}}, "filter"),
        ({"filter": {"all": False}}, "filter"),
        ({"filter": {"all": True, "term": "d"}}, "filter"),
        ({"filter": {"colour": "red"}}, "colour"),
        ({"filter": "all"}, "filter"),
        ({"filter": {"enabled": "yes"}}, "enabled"),
        ({"deviceNames": ["d1"], "dryRun": "yes"}, "dryRun"),
        ({"deviceNames": ["d1"], "colour": "red"}, "colour"),
    ],
)
@pytest.mark.parametrize("act", ["add", "remove"])
def test_a_bad_choice_moves_nothing(api: Api, path: str, act: str, body: dict[str, Any], word: str) -> None:
    known = api.device("d1")["id"]
    if "deviceIds" in body and isinstance(body["deviceIds"], list):
        body = body | {"deviceIds": [known if entry == "{id}" else entry for entry in body["deviceIds"]]}
    before = store()
    refused(api.ask("POST", f"{path}/{act}", json=body), 400, 3, word)
    assert store() == before


def test_devices_of_others_are_unknown(api: Api, foreign_api: Api, path: str) -> None:
    foreign = foreign_api.device("theirs")
    refused(api.ask("POST", f"{path}/add", json={"deviceIds": [foreign["id"]]}), 400, 3, foreign["id"])
    refused(api.ask("POST", f"{path}/add", json={"deviceNames": ["theirs"]}), 400, 3, "theirs")
    assert api.post(f"{path}/add", filter={"all": True})["matched"] == 0


def test_a_body_may_be_megabytes_but_not_without_end(api: Api, path: str) -> None:
    names = [f"{number:0100}" for number in range(60_000)]
    refused(api.ask("POST", f"{path}/add", json={"deviceNames": names}), 400, 3, names[0])
    refused(api.ask("POST", f"{path}/add", json={"deviceNames": ["d"] * 100_001}), 400, 3, "100000")
    refused(api.ask("POST", f"{path}/add", content=b"x" * (16 * 1024 * 1024 + 1)), 413, 3, "larger")


def test_list_shows_progress_and_filters_by_it(api: Api, path: str) -> None:
    devices = [api.device(f"d{number}", cohortId=path.split("/")[-2])["id"] for number in range(3)]
    assert [device["progress"] for device in api.get(path)["list"]] == [None] * 3
    assert api.get(path, state="waiting")["list"] == []
    artifact = api.upload("main", "2")["id"]
    api.post(path.removesuffix("devices") + "deployments", artifactIds=[artifact])
    done = Device.objects.get(public_id=devices[0])
    record_reports([_report(done, "2")])
    reply = api.get(path)
    assert {device["name"]: device["progress"] for device in reply["list"]} == {
        "d0": "up_to_date",
        "d1": "waiting",
        "d2": "waiting",
    }
    assert reply["list"][0].keys() >= {"id", "name", "cohortId", "metadata"}
    assert members(api, path, state="waiting") == ["d1", "d2"]
    assert members(api, path, state="waiting", term="d2") == ["d2"]
    page = api.get(path, perPage=2, page=1)
    assert ([device["name"] for device in page["list"]], page["total"]) == (["d0"], 3)
    refused(api.ask("GET", path, params={"state": "happy"}), 400, 3, "state")


def _report(device: Device, version: str) -> Report:
    return Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id=None,
        deployment_id=None,
        package="main",
        state=0,
        reason=1,
        version=version,
        target="",
        received_at=START,
        opens_session=False,
    )


@pytest.mark.parametrize("number", [1, 5_000])
def test_the_number_of_queries_does_not_grow_with_the_devices(api: Api, path: str, number: int) -> None:
    project = api.project
    Device.objects.bulk_create(Device(project=project, name=f"d{n}") for n in range(number))
    ids = list(Device.objects.values_list("public_id", flat=True))
    with CaptureQueriesContext(connection) as queries:
        assert api.post(f"{path}/add", deviceIds=ids)["moved"] == number
    count = sum(not entry["sql"].startswith(("SAVEPOINT", "RELEASE")) for entry in queries)
    assert count == ADD_QUERIES


ADD_QUERIES = 13  # key, project, cohort, choice; lock, rows, update, the cohort's size, who was left, audit and change


def test_a_body_that_stops_halfway_or_is_no_object_moves_nothing(api: Api, path: str) -> None:
    api.device("d1")
    before = store()
    kind = {"content-type": "application/json"}
    whole = json.dumps({"filter": {"all": True}}).encode()
    cut = kind | {"content-length": str(len(whole) + 10)}
    refused(api.ask("POST", f"{path}/add", content=iter([whole]), headers=cut), 400, 3, "early")
    for body in (b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000):
        refused(api.ask("POST", f"{path}/add", content=body, headers=kind), 400, 3)
    assert store() == before


def test_a_choice_sent_again_under_its_key_moves_once(api: Api, path: str) -> None:
    api.device("d1")
    headers = {"idempotency-key": "once"}
    body = {"deviceNames": ["d1"]}
    first, again = [api.ask("POST", f"{path}/add", json=body, headers=headers) for _ in range(2)]
    assert first.json() == again.json() == {"data": {"matched": 1, "moved": 1, "dryRun": False}}
    refused(api.ask("POST", f"{path}/add", json={"filter": {"all": True}}, headers=headers), 409, 6, "Idempotency-Key")
