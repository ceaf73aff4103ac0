"""The server's half of DTLS: who may open a session, and what happens until it is open.

Hello floods leave no state: every ClientHello is looked at by one shared listener and answered with a cookie bound
to its source address; only a hello that brings the cookie back gets a session (RFC 6347 §4.2.1).
"""

import hashlib
import hmac
import secrets

from devices.openssl import COOKIE_LENGTH, Connection, DtlsError, ServerContext

Address = tuple[str, int]

#: The four suites of contract/coap.md §1, most preferred first. Newer OpenSSL has CCM_8 at security level 0 only.
PSK_SUITES = "PSK-AES128-GCM-SHA256:PSK-AES128-CCM:PSK-AES128-CBC-SHA256:PSK-AES128-CCM8:@SECLEVEL=0"

_RECORD_HEADER = 13
_HANDSHAKE_HEADER = 12
_HANDSHAKE, _APPLICATION_DATA = 22, 23
_CLIENT_HELLO, _CLIENT_KEY_EXCHANGE = 1, 16


class Listener:
    """Answers hellos with cookies and turns a verified one into a `Connection` that has its first flight to send."""

    def __init__(self, suites: str = PSK_SUITES) -> None:
        self._context = ServerContext(suites)
        self._secret = secrets.token_bytes(32)
        self._waiting = Connection(self._context)

    def hello(self, datagram: bytes, address: Address) -> tuple[Connection | None, list[bytes]]:
        """The new connection, if the cookie was right, and the datagrams to send back to `address`."""
        connection = self._waiting
        connection.cookie = self._cookie(address)
        connection.feed(datagram)
        try:
            verified = connection.listen()
        except DtlsError:
            self._replace()
            connection.free()
            return None, []
        if not verified:
            return None, connection.flights()
        self._replace()
        return self._greet(connection)

    def _greet(self, connection: Connection) -> tuple[Connection | None, list[bytes]]:
        try:
            connection.handshake()
        except DtlsError:
            alerts = connection.flights()
            connection.free()
            return None, alerts
        return connection, connection.flights()

    def _replace(self) -> None:
        self._waiting = Connection(self._context)

    def _cookie(self, address: Address) -> bytes:
        source = f"{address[0]}|{address[1]}".encode()
        return hmac.digest(self._secret, source, hashlib.sha256)[:COOKIE_LENGTH]


def is_client_hello(datagram: bytes) -> bool:
    """Whether this opens a new association: a ClientHello in epoch 0."""
    return (
        len(datagram) > _RECORD_HEADER + _HANDSHAKE_HEADER
        and datagram[0] == _HANDSHAKE
        and datagram[3:5] == b"\0\0"
        and datagram[_RECORD_HEADER] == _CLIENT_HELLO
    )


def is_application_data(datagram: bytes) -> bool:
    return bool(datagram) and datagram[0] == _APPLICATION_DATA


def peek_identity(datagram: bytes) -> bytes | None:
    """The PSK identity in clear in an unfragmented ClientKeyExchange (RFC 4279 §2), None when there is none.

    OpenSSL asks for the key synchronously: read the identity here, await its key, then feed the datagram.
    """
    start = 0
    while start + _RECORD_HEADER + _HANDSHAKE_HEADER <= len(datagram):
        end = start + _RECORD_HEADER + int.from_bytes(datagram[start + 11 : start + 13], "big")
        body = datagram[start + _RECORD_HEADER : end]
        is_clear = datagram[start] == _HANDSHAKE and datagram[start + 3 : start + 5] == b"\0\0"
        if is_clear and body[:1] == bytes([_CLIENT_KEY_EXCHANGE]) and body[6:9] == b"\0\0\0":
            return _prefixed(body[_HANDSHAKE_HEADER:])
        start = end
    return None


def _prefixed(body: bytes) -> bytes | None:
    length = int.from_bytes(body[:2], "big")
    return body[2 : 2 + length] if 0 < length <= len(body) - 2 else None


def client_random(hello: bytes) -> bytes:
    """Tells a repeated ClientHello, with or without its cookie, from a new one (RFC 5246 §7.4.1.2)."""
    start = _RECORD_HEADER + _HANDSHAKE_HEADER + 2
    return hello[start : start + 32]
