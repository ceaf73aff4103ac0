"""The UDP socket: which session a datagram belongs to, and how long a silent session is kept."""

import asyncio
from typing import Protocol, cast

import structlog

from devices.gateway.dtls import Address, Listener, is_application_data, is_client_hello
from devices.gateway.handshakes import Handshakes, Wire
from devices.gateway.presence import PresenceNotes
from devices.gateway.registry import Registry
from devices.gateway.session import Session
from devices.openssl import DtlsError, PeerClosed

log = structlog.get_logger(__name__)

#: Seconds without a datagram after which a session is given up. Devices speak every 9 s by default, but other clients
#: stay silent for long and may still be reached or come back through the same address mapping.
IDLE_TIMEOUT = 3600.0
_SWEEP = 30.0
#: A device that reboots often leaves sessions behind that nobody closes.
SESSIONS_PER_DEVICE = 8


class MessageHandler(Protocol):
    def __call__(self, session: Session, message: bytes, now: float) -> None: ...


class Endpoint(asyncio.DatagramProtocol):
    """`on_message` gets every decrypted message with the time it came, in seconds of the loop's clock."""

    def __init__(
        self,
        registry: Registry,
        presence: PresenceNotes,
        on_message: MessageHandler,
    ) -> None:
        self._registry = registry
        self._presence = presence
        self._on_message = on_message
        self._clock = asyncio.get_running_loop().time
        self.sessions: dict[Address, Session] = {}
        self.handshakes = Handshakes(Listener(), registry, Wire(self.send, self._closed, self._established))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def send(self, datagram: bytes, address: Address) -> None:
        self._transport.sendto(datagram, address)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        session = self.sessions.get(addr)
        if session is not None and is_application_data(data):
            self._receive(session, data)
        elif is_client_hello(data):
            # An old session at this address goes on until the new handshake is complete (RFC 6347 §4.2.8).
            self.handshakes.hello(data, addr)
        elif opening := self.handshakes.openings.get(addr):
            self.handshakes.feed(opening, data)
        elif session is not None:
            self._receive(session, data)

    def error_received(self, exc: Exception) -> None:
        """A peer that is gone shows as an ICMP error; its session ends by its own timers."""

    async def sweep(self) -> None:
        """Run for ever: end sessions that have been silent for too long."""
        while True:
            await asyncio.sleep(_SWEEP)
            oldest = self._clock() - IDLE_TIMEOUT
            for session in [session for session in self.sessions.values() if session.last_heard < oldest]:
                session.close("silent for too long")

    def close(self) -> None:
        """Tell every device that its session is over, so that it comes back at once, and stop listening."""
        self.handshakes.close_all()
        for session in list(self.sessions.values()):
            session.close("the gateway stops")
        self._transport.close()

    def _receive(self, session: Session, datagram: bytes) -> None:
        session.connection.feed(datagram)
        self._drain(session)
        if not session.is_closed and not is_application_data(datagram):
            # The device sent its last flight again: ours was lost, and OpenSSL has repeated it.
            for flight in session.connection.flights():
                self.send(flight, session.address)

    def _drain(self, session: Session) -> None:
        """Hand on what the last datagram held."""
        now = self._clock()
        try:
            while (message := session.connection.read()) is not None:
                session.last_heard = now
                if now >= session.presence_due:
                    self._presence.heard(session, now)
                self._on_message(session, message, now)
                if session.is_closed or not session.connection.has_more():
                    return
        except PeerClosed:
            session.close("closed by the device")
        except DtlsError as error:
            session.close(str(error))

    def _established(self, session: Session) -> None:
        if old := self.sessions.get(session.address):
            old.close("replaced by a new session")
        self.sessions[session.address] = session
        self._presence.connected(session, self._clock())
        log.info(
            "session_opened",
            device=session.device.record.device_id,
            address=session.peer,
            cipher=session.connection.cipher,
        )
        self._limit(session)
        self._drain(session)

    def _limit(self, session: Session) -> None:
        others = [other for other in session.device.sessions if self.sessions.get(other.address) is other]
        if len(others) > SESSIONS_PER_DEVICE:
            min(others, key=lambda other: other.last_heard).close("too many sessions of one device")

    def _closed(self, session: Session, reason: str) -> None:
        was_open = self.sessions.get(session.address) is session
        if was_open:
            del self.sessions[session.address]
        self._registry.detach(session)
        if was_open and not session.device.sessions:
            self._presence.gone(session)
        log.info("session_closed", device=session.device.record.device_id, address=session.peer, reason=reason)
