"""The two sockets that listen. The supervisor owns them, so that a part that crashes keeps its port."""

import contextlib
import errno
import socket

from ota_console.core.addresses import Address
from ota_console.run.errors import CannotStart

_BACKLOG = 2048
_RECEIVE_BUFFER = 8 * 1024 * 1024  # thousands of devices answer one fan-out together; the stock size lost packets at 50
_SO_RCVBUFFORCE = 33  # Linux: past net.core.rmem_max, for the superuser


def listen_http(address: Address) -> socket.socket:
    """Raise CannotStart when the port is taken or the host is not ours."""
    listener = _bind(address, socket.SOCK_STREAM, "OTA_HTTP")
    # Connections inherit it. uvicorn takes a socket that it was handed for a Unix one and would not set it, and a reply
    # in two writes then waits 40 ms for the client's delayed ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen(_BACKLOG)
    return listener


def bind_coaps(address: Address) -> socket.socket:
    """A bound UDP socket with a large receive buffer. Raise CannotStart as `listen_http` does."""
    bound = _bind(address, socket.SOCK_DGRAM, "OTA_COAPS")
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    with contextlib.suppress(OSError):
        bound.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    return bound


def bound_address(bound: socket.socket) -> Address:
    host, port = bound.getsockname()[:2]
    return Address(host, port)


def _bind(address: Address, kind: socket.SocketKind, variable: str) -> socket.socket:
    bound = None
    try:
        family, _, _, _, target = socket.getaddrinfo(
            address.host or None, address.port, type=kind, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind)
        if kind == socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(target)
    except OSError as error:
        if bound is not None:
            bound.close()
        raise CannotStart(f"{variable}: {_reason(address, error)}; set {variable} to another host:port") from error
    return bound


def _reason(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{address} is in use by another program"
    return f"cannot listen on {address} ({error.strerror})"
