"""Property tests of the report decoder: any bytes give a report or `Invalid`, nothing else."""

import json

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.gateway.codec import CBOR, JSON
from devices.gateway.payloads import ReportBody, decode_report
from ota_console.core.errors import Invalid

TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=40)
NUMBERS = st.integers(0, 2**31 - 1)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
)


@given(st.binary(max_size=200), st.sampled_from([None, CBOR, JSON, 42]))
def test_any_bytes(payload: bytes, content_format: int | None) -> None:
    try:
        body = decode_report(payload, content_format)
    except Invalid:
        return
    assert isinstance(body, ReportBody)


@given(st.dictionaries(st.sampled_from(["s", "r", "v", "t", "state", "x"]), VALUES))
def test_any_values(fields: dict[str, object]) -> None:
    try:
        body = decode_report(cbor2.dumps(fields), CBOR)
    except Invalid:
        return
    assert 0 <= body.state < 2**31
    assert body.version.isprintable()


@given(NUMBERS, NUMBERS, TEXT, TEXT, st.booleans())
def test_both_key_sets_in_both_formats(state: int, reason: int, version: str, target: str, is_short: bool) -> None:
    names = ("s", "r", "v", "t") if is_short else ("state", "reason", "version", "target")
    fields = dict(zip(names, (state, reason, version, target), strict=True))
    expected = ReportBody(state, reason, version, target)
    assert decode_report(cbor2.dumps(fields), CBOR) == expected
    assert decode_report(json.dumps(fields).encode(), JSON) == expected


def test_published_vector() -> None:
    vector = "bf61730161720063706b67646d61696e617665312e322e33617465312e322e34ff"
    assert decode_report(bytes.fromhex(vector), CBOR) == ReportBody(1, 0, "1.2.3", "1.2.4")


def test_two_maps_are_not_one() -> None:
    with pytest.raises(Invalid):
        decode_report(b"\xa0\xa0", CBOR)
