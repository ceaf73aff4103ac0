"""Importing devices from a file."""

import json
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deployments.services import create_blueprint
from devices.models import Device
from devices.selectors import session_secret
from devices.services import create_tag
from ota_console.core.actors import Actor
from ota_console.tenancy.models import AuditEntry, Project
from tests.api.client import Api, refused, store

CSV, LINES = "text/csv", "application/x-ndjson"
HEADER = "name,hardwareIds,tags,blueprint,cohort,identity,preSharedKey\n"


def send(api: Api, body: str | bytes, kind: str = CSV, **query: str) -> httpx.Response:
    return api.ask(
        "POST", f"{api.in_project}/devices/import", content=body, params=query, headers={"content-type": kind}
    )


def errors(reply: httpx.Response) -> list[tuple[int, str]]:
    body = reply.json()
    assert (reply.status_code, body["code"]) == (400, 3), reply.text
    assert all(error["message"] for error in body["details"])
    return [(error["line"], error["field"]) for error in body["details"]]


@pytest.fixture
def furnished(api: Api, project: Project, operator: Actor) -> str:
    """Tags red and blue, blueprint board; the id of the cohort field."""
    for name in ("red", "blue"):
        create_tag(project=project, name=name, actor=operator)
    create_blueprint(project=project, name="board", actor=operator)
    return str(api.cohort("field")["cohortId"])


FULL: dict[str, Any] = {
    "name": "pump 1",
    "hardwareIds": ["A-1", "A-2"],
    "tags": ["red", "blue"],
    "blueprint": "board",
    "cohort": "field",
    "identity": "pump-1",
    "preSharedKey": "0123456789abcdef",
}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CSV, HEADER + '"pump 1",A-1;A-2,red; blue,board,field,pump-1,0123456789abcdef\npump 2,,,,,,\n'),
        (
            CSV,
            "\ufeff"
            + HEADER.replace("\n", "\r\n")
            + "pump 1,A-1;A-2,red;blue,board,field,pump-1,0123456789abcdef\r\npump 2,,,,,,",
        ),
        (LINES, json.dumps(FULL) + "\n\n" + json.dumps({"name": "pump 2", "cohort": None, "tags": []})),
    ],
    ids=["csv", "csv of a spreadsheet", "json lines"],
)
def test_a_file_of_devices(api: Api, furnished: str, kind: str, body: str) -> None:
    assert send(api, body, kind).json() == {"data": {"created": 2, "dryRun": False, "errors": []}}
    second, first = api.get(f"{api.in_project}/devices")["list"]
    assert (first["name"], first["hardwareIds"], first["cohortId"]) == ("pump 1", ["A-1", "A-2"], furnished)
    assert (len(first["tagIds"]), first["blueprintId"] is None) == (2, False)
    assert (second["name"], second["cohortId"], second["tagIds"]) == ("pump 2", None, [])
    assert len(second["hardwareIds"]) == 1
    secret = session_secret("pump-1@sensors")
    assert secret is not None
    assert (secret.key, secret.device.device_id) == (b"0123456789abcdef", first["id"])
    assert api.get(f"{api.in_organization}/cohorts/{furnished}")["data"]["deviceCount"] == 1
    assert api.get(f"{api.in_project}/devices")["total"] == 2


def test_the_identity_is_the_name_when_only_a_key_is_given(api: Api) -> None:
    assert send(api, "name,preSharedKey\npump,secret\n").status_code == 200
    secret = session_secret("pump@sensors")
    assert secret is not None
    assert secret.key == b"secret"


def test_a_dry_run_creates_nothing(api: Api, furnished: str) -> None:
    before = store()
    good = send(api, HEADER + "a,,,,field,,\nb,,,,,,\n", dryRun="true")
    assert good.json()["data"] == {"created": 2, "dryRun": True, "errors": []}
    bad = send(api, "name\na\na\n", dryRun="true")
    assert (bad.status_code, bad.json()["data"]["created"]) == (200, 0)
    assert [error["line"] for error in bad.json()["data"]["errors"]] == [3]
    assert store() == before


def test_one_audit_row_for_all(api: Api) -> None:
    before = AuditEntry.objects.count()
    send(api, "name\na\nb\n")
    assert AuditEntry.objects.count() == before + 1
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.changes) == ("devices.imported", {"devices": {"created": 2}, "names": ["a", "b"]})


