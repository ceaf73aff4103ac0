"""Habits of both client families, and what happens to messages that are odd (contract/coap.md §2, §9, §10)."""

from collections.abc import Callable

import pytest

from devices.models import Device
from tests.gateway.client import (
    ACCEPT,
    ACK,
    CON,
    DELETE,
    EMPTY,
    GET,
    NON,
    POST,
    PUT,
    RST,
    URI_PATH,
    Client,
    Message,
    encode,
)

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]
ZERO_TOKEN = bytes(8)


@pytest.fixture
def client(connect: Connect, device: Device) -> Client:
    return connect(device)


def test_keep_alive_by_delete_on_the_empty_path(client: Client) -> None:
    for message_id in (1, 2, 65535, 1):
        answer = client.exchange(Message(CON, DELETE, message_id, ZERO_TOKEN))
        assert (answer.kind, answer.status, answer.message_id, answer.token) == (ACK, "2.02", message_id, ZERO_TOKEN)


@pytest.mark.parametrize("kind", [NON, CON])
def test_empty_message_is_reset(client: Client, kind: int) -> None:
    assert client.exchange(Message(kind, EMPTY, 4711)) == Message(RST, EMPTY, 4711)


@pytest.mark.parametrize("path", [".s", ".s/logs", ".s/a/b/c", "logs"])
@pytest.mark.parametrize("payload", [b"", b"\xff\xff", b'{"level":"warn"}'])
def test_logs_always_succeed(client: Client, path: str, payload: bytes) -> None:
    request = client.request(POST, path, (ACCEPT, b"\x3c"), payload=payload)
    assert client.exchange(request).status == "2.04"


@pytest.mark.parametrize(
    ("code", "path"), [(GET, ".rpc"), (POST, ".c/status"), (GET, ".d/x"), (PUT, "v1/csr"), (GET, ".u")]
)
def test_other_paths_are_not_found_at_once(client: Client, code: int, path: str) -> None:
    answer = client.exchange(client.request(code, path))
    assert (answer.kind, answer.status) == (ACK, "4.04")


@pytest.mark.parametrize("code", [GET, POST])
def test_a_path_that_is_no_text_is_not_found(client: Client, code: int) -> None:
    answer = client.exchange(Message(CON, code, 7, ZERO_TOKEN, ((URI_PATH, b"\xff\xfe"),)))
    assert (answer.kind, answer.status, answer.message_id, answer.token) == (ACK, "4.04", 7, ZERO_TOKEN)


def test_methods_that_a_path_does_not_have(client: Client) -> None:
    assert client.exchange(client.request(DELETE, ".u/desired")).status == "4.05"
    assert client.exchange(client.request(GET, "")).status == "4.05"


def test_hello_and_echo(client: Client) -> None:
    assert client.exchange(client.request(GET, "hello")).status == "2.05"
    assert client.exchange(client.request(POST, "echo", payload=b"again")).payload == b"again"


def test_unknown_options(client: Client) -> None:
    critical, elective = (2001, b"x"), (2000, b"x")
    for path in (".u/desired", "hello"):
        assert client.exchange(client.request(GET, path, critical)).status == "4.02"
        assert client.exchange(client.request(GET, path, elective)).status == "2.05"


@pytest.mark.parametrize(
    "options",
    [b"\xf0", b"\x0f", b"\xe0\x00", b"\xd0", b"\x35abc", b"\xff", b"\xb2\xc3\x28"],
    ids=["delta 15", "length 15", "delta cut", "extension cut", "value cut", "empty payload", "not UTF-8"],
)
def test_malformed_message_is_reset_or_refused_and_the_session_goes_on(client: Client, options: bytes) -> None:
    answer = client.exchange(b"\x40\x01\x12\x34" + options)
    assert (answer.message_id, answer.code >> 5) in {(0x1234, 0), (0x1234, 4)}
    assert client.get(".u/desired").status == "2.05"


@pytest.mark.parametrize(
    "datagram", [b"", b"\x40", b"\x40\x01\x00", b"\x80\x01\x00\x01", b"\x50\xe1\x00\x01", b"\x60\x45\x00\x01"]
)
def test_noise_is_ignored(client: Client, datagram: bytes) -> None:
    if datagram:
        client.send(datagram)
    assert client.get(".u/desired").status == "2.05"


def test_response_that_nobody_asked_for_is_reset(client: Client) -> None:
    assert client.exchange(Message(CON, 0x45, 99, b"?")) == Message(RST, EMPTY, 99)


def test_burst_above_the_limit_is_slowed_down_but_logs_and_blocks_are_not(client: Client) -> None:
    requests = [client.request(GET, "hello") for _ in range(80)]
    for request in requests:
        client.send(request)
    statuses = [answer.status for _ in requests if (answer := client.receive()) is not None]
    assert set(statuses) == {"2.05", "4.29"}
    assert client.exchange(client.request(POST, ".s/logs")).status == "2.04"
    assert client.get(".u/c/main@1.0.0", block=6).status == "4.04"


def test_several_messages_in_one_datagram(client: Client) -> None:
    records = [client.connection.seal(encode(client.request(GET, path))) for path in ("hello", ".u/desired")]
    client.socket.send(b"".join(records))
    assert {answer.status for _ in records if (answer := client.receive()) is not None} == {"2.05"}


def test_path_option_may_be_long(client: Client) -> None:
    request = client.request(GET, "", (URI_PATH, b"x" * 300))
    assert client.exchange(request).status == "4.04"
