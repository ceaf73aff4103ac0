"""A device for tests: blocking, over real sockets, with a CoAP codec that shares nothing with the server's."""

import select
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from devices.openssl import ClientContext, Connection, DtlsError, PeerClosed

CON, NON, ACK, RST = range(4)
EMPTY, GET, POST, PUT, DELETE = range(5)
ETAG, OBSERVE, URI_PATH, CONTENT_FORMAT, ACCEPT, BLOCK2, SIZE2 = 4, 6, 11, 12, 17, 23, 28
JSON, CBOR, OCTETS = 50, 60, 42
GCM, CCM, CBC, CCM_8 = "PSK-AES128-GCM-SHA256", "PSK-AES128-CCM", "PSK-AES128-CBC-SHA256", "PSK-AES128-CCM8"
ALL_SUITES = f"{CCM_8}:{CBC}:{CCM}:{GCM}"

Options = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Message:
    kind: int
    code: int
    message_id: int
    token: bytes = b""
    options: Options = ()
    payload: bytes = b""

    def option(self, number: int) -> bytes | None:
        return next((value for found, value in self.options if found == number), None)

    def number(self, number: int) -> int | None:
        value = self.option(number)
        return None if value is None else int.from_bytes(value, "big")

    @property
    def status(self) -> str:
        return f"{self.code >> 5}.{self.code & 31:02}"


