"""What happened to one device, for those who watch it: counters, and every notification with its time."""

from dataclasses import dataclass, field

from devices.simulator.coap import Message
from devices.simulator.payloads import Manifest, decode_manifest


@dataclass(frozen=True, slots=True)
class Notification:
    """`at` is `time.perf_counter()` when the message was decrypted."""

    at: float
    message: Message

    @property
    def manifest(self) -> Manifest:
        """Raise ManifestError when the manifest is longer than one block: it is fetched block-wise then."""
        return decode_manifest(self.message.payload)


@dataclass(slots=True)
class Record:
    """`violations` are sentences about what the server did against the contract; a correct server leaves none."""

    handshakes: int = 0
    refused_handshakes: int = 0
    lost_sessions: int = 0
    requests: int = 0
    retransmissions: int = 0
    registrations: int = 0
    duplicates: int = 0
    stale: int = 0
    blocks: int = 0
    bytes: int = 0
    reports: int = 0
    deferred_reports: int = 0
    updates: int = 0
    failures: int = 0
    notifications: list[Notification] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
