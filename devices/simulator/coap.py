"""The device's own CoAP codec: messages (RFC 7252 §3), options (§3.1) and blocks (RFC 7959 §2.2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

LONGEST_TOKEN = 8
LARGEST_OPTION_NUMBER = 0xFFFF
BLOCK_SIZES = (16, 32, 64, 128, 256, 512, 1024)
_PAYLOAD_MARKER = 0xFF


class MessageFormatError(ValueError):
    """The bytes are no CoAP message, or an option in them has no valid value."""


class Type(IntEnum):
    CON = 0
    NON = 1
    ACK = 2
    RST = 3


class Code(IntEnum):
    """The codes a device sends or tells apart; a response keeps its raw number, class in the top bits."""

    EMPTY = 0x00
    GET = 0x01
    POST = 0x02
    PUT = 0x03
    DELETE = 0x04
    CONTENT = 0x45
    TOO_MANY_REQUESTS = 0x9D


class Option(IntEnum):
    ETAG = 4
    OBSERVE = 6
    URI_PATH = 11
    CONTENT_FORMAT = 12
    MAX_AGE = 14
    ACCEPT = 17
    BLOCK2 = 23
    SIZE2 = 28


class ContentFormat(IntEnum):
    OCTET_STREAM = 42
    JSON = 50
    CBOR = 60


@dataclass(frozen=True, slots=True)
class Message:
    """`options` are (number, value) pairs; repeated numbers keep their order."""

    type: Type
    code: int
    message_id: int
    token: bytes = b""
    options: tuple[tuple[int, bytes], ...] = ()
    payload: bytes = b""

    def option(self, number: Option) -> bytes | None:
        """The first value of this option."""
        return next((value for candidate, value in self.options if candidate == number), None)

    def uint(self, number: Option) -> int | None:
        value = self.option(number)
        return None if value is None else int.from_bytes(value, "big")

    def block(self) -> "Block | None":
        """Raise MessageFormatError for a reserved block size."""
        value = self.option(Option.BLOCK2)
        return None if value is None else Block.decode(value)

    @property
    def is_request(self) -> bool:
        return 0 < self.code < 0x20

    @property
    def is_success(self) -> bool:
        return self.code >> 5 == 2

    @property
    def code_text(self) -> str:
        return f"{self.code >> 5}.{self.code & 0x1F:02d}"


@dataclass(frozen=True, slots=True)
class Block:
    """One slice of a representation: `number` counts in units of `size` bytes."""

    number: int
    more: bool
    size: int

    def encode(self) -> bytes:
        return encode_uint(self.number << 4 | self.more << 3 | BLOCK_SIZES.index(self.size))

    @classmethod
    def decode(cls, value: bytes) -> "Block":
        packed = int.from_bytes(value, "big")
        exponent = packed & 7
        if len(value) > 3 or exponent == 7:
            raise MessageFormatError("a block option has at most 3 bytes and a size of at most 1024")
        return cls(number=packed >> 4, more=bool(packed & 8), size=BLOCK_SIZES[exponent])


def encode_uint(value: int) -> bytes:
    """Shortest form; zero is the empty string (RFC 7252 §3.2)."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def path_options(path: str) -> tuple[tuple[int, bytes], ...]:
    return tuple((Option.URI_PATH, segment.encode()) for segment in path.split("/") if segment)


def encode(message: Message) -> bytes:
    header = bytes((0x40 | message.type << 4 | len(message.token), message.code))
    head = header + message.message_id.to_bytes(2, "big") + message.token
    body = head + b"".join(_encoded_options(message.options))
    return body + bytes((_PAYLOAD_MARKER,)) + message.payload if message.payload else body


def _encoded_options(options: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    last = 0
    for number, value in sorted(options, key=lambda option: option[0]):
        delta, delta_extension = _nibble(number - last)
        length, length_extension = _nibble(len(value))
        yield bytes((delta << 4 | length,)) + delta_extension + length_extension + value
        last = number


def _nibble(value: int) -> tuple[int, bytes]:
    if value < 13:
        return value, b""
    if value < 269:
        return 13, bytes((value - 13,))
    return 14, (value - 269).to_bytes(2, "big")


def decode(data: bytes) -> Message:
    """Raise MessageFormatError for anything that RFC 7252 §3 calls a message format error."""
    if len(data) < 4 or data[0] >> 6 != 1:
        raise MessageFormatError("not a CoAP version 1 message")
    token_end = 4 + (data[0] & 0x0F)
    if token_end - 4 > LONGEST_TOKEN or token_end > len(data):
        raise MessageFormatError("the token is too long or cut off")
    if data[1] == Code.EMPTY and len(data) > 4:
        raise MessageFormatError("an empty message has nothing after its message id")
    options, payload = _decode_body(data, token_end)
    message_id = int.from_bytes(data[2:4], "big")
    return Message(Type(data[0] >> 4 & 3), data[1], message_id, data[4:token_end], options, payload)


def _decode_body(data: bytes, at: int) -> tuple[tuple[tuple[int, bytes], ...], bytes]:
    options: list[tuple[int, bytes]] = []
    number = 0
    while at < len(data):
        if data[at] == _PAYLOAD_MARKER:
            if at + 1 == len(data):
                raise MessageFormatError("a payload marker is followed by nothing")
            return tuple(options), data[at + 1 :]
        delta, length = data[at] >> 4, data[at] & 0x0F
        delta, at = _extended(delta, data, at + 1)
        length, at = _extended(length, data, at)
        number += delta
        if at + length > len(data) or number > LARGEST_OPTION_NUMBER:
            raise MessageFormatError("an option is cut off or out of range")
        options.append((number, data[at : at + length]))
        at += length
    return tuple(options), b""


def _extended(nibble: int, data: bytes, at: int) -> tuple[int, int]:
    """The value of an option nibble with its extension bytes, and where they end."""
    if nibble < 13:
        return nibble, at
    if nibble == 15:
        raise MessageFormatError("option nibble 15 is reserved")
    width = nibble - 12
    if at + width > len(data):
        raise MessageFormatError("an option header is cut off")
    return int.from_bytes(data[at : at + width], "big") + (13 if width == 1 else 269), at + width
