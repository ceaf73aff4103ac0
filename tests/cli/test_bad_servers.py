"""Whatever answers at the other end, a person gets one sentence and the right exit code."""

import pytest

from tests.cli.conftest import Ota
from tests.cli.strange import JSON, StrangeServer


@pytest.fixture
def ota(ota: Ota, server: StrangeServer) -> Ota:
    return Ota(ota.home, {"OTA_URL": server.url, "OTA_API_KEY": "key"})


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        (200, {}, b"<html>Hello</html>", "not as an OTA Console does"),
        (502, {}, b"<html>Bad gateway</html>", "answered 502"),
        (301, {"location": "https://elsewhere.example/"}, b"", "answered 301"),
        (200, JSON, b"[]", "not as an OTA Console does"),
        (200, JSON, b"[" * 100_000, "not as an OTA Console does"),
        (200, JSON, b"\xff\xfe\xff", "not as an OTA Console does"),
        (200, JSON, b"{}", "has no list"),
        (200, JSON, b'{"list": 5}', "has no list"),
        (200, JSON, b'{"list": [5]}', "has no list"),
        (200, JSON, b'{"list": []}', "belongs to no project"),
        (200, {"content-encoding": "gzip"}, b"no gzip", "cannot be read"),
        (500, JSON, b'{"message": 5}', "answered 500"),
        (400, JSON, b'{"code": 3, "message": "name: \\u001b[31mtoo long\\n"}', "Error: name:  [31mtoo long"),
    ],
)
def test_strange_answers_exit_with_1(
    ota: Ota, server: StrangeServer, status: int, headers: dict[str, str], body: bytes, words: str
) -> None:
    server.status, server.headers, server.body = status, headers, body
    result = ota("whoami", code=1)
    assert words in result.err
    assert result.out == ""


def test_objects_that_lack_what_every_server_sends_are_not_understood(ota: Ota, server: StrangeServer) -> None:
    server.body = b'{"list": [{}]}'
    assert "not understood" in ota("project", "list", code=1).err


def test_an_answer_that_breaks_off_counts_as_unreachable(ota: Ota, server: StrangeServer) -> None:
    server.headers, server.body = {"content-length": "100"}, b"{"
    assert "Cannot reach" in ota("whoami", code=4).err


def test_a_refused_key_exits_with_3(ota: Ota, server: StrangeServer) -> None:
    server.status, server.body = 401, b'{"code": 16, "message": "Unknown key."}'
    assert "Unknown key." in ota("whoami", code=3).err


def test_names_from_the_server_cannot_steer_the_terminal(ota: Ota, server: StrangeServer) -> None:
    server.body = b'{"list": [{"id": "p", "organizationId": "o", "name": "\\u001b[2J[bold]x"}], "total": 1}'
    shown = ota("project", "list").out
    assert "\N{REPLACEMENT CHARACTER}[2J[bold]x" in shown
    assert "\x1b" not in shown


def test_every_page_is_read_until_the_total_is_reached(ota: Ota, server: StrangeServer) -> None:
    server.body = b'{"list": [{"id": "p", "organizationId": "o", "name": "n"}], "total": 3}'
    assert len(ota("project", "list", "-o", "json").json) == 3
    assert [path.partition("page=")[2] for path in server.asked] == ["0", "1", "2"]
