"""A request that got no answer is sent again, but only where that cannot do a thing twice."""

import json

import pytest

from tests.cli.conftest import Ota
from tests.cli.strange import JSON, Answer, StrangeServer

LOST = Answer(breaks_off=0)
COHORT = b'{"data": {"cohortId": "1", "name": "field"}}'
DEVICES = b'{"list": [{"id": "1", "name": "a", "enabled": true}], "total": 1}'


@pytest.fixture
def ota(signed_in: Ota) -> Ota:
    return signed_in


def test_what_is_read_is_asked_for_again(ota: Ota, server: StrangeServer) -> None:
    server.script, server.body = [LOST, LOST], b'{"list": []}'
    assert ota("project", "list", "-o", "json").json == []
    assert len(server.requests) == 3


def test_after_three_answers_that_never_came_the_server_counts_as_unreachable(ota: Ota, server: StrangeServer) -> None:
    server.script = [LOST] * 3
    ota("project", "list", code=4)
    assert server.script == []


def test_a_creation_keeps_its_key_when_it_is_sent_again(ota: Ota, server: StrangeServer) -> None:
    server.script, server.body = [LOST], COHORT
    ota("cohort", "create", "field")
    ota("cohort", "create", "field")
    first, again, other = (request.headers["idempotency-key"] for request in server.requests)
    assert first == again != other


def test_a_file_is_sent_again_from_its_beginning(ota: Ota, server: StrangeServer) -> None:
    (ota.home / "firmware.bin").write_bytes(bytes(100_000))
    artifact = {"id": "1", "package": "main", "version": "1", "size": "100000"}
    server.script, server.body = [LOST], json.dumps({"data": artifact}).encode()
    assert ota("artifact", "upload", "firmware.bin", "--version", "1", "-o", "json").json == artifact
    first, again = server.requests
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert server.received > 100_000


def test_a_change_without_a_key_is_not_sent_again(ota: Ota, server: StrangeServer) -> None:
    server.script = [Answer(body=DEVICES), LOST]
    server.body = b'{"data": {"id": "1", "name": "a"}}'
    ota("device", "update", "a", "--disable", code=4)
    assert [request.method for request in server.requests] == ["GET", "PATCH"]


def test_a_server_that_asks_for_patience_gets_it(ota: Ota, server: StrangeServer) -> None:
    server.script = [Answer(429, JSON | {"retry-after": "0"}, b'{"message": "slower"}')]
    server.body = b'{"list": []}'
    assert ota("project", "list", "-o", "json").json == []


def test_a_server_that_stays_busy_is_reported(ota: Ota, server: StrangeServer) -> None:
    server.status, server.body = 429, b'{"message": "too many requests"}'
    assert "too many requests" in ota("project", "list", code=1).err
