"""`--wait` outlasts a server that is away for a while, and says where it ends when that takes too long."""

import json
from typing import Any

import pytest

from ota_console.cli import waiting
from tests.cli.conftest import Ota
from tests.cli.strange import Answer, StrangeServer

COHORT = {"cohortId": "0123456789abcdef01234567", "name": "field", "deviceCount": 1}
STARTED = {"deploymentId": "d", "name": "Back to 1", "artifactIds": [], "warnings": []}
DONE = STARTED | {"progress": {"upToDate": 1, "updating": 0, "failed": 0, "waiting": 0}}
ROLLBACK = ["rollback", COHORT["cohortId"], "--wait", "-o", "json"]
AWAY = Answer(503, body=b'{"message": "the database is away"}')


def said(data: dict[str, Any]) -> Answer:
    return Answer(body=json.dumps({"data": data}).encode())


@pytest.fixture
def ota(signed_in: Ota, monkeypatch: pytest.MonkeyPatch) -> Ota:
    monkeypatch.setattr(waiting, "sleep", lambda seconds: None)
    return signed_in


def test_a_server_that_is_away_is_asked_again(ota: Ota, server: StrangeServer) -> None:
    server.script = [said(COHORT), said(STARTED), AWAY, AWAY, said(DONE)]
    assert ota(*ROLLBACK).json == DONE
    assert [request.method for request in server.requests] == ["GET", "POST", "GET", "GET", "GET"]


def test_a_server_that_stays_away_ends_the_wait(
    ota: Ota, server: StrangeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    server.script = [said(COHORT), said(STARTED), AWAY]
    assert "the database is away" in ota(*ROLLBACK, code=1).err


def test_a_deployment_that_is_gone_ends_the_wait(ota: Ota, server: StrangeServer) -> None:
    server.script = [said(COHORT), said(STARTED), Answer(404, body=b'{"message": "deployment not found"}')]
    assert "deployment not found" in ota(*ROLLBACK, code=1).err
