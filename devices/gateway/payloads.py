"""The body of a state report (contract/coap.md §7), in CBOR or JSON, with long or short keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import cbor2

from devices.gateway.codec import CBOR, JSON
from ota_console.core.errors import Invalid

_LARGEST_NUMBER = 2**31 - 1
_LONGEST_TEXT = 255
_LARGEST_PAYLOAD = 1024


@dataclass(frozen=True, slots=True)
class ReportBody:
    """Numbers are stored as the device sent them; empty text means absent."""

    state: int
    reason: int
    version: str
    target: str


def decode_report(payload: bytes, content_format: int | None) -> ReportBody:
    """Raise Invalid for anything but one well-formed map. Unknown keys are skipped, missing ones have defaults.

    The package in the body is ignored: the path segment decides. Definite and indefinite maps are accepted.
    """
    if len(payload) > _LARGEST_PAYLOAD:
        raise Invalid(f"a report has at most {_LARGEST_PAYLOAD} bytes")
    fields = _decode(payload, content_format)
    if not isinstance(fields, Mapping):
        raise Invalid("a report is a map")
    return ReportBody(
        state=_number(fields, "state", "s"),
        reason=_number(fields, "reason", "r"),
        version=_text(fields, "version", "v"),
        target=_text(fields, "target", "t"),
    )


def _decode(payload: bytes, content_format: int | None) -> Any:
    if content_format not in (None, CBOR, JSON):
        raise Invalid("a report is CBOR or JSON")
    # Without a format the first byte tells: no CBOR map begins with an opening brace.
    is_json = content_format == JSON or (content_format is None and payload.lstrip()[:1] == b"{")
    try:
        return json.loads(payload) if is_json else _decode_cbor(payload)
    except Exception as error:  # noqa: BLE001 - hostile tags raise whatever their meaning raises: dates, decimals, …
        raise Invalid("the report cannot be decoded") from error


def _decode_cbor(payload: bytes) -> Any:
    stream = BytesIO(payload)
    decoded = cbor2.load(stream)
    if stream.tell() != len(payload):
        raise ValueError("something follows the report")
    return decoded


def _number(fields: Mapping[Any, Any], name: str, short: str) -> int:
    value = fields.get(name, fields.get(short, 0))
    if type(value) is not int or not 0 <= value <= _LARGEST_NUMBER:
        raise Invalid(f"{name} is a number from 0 to {_LARGEST_NUMBER}", field=name)
    return value


def _text(fields: Mapping[Any, Any], name: str, short: str) -> str:
    value = fields.get(name, fields.get(short, ""))
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise Invalid(f"{name} is a text of at most {_LONGEST_TEXT} printable characters", field=name)
    return value
