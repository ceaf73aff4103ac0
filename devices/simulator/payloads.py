"""What a device reads and writes inside messages: manifests and state reports (contract/coap.md §4, §7)."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import cbor2

_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestError(ValueError):
    """The firmware's decoder would reject this manifest whole."""


class State(IntEnum):
    IDLE = 0
    DOWNLOADING = 1
    DOWNLOADED = 2
    UPDATING = 3


class Reason(IntEnum):
    READY = 0
    UPDATED = 1
    INTEGRITY = 5
    UPDATE_FAILED = 8
    AWAITING_RETRY = 11


@dataclass(frozen=True, slots=True)
class Component:
    """`size` in bytes; `sha256` is 64 lower-case hex digits; `uri` is relative with a leading slash."""

    package: str
    version: str
    sha256: str
    size: int
    uri: str


@dataclass(frozen=True, slots=True)
class Manifest:
    sequence_number: int = 0
    components: tuple[Component, ...] = ()

    @property
    def versions(self) -> dict[str, str]:
        """Package name → version that should run."""
        return {component.package: component.version for component in self.components}


def decode_manifest(payload: bytes) -> Manifest:
    """Raise ManifestError where contract/coap.md §4.2 says that a device rejects the whole manifest."""
    content = _plain_cbor(payload)
    if not isinstance(content, dict) or any(isinstance(key, int) and key < 0 for key in content):
        raise ManifestError("not a map with unsigned keys")
    if (1 in content) != (3 in content):
        raise ManifestError("sequence number and components come together or not at all")
    number, components = content.get(1, 0), content.get(3, [])
    if not isinstance(components, list) or not _is_int(number, 0x7FFFFFFF):
        raise ManifestError("the sequence number or the component list has a wrong type")
    return Manifest(number, tuple(_component(entry) for entry in components))


def _plain_cbor(payload: bytes) -> Any:
    """Some firmware builds read definite lengths only; writing the content again must give the same bytes."""
    try:
        content = cbor2.loads(payload)
        again = cbor2.dumps(content)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ManifestError("not CBOR") from error
    if again != payload:
        raise ManifestError("indefinite lengths, integers longer than needed, or something behind")
    return content


def _component(entry: Any) -> Component:
    if not isinstance(entry, dict) or not {1, 2, 3, 4, 5} <= entry.keys():
        raise ManifestError("a component lacks one of its five fields")
    package, version, sha256, size, uri = (entry[key] for key in range(1, 6))
    if not all(isinstance(text, str) for text in (package, version, sha256, uri)):
        raise ManifestError("package, version, hash and uri are texts")
    if not _SHA256.fullmatch(sha256) or not _is_int(size, 0x7FFFFFFF):
        raise ManifestError("the hash has 64 hex digits, the size fits 32 signed bits")
    return Component(package, version, sha256, size, uri)


def _is_int(value: Any, largest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest


@dataclass(frozen=True, slots=True)
class Report:
    """`version` and `target` are left out of the message when empty."""

    package: str
    state: State
    reason: int = Reason.READY
    version: str = ""
    target: str = ""

    def encode(self) -> bytes:
        """An indefinite-length map with short keys, as default firmware builds send it."""
        fields = {"s": int(self.state), "r": int(self.reason), "pkg": self.package}
        texts = {"v": self.version, "t": self.target}
        pairs = [*fields.items(), *((key, text) for key, text in texts.items() if text)]
        return b"\xbf" + b"".join(cbor2.dumps(key) + cbor2.dumps(value) for key, value in pairs) + b"\xff"
