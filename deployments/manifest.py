"""The manifest: what a device is told to run, in canonical JSON and CBOR (contract/coap.md §4).

Rendered once per deployment and kept, so that every road delivers the same bytes.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cbor2

_KEYS = {"package": 1, "version": 2, "hash": 3, "size": 4, "uri": 5, "type": 6}


@dataclass(frozen=True, slots=True)
class Component:
    """One artifact of the bundle. `sha256` is 64 lower-case hex digits, `size` in bytes, `kind` mcuboot or default."""

    package: str
    version: str
    sha256: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Both encodings, and `hash`: hex SHA-256 over the CBOR-encoded component list."""

    cbor: bytes
    json: bytes
    hash: str


#: What a device without a deployment gets: valid and empty, so that its decoder accepts it (contract/coap.md §4.3).
EMPTY = Manifest(cbor=bytes.fromhex("a201000380"), json=b'{"sequenceNumber":0,"components":[]}', hash="")


def render(sequence_number: int, components: Sequence[Component]) -> Manifest:
    """Encode in the order given; the same input always gives the same bytes."""
    listed = [_fields(component) for component in components]
    keyed = [{_KEYS[name]: value for name, value in fields.items()} for fields in listed]
    digest = hashlib.sha256(cbor2.dumps(keyed)).hexdigest()
    return Manifest(
        cbor=cbor2.dumps({1: sequence_number, 2: digest, 3: keyed}),
        json=_compact({"sequenceNumber": sequence_number, "hash": digest, "components": listed}),
        hash=digest,
    )


def _fields(component: Component) -> dict[str, Any]:
    return {
        "package": component.package,
        "version": component.version,
        "hash": component.sha256,
        "size": component.size,
        "uri": f"/.u/c/{component.package}@{component.version}",
        "type": component.kind,
    }


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()
