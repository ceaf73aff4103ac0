"""The CoAP messages of the hot road, as bytes (RFC 7252 §3).

The parser is strict and knows one shape: a confirmable GET with options that the hot road understands. Everything
else is `None` here and belongs to the other road, which also answers malformed messages.
"""

from dataclasses import dataclass, field
from enum import IntEnum


class Type(IntEnum):
    CON = 0
    NON = 1
    ACK = 2
    RST = 3


class Code(IntEnum):
    """Codes as they stand in the header: class in the upper three bits, detail in the lower five."""

    EMPTY = 0
    GET = 0x01
    CONTENT = 0x45
    BAD_REQUEST = 0x80
    NOT_FOUND = 0x84
    NOT_ACCEPTABLE = 0x86
    TOO_MANY_REQUESTS = 0x9D
    SERVICE_UNAVAILABLE = 0xA3


class Option(IntEnum):
    URI_HOST = 3
    ETAG = 4
    OBSERVE = 6
    URI_PORT = 7
    URI_PATH = 11
    CONTENT_FORMAT = 12
    MAX_AGE = 14
    ACCEPT = 17
    BLOCK2 = 23
    SIZE2 = 28


#: Content formats of the contract (contract/coap.md §3).
OCTET_STREAM, JSON, CBOR = 42, 50, 60

HEADER = 4
_LONGEST_TOKEN = 8
_PAYLOAD_MARKER = 0xFF
_CON_VERSION_1 = 0x40
_ACK_VERSION_1 = 0x60
_SKIPPED = frozenset({Option.URI_HOST, Option.ETAG, Option.URI_PORT, Option.SIZE2})
_LONGEST_UINT = {Option.OBSERVE: 3, Option.ACCEPT: 2, Option.BLOCK2: 3}


@dataclass(slots=True)
class Get:
    """A confirmable GET. `block` is the raw Block2 value (number, more, size exponent); None means absent."""

    message_id: int
    token: bytes
    path: list[bytes] = field(default_factory=list)
    observe: int | None = None
    accept: int | None = None
    block: int | None = None


def parse_get(datagram: bytes) -> Get | None:
    """None for whatever is not a well-formed GET of the hot road's shape."""
    length = len(datagram)
    if length < HEADER or datagram[1] != Code.GET or datagram[0] & 0xF0 != _CON_VERSION_1:
        return None
    position = HEADER + (datagram[0] & 0x0F)
    if position > length or position > HEADER + _LONGEST_TOKEN:
        return None
    request = Get(datagram[2] << 8 | datagram[3], datagram[HEADER:position])
    number = 0
    while position < length:
        delta, size = datagram[position] >> 4, datagram[position] & 0x0F
        position += 1
        if delta == 13 and position < length:
            delta = datagram[position] + 13
            position += 1
        elif delta > 12:
            return None
        if size == 13 and position < length:
            size = datagram[position] + 13
            position += 1
        elif size > 12:
            return None
        number += delta
        value = datagram[position : position + size]
        position += size
        if position > length or not _take(request, number, value, is_repeated=delta == 0):
            return None
    return request


def _take(request: Get, number: int, value: bytes, *, is_repeated: bool) -> bool:
    if number == Option.URI_PATH:
        request.path.append(value)
        return True
    if number in _SKIPPED:
        return True
    longest = _LONGEST_UINT.get(number)  # type: ignore[call-overload]
    if longest is None or len(value) > longest or is_repeated:
        return False
    setting = int.from_bytes(value, "big")
    if number == Option.OBSERVE:
        request.observe = setting
    elif number == Option.ACCEPT:
        request.accept = setting
    else:
        request.block = setting
    return True


def uint(value: int) -> bytes:
    """The shortest form, zero being empty (RFC 7252 §3.2)."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def encode(
    kind: Type, code: int, message_id: int, token: bytes, options: list[tuple[int, bytes]], payload: bytes
) -> bytes:
    """`options` in ascending order of their numbers."""
    parts = [bytes((0x40 | kind << 4 | len(token), code, message_id >> 8, message_id & 0xFF)), token]
    number = 0
    for option, value in options:
        parts.append(_option_header(option - number, len(value)))
        parts.append(value)
        number = option
    if payload:
        parts.append(b"\xff")
        parts.append(payload)
    return b"".join(parts)


def _option_header(delta: int, length: int) -> bytes:
    extended = b""
    if delta > 12:
        extended, delta = bytes((delta - 13,)), 13
    if length > 12:
        extended, length = extended + bytes((length - 13,)), 13
    return bytes((delta << 4 | length,)) + extended


def empty(kind: Type, message_id: int) -> bytes:
    """An empty acknowledgement or reset."""
    return bytes((0x40 | kind << 4, 0, message_id >> 8, message_id & 0xFF))
