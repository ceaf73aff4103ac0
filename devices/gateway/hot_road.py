"""The hot road: polls of the manifest, Observe on it, blocks of artifacts, acknowledgements.

Straight from and to the decrypted datagram, without a task and without the database. What it does not recognise,
or what must wait, it leaves to the other road, which gives the same bytes for the same request.
"""

from mmap import mmap

from deployments.rules import StoredArtifact
from devices.gateway import codec
from devices.gateway.artifacts import Artifacts
from devices.gateway.codec import Code, Get, Type
from devices.gateway.content import (
    NOT_ACCEPTABLE,
    NOT_FOUND,
    TOO_MANY_REQUESTS,
    Reply,
    artifact_reply,
    manifest_format,
    manifest_reply,
)
from devices.gateway.observers import Observers
from devices.gateway.session import Session
from devices.gateway.usage import UsageNotes

MANIFEST_PATH = [b".u", b"desired"]
_REGISTER, _DEREGISTER = 0, 1
_FIRST_BLOCK = 0x10  # Block2 values below this one ask for block 0


class HotRoad:
    def __init__(self, observers: Observers, artifacts: Artifacts, usage: UsageNotes) -> None:
        self._observers = observers
        self._artifacts = artifacts
        self._usage = usage

    def take(self, session: Session, datagram: bytes, now: float) -> bool:
        """Serve the message if it is one of ours; False leaves it to the other road."""
        if len(datagram) == codec.HEADER and datagram[1] == Code.EMPTY:
            return self._take_empty(session, datagram)
        request = codec.parse_get(datagram)
        if request is None:
            return False
        reply = self._answer(session, request, now)
        if reply is None:
            return False
        session.send(
            codec.encode(Type.ACK, reply.code, request.message_id, request.token, reply.options, reply.payload)
        )
        return True

    def _take_empty(self, session: Session, datagram: bytes) -> bool:
        """Acknowledgements and resets; pings are answered with a reset (RFC 7252 §4.3, contract/coap.md §2.3)."""
        message_id = datagram[2] << 8 | datagram[3]
        if datagram[0] == 0x40 | Type.ACK << 4:
            self._observers.acknowledge(session, message_id)
        elif datagram[0] == 0x40 | Type.RST << 4:
            self._observers.reset(session, message_id)
        elif datagram[0] in (0x40 | Type.CON << 4, 0x40 | Type.NON << 4):
            session.send(codec.empty(Type.RST, message_id))
        else:
            return False
        return True

    def _answer(self, session: Session, request: Get, now: float) -> Reply | None:
        path = request.path
        if path == MANIFEST_PATH:
            return self.manifest(session, request, now)
        if len(path) == 3 and path[0] == b".u" and path[1] == b"c":
            return self.artifact(session, request)
        return None

    def manifest(self, session: Session, request: Get, now: float) -> Reply:
        """`.u/desired`. Later blocks are free, other requests count (contract/coap.md §10)."""
        is_first = request.block is None or request.block < _FIRST_BLOCK
        if is_first and not session.bucket.take(now):
            return TOO_MANY_REQUESTS
        content_format = manifest_format(request.accept)
        if content_format is None:
            return NOT_ACCEPTABLE
        if request.observe == _REGISTER and is_first:
            return self._observers.register(session, request.token, content_format, request.block)
        if request.observe == _DEREGISTER:
            self._observers.deregister(session, request.token)
        return manifest_reply(session.device.desired, content_format, request.block, None)

    def artifact(self, session: Session, request: Get) -> Reply | None:
        """`.u/c/{package}@{version}`; None when its bytes must be fetched first."""
        stored = session.device.artifact(request.path[2].decode("ascii", "replace"))
        if stored is None:
            return NOT_FOUND
        content = self._artifacts.ready(stored)
        if content is None:
            return None
        return self.block(session, request, stored, content)

    def block(self, session: Session, request: Get, stored: StoredArtifact, content: bytes | mmap) -> Reply:
        """What was asked for of the artifact's bytes, counted as delivered."""
        reply = artifact_reply(stored, content, request.accept, request.block)
        self._usage.delivered(session.device.record.project_pk, len(reply.payload))
        return reply
