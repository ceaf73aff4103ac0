"""The device's end of a DTLS session: one UDP socket, OpenSSL over memory, handshake timers on the event loop."""

import asyncio
from collections.abc import Callable
from typing import cast

from devices.openssl import ClientContext, Connection, DtlsError, PeerClosed
from devices.simulator.faults import Chance

#: The suites that firmware offers for pre-shared keys (contract/coap.md §1); CCM_8 needs the lower security level.
_CIPHERS = "PSK-AES128-GCM-SHA256:PSK-AES128-CCM:PSK-AES128-CBC-SHA256:PSK-AES128-CCM8:@SECLEVEL=0"
_context = ClientContext(_CIPHERS)


class HandshakeFailed(Exception):
    """No session came about: the server refused it or stayed silent."""


class Link(asyncio.DatagramProtocol):
    """`received` gets every decrypted message, `ended` the reason when the server ends the session."""

    def __init__(self, identity: str, key: str, chance: Chance) -> None:
        self._dtls = Connection(_context)
        self._dtls.psk = (identity.encode(), key.encode())
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._established: asyncio.Future[None] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.received: Callable[[bytes], None] = lambda message: None
        self.ended: Callable[[str], None] = lambda reason: None

    async def establish(self, seconds: float) -> None:
        """Raise HandshakeFailed when that takes longer, or the server refuses."""
        self._advance()
        try:
            async with asyncio.timeout(seconds):
                await self._established
        except TimeoutError as error:
            raise HandshakeFailed("the handshake got no answer in time") from error

    def send(self, message: bytes) -> None:
        """Nothing happens once the link is closed: a timer or a late acknowledgement may come after the end."""
        if self._transport is not None:
            self._send_datagram(self._dtls.seal(message))

    def close(self) -> None:
        """End the session with a close-notify alert."""
        if self._transport is not None:
            self._dtls.close_notify()
            self._flush()
        self.abandon()

    def abandon(self) -> None:
        """Be gone without a word, as when power or radio is lost."""
        self._stop_timer()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            self._dtls.free()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def error_received(self, exc: Exception) -> None:
        """An unreachable port tells a device nothing: it goes by silence."""

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self._transport is None or self._chance.loses_datagram():
            return
        self._dtls.feed(data)
        if not self._dtls.is_established:
            self._advance()
        if self._transport is not None and self._dtls.is_established:
            self._deliver()

    def _advance(self) -> None:
        try:
            established = self._dtls.handshake()
        except DtlsError as error:
            self._flush()
            self._fail(str(error))
            return
        self._flush()
        self._stop_timer()
        if established:
            if not self._established.done():
                self._established.set_result(None)
        elif (wait := self._dtls.timeout()) is not None:
            self._timer = self._loop.call_later(wait, self._retransmit)

    def _retransmit(self) -> None:
        try:
            self._dtls.handle_timeout()
        except DtlsError as error:
            self._fail(str(error))
        else:
            self._advance()

    def _fail(self, reason: str) -> None:
        self._stop_timer()
        if not self._established.done():
            self._established.set_exception(HandshakeFailed(reason))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _deliver(self) -> None:
        try:
            while self._transport is not None and (message := self._dtls.read()) is not None:
                self.received(message)
        except (PeerClosed, DtlsError) as error:
            self.ended(str(error) or "the server closed the session")

    def _flush(self) -> None:
        for datagram in self._dtls.flights():
            self._send_datagram(datagram)

    def _send_datagram(self, datagram: bytes) -> None:
        if self._transport is not None and not self._chance.loses_datagram():
            self._transport.sendto(datagram)


async def connect(address: tuple[str, int], identity: str, key: str, *, chance: Chance, seconds: float) -> Link:
    """A new session from a new source port. Raise HandshakeFailed within `seconds`."""
    try:
        transport, link = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Link(identity, key, chance), remote_addr=address
        )
    except OSError as error:
        raise HandshakeFailed(f"no way to {address[0]}:{address[1]}") from error
    try:
        await link.establish(seconds)
    except BaseException:
        link.abandon()
        raise
    return link
