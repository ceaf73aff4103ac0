"""The CoAP messages of the hot road, as bytes (RFC 7252 §3).

The parser is strict and knows one shape: a confirmable GET with options that the hot road understands. Everything
else is `None` here and belongs to the other road, which also answers malformed messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final


class Type:
    CON: Final = 0
    NON: Final = 1
    ACK: Final = 2
    RST: Final = 3


class Code:
    """Codes as they stand in the header: class in the upper three bits, detail in the lower five."""

    EMPTY: Final = 0
    GET: Final = 0x01
    CONTENT: Final = 0x45
    BAD_REQUEST: Final = 0x80
    NOT_FOUND: Final = 0x84
    NOT_ACCEPTABLE: Final = 0x86
    TOO_MANY_REQUESTS: Final = 0x9D
    SERVICE_UNAVAILABLE: Final = 0xA3


class Option:
    URI_HOST: Final = 3
    ETAG: Final = 4
    OBSERVE: Final = 6
    URI_PORT: Final = 7
    URI_PATH: Final = 11
    CONTENT_FORMAT: Final = 12
    MAX_AGE: Final = 14
    ACCEPT: Final = 17
    BLOCK2: Final = 23
    SIZE2: Final = 28


#: Content formats of the contract (contract/coap.md §3).
OCTET_STREAM: Final = 42
JSON: Final = 50
CBOR: Final = 60

HEADER: Final = 4
_LONGEST_TOKEN: Final = 8
_CON_VERSION_1: Final = 0x40
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
    if is_repeated or len(value) > _LONGEST_UINT.get(number, -1):
        return False
    if number == Option.BLOCK2:
        request.block = int.from_bytes(value, "big")
    elif number == Option.ACCEPT:
        request.accept = int.from_bytes(value, "big")
    else:
        request.observe = int.from_bytes(value, "big")
    return True


def uint(value: int) -> bytes:
    """The shortest form, zero being empty (RFC 7252 §3.2)."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def encode(
    kind: int, code: int, message_id: int, token: bytes, options: Sequence[tuple[int, bytes]], payload: bytes
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


def empty(kind: int, message_id: int) -> bytes:
    """An empty acknowledgement or reset."""
    return bytes((0x40 | kind << 4, 0, message_id >> 8, message_id & 0xFF))
