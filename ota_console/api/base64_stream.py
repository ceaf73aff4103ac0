"""Reads the JSON body of an artifact upload as it arrives; the base64 file inside it is never held whole."""

import binascii
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from ota_console.core.errors import Invalid

CONTENT = "content"
FIELDS_LIMIT = 64 * 1024  # bytes of JSON around the content

_ESCAPE = re.compile(rb"\\(?:[nr]|u00([0-7][0-9A-Fa-f]))")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BACKSLASH = ord("\\")


def read_upload(chunks: Iterable[bytes], sink: Callable[[bytes], object]) -> dict[str, Any]:
    """Parse a JSON object and return its fields except `content`, whose decoded bytes go to `sink` in pieces.

    `content` may stand anywhere among the keys. It is standard base64 with padding; line breaks are ignored.
    All other values are plain (string, number, true, false, null), at most `FIELDS_LIMIT` bytes together.
    The sink has seen bytes when an error is found late: whoever calls must throw them away.

    Raises Invalid: not a JSON object, ends too early, goes on after its end, a key twice, a list or object as
    value, too long, content that is no base64. Missing or empty content is for the caller to judge.
    """
    reader = _Reader(sink)
    for chunk in chunks:
        reader.feed(chunk)
    return reader.finish()


class _Reader:
    """Keeps the body without its content in `fields` and leaves judging that JSON to json.loads, at the end.

    On the way it only tells strings from what stands between them, to find the one that is the content.
    """

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self.fields = bytearray()
        self.content = _Base64(sink)
        self.content_seen = False
        self.string_start = self.string_end = 0  # where the latest string stands in `fields`, quotes included
        self.step = self._between_strings

    def feed(self, chunk: bytes) -> None:
        position = 0
        while position < len(chunk):
            position = self.step(chunk, position)

    def _between_strings(self, chunk: bytes, position: int) -> int:
        quote = chunk.find(b'"', position)
        if quote < 0:
            return self._keep(chunk, position, len(chunk))
        self._keep(chunk, position, quote + 1)
        if self._is_content_next():
            self._open_content()
        else:
            self.string_start = len(self.fields) - 1
            self.step = self._in_string
        return quote + 1

    def _in_string(self, chunk: bytes, position: int) -> int:
        quote = chunk.find(b'"', position)
        if quote < 0:
            return self._keep(chunk, position, len(chunk))
        self._keep(chunk, position, quote + 1)
        if not self._is_quote_escaped():
            self.string_end = len(self.fields)
            self.step = self._between_strings
        return quote + 1

    def _in_content(self, chunk: bytes, position: int) -> int:
        # Every quote ends it: an escaped one is no base64, and the backslash left before it says so.
        quote = chunk.find(b'"', position)
        if quote < 0:
            self.content.feed(chunk[position:])
            return len(chunk)
        self.content.feed(chunk[position:quote])
        self.content.finish()
        self.step = self._between_strings
        return self._keep(chunk, quote, quote + 1)

    def _keep(self, chunk: bytes, start: int, end: int) -> int:
        if len(self.fields) + end - start > FIELDS_LIMIT:
            raise Invalid(f"The fields beside {CONTENT} are longer than {FIELDS_LIMIT} bytes.")
        self.fields += chunk[start:end]
        return end

    def _is_content_next(self) -> bool:
        """Whether the quote just kept opens the value of the key `content`, however that key is escaped."""
        if self.fields[self.string_end : -1].strip(b" \t\r\n") != b":":
            return False
        key = _loads(self.fields[self.string_start : self.string_end])
        return bool(key == CONTENT)

    def _open_content(self) -> None:
        if self.content_seen:
            raise Invalid(f"The {CONTENT} is given twice.", field=CONTENT)
        self.content_seen = True
        self.string_start = self.string_end = len(self.fields)
        self.step = self._in_content

    def _is_quote_escaped(self) -> bool:
        before = end = len(self.fields) - 2
        while before > self.string_start and self.fields[before] == _BACKSLASH:
            before -= 1
        return (end - before) % 2 == 1

    def finish(self) -> dict[str, Any]:
        if self.step == self._in_content:
            raise Invalid(f"The body ends inside the {CONTENT}.", field=CONTENT)
        fields = _loads(self.fields)
        if not isinstance(fields, dict):
            raise Invalid("The body must be a JSON object.")
        for name, value in fields.items():
            if isinstance(value, dict | list):
                raise Invalid(f"The field {name} must be a plain value.", field=name)
        if not self.content_seen and CONTENT in fields:
            raise Invalid(f"The {CONTENT} must be a base64 string.", field=CONTENT)
        fields.pop(CONTENT, None)
        return fields


class _Base64:
    """Decodes the inside of a JSON string holding standard base64, cut anywhere."""

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self.sink = sink
        self.raw_rest = b""  # an escape sequence whose end has not come yet
        self.rest = b""  # up to three characters that wait for the fourth
        self.is_padded = False  # padding was read: nothing may follow

    def feed(self, raw: bytes) -> None:
        text = self.rest + self._unescaped(self.raw_rest + raw)
        whole = len(text) - len(text) % 4
        self.rest = text[whole:]
        if self.is_padded and text:
            raise _no_base64()
        if whole:
            self.is_padded = text[whole - 1] == ord("=")
            self._decode(text[:whole])

    def finish(self) -> None:
        if self.raw_rest or self.rest:
            raise _no_base64()

    def _unescaped(self, raw: bytes) -> bytes:
        r"""What the JSON escapes in `raw` stand for; those of no use in base64 stay, and fail to decode.

        In valid content no backslash follows another: each starts an escape, `\/`, `\n`, `\r` or `\u00xx`.
        """
        self.raw_rest = b""
        if b"\n" in raw or b"\r" in raw:
            raise Invalid(f"The {CONTENT} holds a line break that is not escaped.", field=CONTENT)
        backslash = raw.rfind(b"\\", -6)
        if backslash >= 0 and _is_cut(raw[backslash:]):
            raw, self.raw_rest = raw[:backslash], raw[backslash:]
        if b"\\" not in raw:
            return raw
        if b"\\\\" in raw:
            raise _no_base64()
        return _ESCAPE.sub(_unescape, raw.replace(b"\\/", b"/"))

    def _decode(self, text: bytes) -> None:
        if text.find(b"=", 0, -2) >= 0:  # a2b_base64 lets surplus padding pass, even in its strict mode
            raise _no_base64()
        try:
            self.sink(binascii.a2b_base64(text, strict_mode=True))
        except binascii.Error:
            raise _no_base64() from None


def _unescape(escape: re.Match[bytes]) -> bytes:
    """The character that one escape stands for; nothing for a line break, which base64 ignores."""
    if escape[1] is None:
        return b""
    return bytes.fromhex(escape[1].decode()).strip(b"\r\n")


def _is_cut(escape: bytes) -> bool:
    return len(escape) < (6 if escape[1:2] == b"u" else 2)


def _no_base64() -> Invalid:
    return Invalid(f"The {CONTENT} is not valid base64.", field=CONTENT)


def _loads(text: bytearray) -> Any:
    """json.loads for UTF-8 only, without NaN and Infinity, and with no key given twice."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Invalid("The body is not valid JSON.") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if not (_is_unicode(name) and _is_unicode(value)):
            raise Invalid("The body holds half of a surrogate pair.")
        if name in fields:
            raise Invalid(f"The field {name} is given twice.", field=name)
        fields[name] = value
    return fields


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _is_unicode(value: Any) -> bool:
    """JSON can escape half of a surrogate pair, which no database or file can store."""
    return not (isinstance(value, str) and _SURROGATE.search(value))
