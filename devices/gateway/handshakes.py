"""Sessions that are not open yet: the look-up of the key, retransmissions, and the end of those that get nowhere."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import structlog
from django.db import Error as DatabaseFailure

from devices.gateway.dtls import Address, Listener, client_random, peek_identity
from devices.gateway.registry import DeviceEntry, Registry
from devices.gateway.session import Session
from devices.openssl import Connection, DtlsError
from devices.selectors import SessionSecret

log = structlog.get_logger(__name__)

#: Seconds: three retransmissions of a flight (after 1, 2 and 4 s) and some time for the last one to arrive.
HANDSHAKE_TIMEOUT = 15.0
_HELD_DATAGRAMS = 8


class Wire(NamedTuple):
    """How a handshake reaches the rest: `send` a datagram, `close` a session, tell of one that is `established`."""

    send: Callable[[bytes, Address], None]
    close: Callable[[Session, str], None]
    established: Callable[[Session], None]


class Opening:
    """A handshake under way. While its key is looked up, what arrives is `held`."""

    __slots__ = ("address", "connection", "deadline", "held", "identity", "is_looking_up", "random", "session", "timer")

    def __init__(self, address: Address, connection: Connection, random: bytes, deadline: float) -> None:
        self.address = address
        self.connection = connection
        self.random = random
        self.deadline = deadline
        self.identity = ""
        self.is_looking_up = False
        self.held: list[bytes] = []
        self.session: Session | None = None
        self.timer: asyncio.TimerHandle | None = None


class Handshakes:
    """`openings` by address, `outcomes` counted by name."""

    def __init__(self, listener: Listener, registry: Registry, wire: Wire) -> None:
        self._listener = listener
        self._registry = registry
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._lookups: set[asyncio.Task[None]] = set()
        self.openings: dict[Address, Opening] = {}
        self.outcomes: Counter[str] = Counter()

    def hello(self, datagram: bytes, address: Address) -> None:
        """A ClientHello: answered with a cookie, repeated for a handshake that is under way, or the start of one."""
        random = client_random(datagram)
        opening = self.openings.get(address)
        if opening is not None and opening.random == random:
            self.feed(opening, datagram)
            return
        connection, flight = self._listener.hello(datagram, address)
        self._send_all(flight, address)
        if connection is None:
            return
        if opening is not None:
            self._fail(opening, "replaced")
        opening = Opening(address, connection, random, self._loop.time() + HANDSHAKE_TIMEOUT)
        self.openings[address] = opening
        self._arm(opening)

    def feed(self, opening: Opening, datagram: bytes) -> None:
        """Any other datagram of a handshake under way."""
        if self._is_over(opening):
            return
        if opening.is_looking_up:
            if len(opening.held) < _HELD_DATAGRAMS:
                opening.held.append(datagram)
            return
        identity = peek_identity(datagram)
        if identity is not None and opening.session is None:
            self._look_up(opening, identity, datagram)
        else:
            self._step(opening, datagram)

    def close_all(self) -> None:
        for opening in list(self.openings.values()):
            self._fail(opening, "stopping")
        for lookup in self._lookups:
            lookup.cancel()

    # ── The key ─────────────────────────────────────────────────────────────────────────────────────────────
    def _look_up(self, opening: Opening, identity: bytes, datagram: bytes) -> None:
        opening.identity = identity.decode("utf-8", "replace")
        opening.is_looking_up = True
        opening.held = [datagram]
        lookup = asyncio.create_task(self._find_key(opening, identity))
        self._lookups.add(lookup)
        lookup.add_done_callback(self._lookups.discard)

    async def _find_key(self, opening: Opening, identity: bytes) -> None:
        def open_session(secret: SessionSecret, device: DeviceEntry) -> Session:
            return self._session(opening, secret, device)

        try:
            admitted = await self._registry.admit(opening.identity, open_session)
        except (DatabaseFailure, ValueError) as error:
            log.warning("handshake_key_not_read", identity=opening.identity, reason=str(error))
            admitted = None
            opening.held.clear()  # silence: the device sends its flight again, and by then we may know
        if self.openings.get(opening.address) is not opening:
            if admitted is not None:
                self._registry.detach(admitted[1])
            return
        if admitted is not None:
            secret, opening.session = admitted
            opening.connection.psk = (identity, secret.key)
        held, opening.held, opening.is_looking_up = opening.held, [], False
        for datagram in held:
            if self.openings.get(opening.address) is opening and not self._is_over(opening):
                self._step(opening, datagram)

    def _session(self, opening: Opening, secret: SessionSecret, device: DeviceEntry) -> Session:
        return Session(
            address=opening.address,
            connection=opening.connection,
            identity=opening.identity,
            credential_pk=secret.credential_pk,
            device=device,
            now=self._loop.time(),
            send=self._wire.send,
            on_close=self._wire.close,
        )

    # ── The handshake ───────────────────────────────────────────────────────────────────────────────────────
    def _step(self, opening: Opening, datagram: bytes) -> None:
        opening.connection.feed(datagram)
        try:
            is_established = opening.connection.handshake()
        except DtlsError as error:
            self._send_all(opening.connection.flights(), opening.address)
            unknown = opening.identity and opening.session is None
            self._fail(opening, "unknown identity" if unknown else str(error))
            return
        self._send_all(opening.connection.flights(), opening.address)
        if is_established:
            self._finish(opening)
        else:
            self._arm(opening)

    def _finish(self, opening: Opening) -> None:
        self._forget(opening)
        if opening.session is not None:
            self.outcomes["established"] += 1
            self._wire.established(opening.session)

    def _is_over(self, opening: Opening) -> bool:
        """The device was disabled, or its key revoked, while it was still shaking hands."""
        is_over = opening.session is not None and opening.session.is_closed
        if is_over:
            self._fail(opening, "refused during the handshake")
        return is_over

    def _arm(self, opening: Opening) -> None:
        if opening.timer is not None:
            opening.timer.cancel()
        remaining = max(0.0, opening.deadline - self._loop.time())
        wait = opening.connection.timeout()
        delay = remaining if wait is None else min(remaining, wait + 0.001)
        opening.timer = self._loop.call_later(delay, self._on_timer, opening)

    def _on_timer(self, opening: Opening) -> None:
        if self._is_over(opening):
            return
        if self._loop.time() >= opening.deadline:
            self._fail(opening, "timed out: wrong key, or the network lost it")
            return
        try:
            opening.connection.handle_timeout()
        except DtlsError as error:
            self._fail(opening, str(error))
            return
        self._send_all(opening.connection.flights(), opening.address)
        self._arm(opening)

    def _fail(self, opening: Opening, reason: str) -> None:
        self._forget(opening)
        self.outcomes[reason] += 1
        host, port = opening.address[:2]
        log.info("handshake_failed", identity=opening.identity, address=f"{host}:{port}", reason=reason)
        if opening.session is not None and not opening.session.is_closed:
            opening.session.is_closed = True
            self._registry.detach(opening.session)
        opening.connection.free()

    def _forget(self, opening: Opening) -> None:
        if opening.timer is not None:
            opening.timer.cancel()
        if self.openings.get(opening.address) is opening:
            del self.openings[opening.address]

    def _send_all(self, datagrams: list[bytes], address: Address) -> None:
        for datagram in datagrams:
            self._wire.send(datagram, address)
