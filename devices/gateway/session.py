"""One device's DTLS session: what is known about its peer, and what it remembers while it lives."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from devices.gateway.dtls import Address
from devices.gateway.limits import TokenBucket
from devices.openssl import Connection, DtlsError

if TYPE_CHECKING:
    from devices.gateway.observers import Observation
    from devices.gateway.registry import DeviceEntry

#: RFC 7252 §4.8.2: a message id may be used again after this many seconds, so nothing is remembered for longer.
EXCHANGE_LIFETIME = 247.0
_REMEMBERED_EXCHANGES = 256
_REMEMBERED_PACKAGES = 256


class Session:
    """`send` puts a datagram on the wire; `on_close(session, reason)` is called once, before OpenSSL's memory goes.

    A session exists from the moment its identity is known, so that a key revoked during the handshake ends it too.
    """

    __slots__ = (
        "_exchanges",
        "_message_id",
        "_on_close",
        "_reported",
        "_send",
        "address",
        "bucket",
        "connection",
        "credential_pk",
        "device",
        "identity",
        "is_closed",
        "last_heard",
        "observation",
        "presence_due",
    )

    def __init__(
        self,
        *,
        address: Address,
        connection: Connection,
        identity: str,
        credential_pk: int,
        device: "DeviceEntry",
        now: float,
        send: Callable[[bytes, Address], None],
        on_close: Callable[["Session", str], None],
    ) -> None:
        self.address = address
        self.connection = connection
        self.identity = identity
        self.credential_pk = credential_pk
        self.device = device
        self.last_heard = now
        self.presence_due = 0.0
        self.bucket = TokenBucket(now)
        self.observation: Observation | None = None
        self.is_closed = False
        self._send = send
        self._on_close = on_close
        self._message_id = secrets.randbits(16)
        self._exchanges: OrderedDict[int, tuple[float, bytes | None]] = OrderedDict()
        self._reported: set[str] = set()

    @property
    def peer(self) -> str:
        """The source address as text, for logs and for the device's row."""
        host, port = self.address[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def send(self, message: bytes) -> None:
        """Encrypt and send one CoAP message; silently nothing on a closed session."""
        if self.is_closed:
            return
        try:
            datagram = self.connection.seal(message)
        except DtlsError as error:
            self.close(str(error))
            return
        self._send(datagram, self.address)

    def next_message_id(self) -> int:
        """The one allocator for everything the server starts (contract/coap.md §2.7)."""
        self._message_id = (self._message_id + 1) & 0xFFFF
        return self._message_id

    def close(self, reason: str) -> None:
        """Tell the peer, forget the session, free its memory."""
        if self.is_closed:
            return
        self.is_closed = True
        self.observation = None
        self._on_close(self, reason)
        self.connection.close_notify()
        for datagram in self.connection.flights():
            self._send(datagram, self.address)
        self.connection.free()

    # ── Exchanges: a repeated message id gets the first answer again ────────────────────────────────────────
    def is_duplicate(self, message_id: int, now: float) -> bool:
        """Whether this request was seen before. If it was answered, the same answer is sent again."""
        known = self._exchanges.get(message_id)
        if known is None or now - known[0] > EXCHANGE_LIFETIME:
            return False
        if known[1] is not None:
            self.send(known[1])
        return True

    def begin_exchange(self, message_id: int, now: float) -> None:
        self._exchanges.pop(message_id, None)
        self._exchanges[message_id] = (now, None)
        if len(self._exchanges) > _REMEMBERED_EXCHANGES:
            self._exchanges.popitem(last=False)

    def end_exchange(self, message_id: int, now: float, answer: bytes, *, remember: bool) -> None:
        """Send the answer, and keep it for retransmissions unless asking again is harmless."""
        if remember:
            self._exchanges[message_id] = (now, answer)
        else:
            self._exchanges.pop(message_id, None)
        self.send(answer)

    # ── Reports: the first one about a package may repeat what the last session said ────────────────────────
    def opens_report(self, package: str) -> bool:
        """Whether this is the session's first report about the package."""
        if package in self._reported:
            return False
        if len(self._reported) >= _REMEMBERED_PACKAGES:
            self._reported.clear()
        self._reported.add(package)
        return True

    def reopen_report(self, package: str) -> None:
        """That first report was not stored; the next one is the first again."""
        self._reported.discard(package)
