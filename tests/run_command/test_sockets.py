"""Listening sockets and the way addresses are written."""

import socket

import pytest

from ota_console.core.addresses import Address
from ota_console.run import sockets
from ota_console.run.errors import CannotStart

ANY_PORT = Address("127.0.0.1", 0)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000),
        ("[::1]:5684", "::1", 5684),
        (":80", "", 80),
        ("ota.example:1", "ota.example", 1),
    ],
)
def test_address_is_read(text: str, host: str, port: int) -> None:
    address = Address.parse(text, variable="OTA_HTTP")

    assert address == Address(host, port)
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "8000", "localhost", "host:", "host:http", "host:65536", "::1:80", "host:-1"])
def test_address_that_is_none_names_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match=r"^OTA_COAPS: .* is not host:port"):
        Address.parse(text, variable="OTA_COAPS")


@pytest.mark.parametrize(("host", "reachable"), [("", "127.0.0.1"), ("::", "::1"), ("10.1.2.3", "10.1.2.3")])
def test_everywhere_is_reached_by_the_loopback(host: str, reachable: str) -> None:
    assert Address(host, 1).reachable == Address(reachable, 1)


def test_listener_takes_connections_at_its_address() -> None:
    with sockets.listen_http(ANY_PORT) as listener:
        address = sockets.bound_address(listener)
        with socket.create_connection((address.host, address.port), timeout=5):
            assert listener.accept()


def test_replies_do_not_wait_for_acknowledgements() -> None:
    with sockets.listen_http(ANY_PORT) as listener:
        address = sockets.bound_address(listener)
        with socket.create_connection((address.host, address.port), timeout=5), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_port_in_use_names_the_variable() -> None:
    with (
        sockets.listen_http(ANY_PORT) as http,
        pytest.raises(CannotStart, match="OTA_HTTP: .* in use by another program"),
    ):
        sockets.listen_http(sockets.bound_address(http))
    with sockets.bind_coaps(ANY_PORT) as coaps, pytest.raises(CannotStart, match="OTA_COAPS: .* in use by another"):
        sockets.bind_coaps(sockets.bound_address(coaps))


def test_an_address_of_another_machine_names_the_variable() -> None:
    with pytest.raises(CannotStart, match=r"OTA_COAPS: cannot listen on 192\.0\.2\.1:0"):
        sockets.bind_coaps(Address("192.0.2.1", 0))