def test_every_error_is_told_with_its_line_and_nothing_is_created(api: Api, furnished: str) -> None:
    api.device("taken", hardwareIds=["H-1"])
    before = store()
    rows = [
        "good,,red,board,field,,",
        "taken,,,,,,",
        "x1,H-1,,,,,",
        "x2,,green,,,,",
        "x3,,,other,,,",
        "x4,,,,nowhere,,",
        "good,,,,,,",
        ",,,,,,",
        f"{'n' * 256},,,,,,",
        f"x5,,,,,,{'k' * 65}",
        f"x6,,,,,{'i' * 130},",
        "x7,H-2,,,,,",
        "x8,H-2,,,,,",
        "x9,,,,,same,",
        "x10,,,,,same,",
    ]
    assert errors(send(api, HEADER + "\n".join(rows))) == [
        (3, "name"),
        (4, "hardwareIds"),
        (5, "tags"),
        (6, "blueprint"),
        (7, "cohort"),
        (8, "name"),
        (9, "name"),
        (10, "name"),
        (11, "preSharedKey"),
        (12, "identity"),
        (14, "hardwareIds"),
        (16, "identity"),
    ]
    assert store() == before


def test_lines_that_cannot_be_read_are_told_with_the_others(api: Api) -> None:
    before = store()
    rows = [
        "{",
        "[]",
        '{"name": 7}',
        '{"name": "a", "tags": "red"}',
        '{"colour": 1}',
        '{"name": "a\\u0000b"}',
        "[" * 5_000,
    ]
    assert errors(send(api, "\n".join(rows), LINES)) == [
        (1, ""),
        (2, ""),
        (3, "name"),
        (4, "tags"),
        (5, "colour"),
        (6, "name"),
        (7, ""),
    ]
    assert errors(send(api, 'name,tags\na,b,c\nd,"e\n')) == [(2, ""), (3, "")]
    assert store() == before


@pytest.mark.parametrize(
    ("body", "kind", "status", "word"),
    [
        (b"", CSV, 400, "first line"),
        (b"name\n", CSV, 400, "no devices"),
        (b"colour\nred\n", CSV, 400, "colour"),
        (b"tags\nred\n", CSV, 400, "name"),
        (b"name,name\na,b\n", CSV, 400, "once"),
        (b"name\n\xff\xfe\n", CSV, 400, "UTF-8"),
        (b"name\n" + b"a\n" * 20_001, CSV, 400, "20000"),
        (b"name\na\0b\n", CSV, 400, "line"),
        (b"{}", "application/json", 415, "application/json"),
        (b"name\na\n", "", 415, ""),
    ],
)
def test_what_is_no_such_file(api: Api, body: bytes, kind: str, status: int, word: str) -> None:
    before = store()
    reply = send(api, body, kind)
    assert reply.status_code == status, reply.text
    assert word in reply.json()["message"]
    assert store() == before


def test_devices_of_others_do_not_stand_in_the_way_but_identities_do(api: Api, foreign_api: Api) -> None:
    foreign_api.device("pump", hardwareIds=["H-1"])
    assert send(api, "name,hardwareIds\npump,H-1\n").status_code == 200


def test_viewers_may_not(viewer_api: Api) -> None:
    refused(send(viewer_api, "name\na\n"), 403, 7, "operator")


def test_the_number_of_queries_does_not_grow_within_a_thousand_rows(api: Api, furnished: str) -> None:
    rows = [f"d{number},H{number},red,board,field,i{number},k" for number in range(50)]
    assert send(api, HEADER + rows[0]).status_code == 200
    counts = []
    for part in (rows[1:2], rows[2:]):
        with CaptureQueriesContext(connection) as queries:
            assert send(api, HEADER + "\n".join(part)).status_code == 200
        counts.append(sum(not entry["sql"].startswith(("SAVEPOINT", "RELEASE")) for entry in queries))
    assert counts[0] == counts[1]
    assert Device.objects.count() == 50


def test_a_file_that_stops_halfway_is_not_imported(api: Api) -> None:
    before = store()
    whole = b"name\n" + b"".join(b"device-%d\n" % number for number in range(100))
    headers = {"content-type": CSV, "content-length": str(len(whole))}
    refused(
        api.ask("POST", f"{api.in_project}/devices/import", content=iter([whole[:-300]]), headers=headers),
        400,
        3,
        "early",
    )
    assert store() == before


def test_a_file_sent_again_under_its_key_is_imported_once(api: Api) -> None:
    replies = [
        api.ask(
            "POST",
            f"{api.in_project}/devices/import",
            content=b"name\na\n",
            headers={"content-type": CSV, "idempotency-key": "once"},
        )
        for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].json() == replies[1].json()
    assert Device.objects.count() == 1