def uint(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def encode(message: Message) -> bytes:
    out = bytearray(
        struct.pack("!BBH", 0x40 | message.kind << 4 | len(message.token), message.code, message.message_id)
    )
    out += message.token
    last = 0
    for number, value in sorted(message.options, key=lambda option: option[0]):
        delta, delta_more = _nibble(number - last)
        length, length_more = _nibble(len(value))
        out += bytes((delta << 4 | length,)) + delta_more + length_more + value
        last = number
    return bytes(out + b"\xff" + message.payload if message.payload else out)


def decode(datagram: bytes) -> Message:
    first, code, message_id = struct.unpack_from("!BBH", datagram)
    assert first >> 6 == 1
    at = 4 + (first & 15)
    token, number, options = datagram[4:at], 0, []
    while at < len(datagram) and datagram[at] != 0xFF:
        delta, length, at = datagram[at] >> 4, datagram[at] & 15, at + 1
        delta, at = _extended(datagram, delta, at)
        length, at = _extended(datagram, length, at)
        number += delta
        options.append((number, datagram[at : at + length]))
        at += length
    return Message(first >> 4 & 3, code, message_id, token, tuple(options), datagram[at + 1 :])


def _nibble(value: int) -> tuple[int, bytes]:
    if value < 13:
        return value, b""
    return (13, bytes((value - 13,))) if value < 269 else (14, struct.pack("!H", value - 269))


def _extended(datagram: bytes, value: int, at: int) -> tuple[int, int]:
    if value == 13:
        return datagram[at] + 13, at + 1
    return (struct.unpack_from("!H", datagram, at)[0] + 269, at + 2) if value == 14 else (value, at)


class Refused(Exception):
    """The handshake ended with an alert."""


class Client:
    """`wire` lists every datagram that came in, still encrypted."""

    def __init__(
        self, port: int, identity: str, key: str, *, suites: str = ALL_SUITES, sock: socket.socket | None = None
    ) -> None:
        self.socket = sock or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self._context = ClientContext(f"{suites}:@SECLEVEL=0")
        self.connection = Connection(self._context)
        self.connection.psk = (identity.encode(), key.encode())
        self._ids, self._tokens = count(1), count(1)
        self._inbox: list[Message] = []

    # ── DTLS ────────────────────────────────────────────────────────────────────────────────────────────────
    def connect(self, timeout: float = 10.0) -> "Client":
        """Raise Refused on an alert, TimeoutError when nothing comes of it."""
        deadline = time.monotonic() + timeout
        self._handshake()
        while not self.connection.is_established:
            datagram = self.receive_datagram(min(0.5, deadline - time.monotonic()))
            if datagram is not None:
                self.connection.feed(datagram)
                self._handshake()
            elif time.monotonic() >= deadline:
                raise TimeoutError
            else:
                self.connection.handle_timeout()
                self._flush()
        return self

    def _handshake(self) -> None:
        try:
            self.connection.handshake()
        except DtlsError as error:
            raise Refused(str(error)) from error
        finally:
            self._flush()

    def _flush(self) -> None:
        for datagram in self.connection.flights():
            self.socket.send(datagram)

    def receive_datagram(self, timeout: float) -> bytes | None:
        ready, _, _ = select.select([self.socket], [], [], max(0.0, timeout))
        return self.socket.recv(65536) if ready else None

    def close(self) -> None:
        self.connection.close_notify()
        self._flush()
        self.socket.close()

    # ── CoAP ────────────────────────────────────────────────────────────────────────────────────────────────
    def send(self, message: Message | bytes) -> None:
        self.socket.send(self.connection.seal(encode(message) if isinstance(message, Message) else message))

    def receive(self, timeout: float = 5.0) -> Message | None:
        """The next message, None when there is none in time. Raises PeerClosed."""
        deadline = time.monotonic() + timeout
        while not self._inbox:
            datagram = self.receive_datagram(deadline - time.monotonic())
            if datagram is None:
                return None
            self.connection.feed(datagram)
            while (plain := self.connection.read()) is not None:
                self._inbox.append(decode(plain))
        return self._inbox.pop(0)

    def exchange(self, message: Message | bytes, timeout: float = 5.0) -> Message:
        """Send and take the next message that comes."""
        self.send(message)
        answer = self.receive(timeout)
        assert answer is not None, "no answer"
        return answer

    def request(
        self, code: int, path: str, *options: tuple[int, bytes], payload: bytes = b"", kind: int = CON
    ) -> Message:
        return Message(kind, code, self.next_id(), uint(next(self._tokens)), (*_path(path), *options), payload)

    def next_id(self) -> int:
        return next(self._ids)

    def get(
        self, path: str, *, accept: int | None = None, block: int | None = None, observe: int | None = None
    ) -> Message:
        """`block` is the raw Block2 value."""
        given = ((ACCEPT, accept), (BLOCK2, block), (OBSERVE, observe))
        options = [(number, uint(value)) for number, value in given if value is not None]
        return self.exchange(self.request(GET, path, *options))

    def report(self, package: str, payload: bytes, content_format: int | None = CBOR) -> Message:
        options = [] if content_format is None else [(CONTENT_FORMAT, uint(content_format))]
        return self.exchange(self.request(POST, f".u/c/{package}", *options, payload=payload))

    def observe(self, accept: int = CBOR) -> Message:
        return self.get(".u/desired", accept=accept, observe=0)

    def notification(self, timeout: float = 5.0) -> Message | None:
        """The next notification, acknowledged."""
        message = self.receive(timeout)
        if message is not None:
            self.send(Message(ACK, EMPTY, message.message_id))
        return message

    def download(self, path: str, *, exponent: int = 6, first: int = 0, accept: int | None = OCTETS) -> bytes:
        """Every block from `first` on."""
        parts, number, more = [], first, True
        while more:
            answer = self.get(path, accept=accept, block=number << 4 | exponent)
            assert answer.status == "2.05", answer
            block = answer.number(BLOCK2)
            assert block is not None
            assert (block >> 4, block & 7) == (number, exponent)
            more = bool(block & 8)
            assert len(answer.payload) == 16 << exponent or not more
            parts.append(answer.payload)
            number += 1
        return b"".join(parts)


def _path(path: str) -> Iterable[tuple[int, bytes]]:
    return [(URI_PATH, segment.encode()) for segment in path.split("/")] if path else []


def wait_closed(client: Client, timeout: float = 10.0) -> bool:
    """Whether the server ends the session in time."""
    try:
        while client.receive(timeout) is not None:
            pass
    except PeerClosed:
        return True
    return False
