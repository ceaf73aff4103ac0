"""Events arrive as they happen; a connection that breaks is made anew behind the last one."""

import json

import pytest

from ota_console.cli import following
from ota_console.cli.following import Message, messages
from tests.cli.conftest import Ota
from tests.cli.strange import Answer, StrangeServer

STREAM = {"content-type": "text/event-stream", "content-length": "9999"}
EVENT = {
    "deviceId": "1",
    "packageId": "main",
    "eventType": "IDLE",
    "status": 0,
    "message": "ready",
    "currentVersion": "1.0.0",
    "targetVersion": "",
    "timestamp": "2026-07-01T15:47:38.123456Z",
}
DEVICE = Answer(body=b'{"data": {"id": "1", "name": "pump-1"}}')
FOLLOW = ["event", "list", "--follow", "--limit"]


@pytest.fixture
def ota(signed_in: Ota, monkeypatch: pytest.MonkeyPatch) -> Ota:
    monkeypatch.setattr(following, "sleep", lambda seconds: None)
    return signed_in


def sent(*versions: str) -> Answer:
    """Broken off behind the last event, as when a server is restarted."""
    texts = [
        f"id: {version}\nevent: ota-event\ndata: {json.dumps(EVENT | {'currentVersion': version})}\n\n"
        for version in versions
    ]
    return Answer(200, STREAM, "".join([": heartbeat\n\n", *texts]).encode())


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_stream_is_read_however_it_is_cut(size: int) -> None:
    stream = (
        b'retry: 5\nid: 6\n\nid: 7\nevent: a\ndata: {"x":\ndata:"\xe2\x80\xa8"}\n\n'
        b": comment\r\n\r\ndata: b\r\n\r\nid: 9\ndata: lost"
    )
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert list(messages(pieces)) == [
        Message("6", "message", ""),
        Message("7", "a", '{"x":\n"\u2028"}'),
        Message("7", "message", "b"),
    ]


def test_events_are_printed_as_they_come(ota: Ota, server: StrangeServer) -> None:
    server.script = [sent("1.0.0", "1.1.0"), DEVICE]
    head, first, second = ota(*FOLLOW, "2").out.splitlines()
    assert head.split() == ["TIME", "DEVICE", "PACKAGE", "TYPE", "REASON", "CURRENT", "TARGET"]
    assert first.split()[2:] == ["pump-1", "main", "IDLE", "0", "ready", "1.0.0", "—"]
    assert head.index("CURRENT") == first.index("1.0.0") == second.index("1.1.0")


def test_a_broken_stream_goes_on_behind_the_last_event(ota: Ota, server: StrangeServer) -> None:
    server.script = [sent("1"), Answer(503, body=b'{"message": "starting"}'), Answer(breaks_off=0), sent("2", "3")]
    shown = ota(*FOLLOW, "3", "-o", "json")
    assert [json.loads(line)["currentVersion"] for line in shown.out.splitlines()] == ["1", "2", "3"]
    assert [request.headers.get("last-event-id") for request in server.requests] == [None, "1", "1", "1"]
    assert "starting" in shown.err


def test_filters_are_sent_along(ota: Ota, server: StrangeServer) -> None:
    server.script = [sent("1")]
    ota(*FOLLOW, "1", "--type", "idle", "--reason", "0", "-o", "json")
    assert server.asked == ["/v1/organizations/o/projects/p/ota-events/stream?eventType=IDLE&status=0"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(401, body=b'{"message": "unknown key"}'), 3),
        (Answer(404, body=b'{"message": "project not found"}'), 1),
        (Answer(200, {"content-type": "text/html"}, b"<html>"), 1),
    ],
)
def test_what_cannot_get_better_ends_it(ota: Ota, server: StrangeServer, answer: Answer, code: int) -> None:
    server.script = [answer]
    assert "Error: " in ota(*FOLLOW, "1", code=code).err
