"""The upload reader gives what json.loads and base64 give, however the body is cut, and refuses the rest."""

import base64
import json
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ota_console.api.base64_stream import FIELDS_LIMIT, read_upload
from ota_console.core.errors import Invalid

PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
TEXT = st.text(max_size=12).filter(lambda text: text != "content")
BLANKS = st.text(" \t\r\n", max_size=3).map(str.encode)


def cut(body: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The body in pieces of those sizes, over and over."""
    position = index = 0
    while position < len(body):
        size = sizes[index % len(sizes)]
        yield body[position : position + size]
        position += size
        index += 1


def read(body: bytes, sizes: list[int] | None = None) -> tuple[dict[str, Any], bytes]:
    content = bytearray()
    fields = read_upload(cut(body, sizes or [len(body) or 1]), content.extend)
    return fields, bytes(content)


@st.composite
def json_strings(draw: st.DrawFn, text: str) -> bytes:
    """`text` as a JSON string with every character escaped in one of the ways JSON allows."""
    written = []
    for character in text:
        ways = [json.dumps(character)[1:-1], f"\\u{ord(character):04x}"]
        ways += ["\\/"] if character == "/" else []
        written.append(draw(st.sampled_from(ways)) if ord(character) < 0x10000 else ways[0])
    return b'"' + "".join(written).encode() + b'"'


@st.composite
def uploads(draw: st.DrawFn) -> tuple[bytes, dict[str, Any], bytes]:
    """A body, its fields without content, and the content."""
    content = draw(st.binary(max_size=60))
    fields = draw(st.dictionaries(TEXT, PLAIN, max_size=5))
    pairs = [(json.dumps(name).encode(), json.dumps(value).encode()) for name, value in fields.items()]
    encoded = base64.encodebytes(content) if draw(st.booleans()) else base64.b64encode(content)
    pair = (draw(json_strings("content")), draw(json_strings(encoded.decode())))
    pairs.insert(draw(st.integers(0, len(pairs))), pair)
    body = b",".join(
        draw(BLANKS) + name + draw(BLANKS) + b":" + draw(BLANKS) + value + draw(BLANKS) for name, value in pairs
    )
    return draw(BLANKS) + b"{" + body + b"}" + draw(BLANKS), fields, content


@given(uploads(), st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_any_upload_cut_anywhere_is_read_as_written(
    upload: tuple[bytes, dict[str, Any], bytes], sizes: list[int]
) -> None:
    body, fields, content = upload
    assert read(body, sizes) == (fields, content)


RFC_4648 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def reference(body: bytes) -> tuple[dict[str, Any], bytes] | None:
    """What json.loads and base64 make of a body that holds a content string; None where they refuse."""
    try:
        fields = json.loads(body.decode())
    except ValueError:
        return None
    content = re.sub(r"[\r\n]", "", fields.pop("content"))
    return (fields, base64.b64decode(content)) if RFC_4648.fullmatch(content) else None


BASE64_AND_NOISE = [
    "QUJD",
    "QQ==",
    "QUI=",
    "A",
    "=",
    "+/",
    "\\/",
    "\\u002b",
    "\\u005c",
    "\\n",
    "\\\\",
    '\\"',
    "\\u00",
    "\\",
]
BASE64_AND_NOISE += ["-_", " ", "n", "2b", "\\r", "\\t", "\\x", "\n", "é", "\x00"]


@given(
    st.lists(st.sampled_from(BASE64_AND_NOISE), max_size=6).map("".join),
    st.lists(st.integers(1, 7), min_size=1),
)
@example("\\u005cn", [3])
@example("\\u00\\n2b", [50])
@example("QQ==QQ==", [4])
@example("QQ==\\n", [16])
def test_content_is_accepted_exactly_when_it_is_base64(text: str, sizes: list[int]) -> None:
    body = f'{{"a": 1, "content": "{text}", "b": "x"}}'.encode()
    expected = reference(body)
    if expected is None:
        with pytest.raises(Invalid):
            read(body, sizes)
    else:
        assert read(body, sizes) == expected


@given(uploads(), st.data())
def test_a_body_that_ends_too_early_is_refused(
    upload: tuple[bytes, dict[str, Any], bytes], data: st.DataObject
) -> None:
    body = upload[0].rstrip()
    end = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(Invalid):
        read(body[:end], [3])


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b"", None, "not valid JSON"),
        (b"[]", None, "must be a JSON object"),
        (b'[{"content": "QQ=="}]', None, "must be a JSON object"),
        (b'{"content": "QQ=="} x', None, "not valid JSON"),
        (b'{"content": "QQ==":"QQ=="}', None, "not valid JSON"),
        (b'{"a": NaN, "content": "QQ=="}', None, "not valid JSON"),
        (b'{"a": "\xff", "content": "QQ=="}', None, "not valid JSON"),
        (b'{"a": "\\ud800", "content": "QQ=="}', None, "surrogate"),
        (b'{"content": "Q', "content", "ends inside"),
        (b'{"content": "Q"}', "content", "not valid base64"),
        (b'{"content": "QQ==", "content": "QQ=="}', "content", "twice"),
        (b'{"content": 5, "content": "QQ=="}', "content", "twice"),
        (b'{"content": "QQ==", "\\u0063ontent": 5}', "content", "twice"),
        (b'{"content": 5}', "content", "must be a base64 string"),
        (b'{"content": null}', "content", "must be a base64 string"),
        (b'{"version": "1", "version": "2"}', "version", "twice"),
        (b'{"version": ["1"]}', "version", "plain value"),
        (b'{"version": {"content": "QQ=="}}', "version", "plain value"),
        (b"[" * 60_000, None, "not valid JSON"),
        (b'{"a": "' + b"x" * FIELDS_LIMIT + b'"}', None, "longer than"),
    ],
)
def test_refusals_say_what_is_wrong(body: bytes, field: str | None, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        read(body)
    assert refusal.value.field == field


def test_a_body_without_content_gives_its_fields_and_no_bytes() -> None:
    assert read(b'{"version": "1.0.0"}') == ({"version": "1.0.0"}, b"")


def test_memory_stays_flat_over_a_long_content() -> None:
    piece = base64.b64encode(bytes(range(192)) * 256)  # 64 KiB of base64
    received = 0

    def count(data: bytes) -> None:
        nonlocal received
        received += len(data)

    def body() -> Iterator[bytes]:
        yield b'{"content":"'
        for _ in range(300):
            yield piece
        yield b'","version":"1"}'

    tracemalloc.start()
    fields = read_upload(body(), count)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fields == {"version": "1"}
    assert received == 300 * 192 * 256
    assert peak < 1024 * 1024
