"""DTLS 1.2 of the system's OpenSSL, driven through memory: datagrams in, datagrams out, no sockets, no clock.

Binds the public C ABI of libssl.so.3 and libcrypto.so.3 through cffi: no compiler is needed, and the distribution
patches it. Shared by the gateway (server) and the simulator (client); what a session means is theirs. A context and its
connections belong to one thread.
"""

import hmac
from typing import Any, Final
from weakref import WeakValueDictionary

from cffi import FFI

# ── Constants, by their names in OpenSSL 3's headers ────────────────────────────────────────────────────────
DTLS1_2_VERSION: Final = 0xFEFD
SSL_OP_NO_QUERY_MTU: Final = 1 << 12
SSL_OP_NO_TICKET: Final = 1 << 14
SSL_OP_CIPHER_SERVER_PREFERENCE: Final = 1 << 22
SSL_OP_NO_RENEGOTIATION: Final = 1 << 30
SSL_MODE_RELEASE_BUFFERS: Final = 0x10
SSL_SESS_CACHE_OFF: Final = 0
SSL_CTRL_SET_MTU: Final = 17
SSL_CTRL_MODE: Final = 33
SSL_CTRL_SET_SESS_CACHE_MODE: Final = 44
DTLS_CTRL_GET_TIMEOUT: Final = 73
DTLS_CTRL_HANDLE_TIMEOUT: Final = 74
SSL_CTRL_SET_MIN_PROTO_VERSION: Final = 123
SSL_CTRL_SET_MAX_PROTO_VERSION: Final = 124
SSL_ERROR_WANT_READ: Final = 2
SSL_ERROR_WANT_WRITE: Final = 3
SSL_ERROR_ZERO_RETURN: Final = 6
BIO_CTRL_RESET: Final = 1
BIO_C_SET_BUF_MEM_EOF_RETURN: Final = 130

#: Fits the smallest packet every IPv6 link carries (1280 bytes) with its IPv6 and UDP headers.
MTU: Final = 1232
RECORD_HEADER: Final = 13
COOKIE_LENGTH: Final = 16
_BUFFER_SIZE: Final = 65536
_OPTIONS: Final = SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE

ffi = FFI()
ffi.cdef("""
typedef struct ssl_st SSL; typedef struct ssl_ctx_st SSL_CTX; typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_cipher_st SSL_CIPHER; typedef struct bio_st BIO; typedef struct bio_method_st BIO_METHOD;
typedef struct bio_addr_st BIO_ADDR; typedef struct x509_st X509;

const SSL_METHOD *DTLS_server_method(void);
const SSL_METHOD *DTLS_client_method(void);
SSL_CTX *SSL_CTX_new(const SSL_METHOD *);
void SSL_CTX_free(SSL_CTX *);
long SSL_CTX_ctrl(SSL_CTX *, int, long, void *);
uint64_t SSL_CTX_set_options(SSL_CTX *, uint64_t);
int SSL_CTX_set_cipher_list(SSL_CTX *, const char *);
typedef unsigned int (*psk_server_cb)(SSL *, const char *, unsigned char *, unsigned int);
typedef unsigned int (*psk_client_cb)(SSL *, const char *, char *, unsigned int,
                                      unsigned char *, unsigned int);
typedef int (*cookie_generate_cb)(SSL *, unsigned char *, unsigned int *);
typedef int (*cookie_verify_cb)(SSL *, const unsigned char *, unsigned int);
void SSL_CTX_set_psk_server_callback(SSL_CTX *, psk_server_cb);
void SSL_CTX_set_psk_client_callback(SSL_CTX *, psk_client_cb);
void SSL_CTX_set_cookie_generate_cb(SSL_CTX *, cookie_generate_cb);
void SSL_CTX_set_cookie_verify_cb(SSL_CTX *, cookie_verify_cb);

SSL *SSL_new(SSL_CTX *);
void SSL_free(SSL *);
void SSL_set_bio(SSL *, BIO *, BIO *);
void SSL_set_accept_state(SSL *);
void SSL_set_connect_state(SSL *);
int SSL_do_handshake(SSL *);
int SSL_read(SSL *, void *, int);
int SSL_write(SSL *, const void *, int);
int SSL_has_pending(const SSL *);
int SSL_get_error(const SSL *, int);
int SSL_shutdown(SSL *);
long SSL_ctrl(SSL *, int, long, void *);
int DTLSv1_listen(SSL *, BIO_ADDR *);
const SSL_CIPHER *SSL_get_current_cipher(const SSL *);
const char *SSL_CIPHER_get_name(const SSL_CIPHER *);
X509 *SSL_get1_peer_certificate(const SSL *);

BIO *BIO_new(const BIO_METHOD *);
const BIO_METHOD *BIO_s_mem(void);
int BIO_write(BIO *, const void *, int);
int BIO_read(BIO *, void *, int);
long BIO_ctrl(BIO *, int, long, void *);
BIO_ADDR *BIO_ADDR_new(void);
int i2d_X509(X509 *, unsigned char **);
void X509_free(X509 *);
unsigned long ERR_get_error(void);
void ERR_error_string_n(unsigned long, char *, size_t);
void ERR_clear_error(void);
""")
libssl: Any = ffi.dlopen("libssl.so.3")
libcrypto: Any = ffi.dlopen("libcrypto.so.3")

_no_address: Any = libcrypto.BIO_ADDR_new()
_connections: "WeakValueDictionary[int, Connection]" = WeakValueDictionary()


class DtlsError(Exception):
    """OpenSSL refused something for good; the text is its own reason and never holds a key."""


class PeerClosed(Exception):
    """The peer ended the session with a close-notify alert."""


class Connection:
    """One SSL object over two memory BIOs.

    `psk` is (identity, key): a client presents it; a server accepts exactly this identity with this key and
    refuses every other with an `unknown_psk_identity` alert. `cookie` (16 bytes) is what `listen` sends to, and
    expects from, the peer whose datagram is being looked at.
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_filled",
        "_incoming",
        "_outgoing",
        "_ssl",
        "cookie",
        "is_established",
        "psk",
    )

    def __init__(self, context: "Context") -> None:
        self._ssl = libssl.SSL_new(context.pointer)
        if not self._ssl:
            raise DtlsError(_reason())
        self._buffer, self._filled = context.buffer, context.filled
        self._incoming, self._outgoing = _memory_bio(), _memory_bio()
        libssl.SSL_set_bio(self._ssl, self._incoming, self._outgoing)
        context.set_role(self._ssl)
        libssl.SSL_ctrl(self._ssl, SSL_CTRL_SET_MTU, MTU, ffi.NULL)
        self.psk: tuple[bytes, bytes] | None = None
        self.cookie = bytes(COOKIE_LENGTH)
        self.is_established = False
        _connections[_address(self._ssl)] = self

    def feed(self, datagram: bytes) -> None:
        """Hand over exactly one received datagram; then call `handshake` or `read` until there is no more."""
        libcrypto.BIO_write(self._incoming, datagram, len(datagram))

    def handshake(self) -> bool:
        """True once established. Raises DtlsError when it failed for good; an alert may wait in `flights`."""
        result = libssl.SSL_do_handshake(self._ssl)
        if result == 1:
            self.is_established = True
        elif libssl.SSL_get_error(self._ssl, result) not in (SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE):
            raise DtlsError(_reason())
        return self.is_established

    def listen(self) -> bool:
        """Look at one fed ClientHello without keeping state: answer with a cookie, or True if it has the right one.

        Raises DtlsError when the object is spoilt and must be replaced (RFC 6347 §4.2.1).
        """
        result = libssl.DTLSv1_listen(self._ssl, _no_address)
        if result > 0:
            return True
        libcrypto.ERR_clear_error()
        libcrypto.BIO_ctrl(self._incoming, BIO_CTRL_RESET, 0, ffi.NULL)
        if result < 0:
            raise DtlsError("the listener cannot continue")
        return False

    def read(self) -> bytes | None:
        """The next decrypted message, None when the datagram holds no more. Raises PeerClosed, DtlsError."""
        count = libssl.SSL_read(self._ssl, self._buffer, _BUFFER_SIZE)
        if count > 0:
            return self._filled[:count]  # type: ignore[no-any-return]
        error = libssl.SSL_get_error(self._ssl, count)
        if error == SSL_ERROR_ZERO_RETURN:
            raise PeerClosed
        if error not in (SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE):
            raise DtlsError(_reason())
        return None

    def has_more(self) -> bool:
        """Whether the datagram has records not looked at yet; cheaper than a `read` that finds nothing."""
        return bool(libssl.SSL_has_pending(self._ssl))

    def seal(self, message: bytes) -> bytes:
        """Encrypt one message into the one datagram that carries it. Raises DtlsError."""
        if libssl.SSL_write(self._ssl, message, len(message)) <= 0:
            raise DtlsError(_reason())
        count = libcrypto.BIO_read(self._outgoing, self._buffer, _BUFFER_SIZE)
        return self._filled[:count]  # type: ignore[no-any-return]

    def flights(self) -> list[bytes]:
        """The datagrams OpenSSL wants sent: handshake flights, their retransmissions, alerts."""
        count = libcrypto.BIO_read(self._outgoing, self._buffer, _BUFFER_SIZE)
        return split_records(self._filled[:count]) if count > 0 else []

    def timeout(self) -> float | None:
        """Seconds until the running flight must be sent again, None when nothing waits."""
        timeval = ffi.new("long[2]")
        if libssl.SSL_ctrl(self._ssl, DTLS_CTRL_GET_TIMEOUT, 0, timeval) <= 0:
            return None
        return float(timeval[0] + timeval[1] / 1e6)

    def handle_timeout(self) -> None:
        """Queue the retransmission that is due. Raises DtlsError when OpenSSL has given up."""
        if libssl.SSL_ctrl(self._ssl, DTLS_CTRL_HANDLE_TIMEOUT, 0, ffi.NULL) < 0:
            raise DtlsError(_reason())

    def close_notify(self) -> None:
        """Queue the alert that ends the session, if there is one."""
        if self.is_established:
            libssl.SSL_shutdown(self._ssl)
            libcrypto.ERR_clear_error()

    @property
    def cipher(self) -> str:
        cipher = libssl.SSL_get_current_cipher(self._ssl)
        return str(ffi.string(libssl.SSL_CIPHER_get_name(cipher)).decode()) if cipher else ""

    def peer_certificate(self) -> bytes | None:
        """The peer's certificate as DER."""
        certificate = libssl.SSL_get1_peer_certificate(self._ssl)
        if not certificate:
            return None
        try:
            der = ffi.new("unsigned char[]", libcrypto.i2d_X509(certificate, ffi.NULL))
            libcrypto.i2d_X509(certificate, ffi.new("unsigned char **", der))
            return bytes(ffi.buffer(der))
        finally:
            libcrypto.X509_free(certificate)

    def free(self) -> None:
        """Give OpenSSL's memory back now (about 45 KB); the object must not be used afterwards."""
        if self._ssl is not None:
            _connections.pop(_address(self._ssl), None)
            libssl.SSL_free(self._ssl)
            self._ssl = None

    def __del__(self) -> None:
        self.free()


class Context:
    """What connections of one role share: DTLS 1.2, the ciphers; no tickets, renegotiation, session cache."""

    def __init__(self, method: Any, ciphers: str) -> None:
        # One buffer for all connections: OpenSSL fills it, and what was filled is copied out before the next call.
        self.buffer: Any = ffi.new("unsigned char[]", _BUFFER_SIZE)
        self.filled: Any = ffi.buffer(self.buffer)
        self.pointer = libssl.SSL_CTX_new(method)
        for command, value in (
            (SSL_CTRL_SET_MIN_PROTO_VERSION, DTLS1_2_VERSION),
            (SSL_CTRL_SET_MAX_PROTO_VERSION, DTLS1_2_VERSION),
            (SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF),
            (SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS),
        ):
            libssl.SSL_CTX_ctrl(self.pointer, command, value, ffi.NULL)
        libssl.SSL_CTX_set_options(self.pointer, _OPTIONS)
        if libssl.SSL_CTX_set_cipher_list(self.pointer, ciphers.encode()) != 1:
            raise DtlsError(_reason())

    def set_role(self, ssl: Any) -> None:
        raise NotImplementedError

    def __del__(self) -> None:
        libssl.SSL_CTX_free(self.pointer)


class ServerContext(Context):
    def __init__(self, ciphers: str) -> None:
        super().__init__(libssl.DTLS_server_method(), ciphers)
        libssl.SSL_CTX_set_psk_server_callback(self.pointer, _find_psk)
        libssl.SSL_CTX_set_cookie_generate_cb(self.pointer, _generate_cookie)
        libssl.SSL_CTX_set_cookie_verify_cb(self.pointer, _verify_cookie)

    def set_role(self, ssl: Any) -> None:
        libssl.SSL_set_accept_state(ssl)


class ClientContext(Context):
    def __init__(self, ciphers: str) -> None:
        super().__init__(libssl.DTLS_client_method(), ciphers)
        libssl.SSL_CTX_set_psk_client_callback(self.pointer, _present_psk)

    def set_role(self, ssl: Any) -> None:
        libssl.SSL_set_connect_state(ssl)


def split_records(stream: bytes, mtu: int = MTU) -> list[bytes]:
    """Cut what a memory BIO holds into datagrams: whole records, as many as fit `mtu` (RFC 6347 §4.1.1)."""
    datagrams, start, end = [], 0, 0
    while end < len(stream):
        following = end + RECORD_HEADER + int.from_bytes(stream[end + 11 : end + 13], "big")
        if end > start and following - start > mtu:
            datagrams.append(stream[start:end])
            start = end
        end = following
    if start < len(stream):
        datagrams.append(stream[start:])
    return datagrams


def _memory_bio() -> Any:
    bio = libcrypto.BIO_new(libcrypto.BIO_s_mem())
    # Empty shall mean "later", not "end of file".
    libcrypto.BIO_ctrl(bio, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, ffi.NULL)
    return bio


def _address(pointer: Any) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def _reason() -> str:
    """OpenSSL's first queued error as text; empties the queue, because SSL_get_error reads it too."""
    code = libcrypto.ERR_get_error()
    text = ffi.new("char[]", 256)
    libcrypto.ERR_error_string_n(code, text, 256)
    libcrypto.ERR_clear_error()
    return str(ffi.string(text).decode()).rpartition(":")[2] if code else "no reason given"


# ── Callbacks: called by OpenSSL inside handshake() and listen() ────────────────────────────────────────────
@ffi.callback("psk_server_cb")  # type: ignore[untyped-decorator]
def _find_psk(ssl: Any, identity: Any, key: Any, capacity: int) -> int:
    psk = _connections[_address(ssl)].psk
    if psk is None or ffi.string(identity) != psk[0] or len(psk[1]) > capacity:
        return 0
    ffi.memmove(key, psk[1], len(psk[1]))
    return len(psk[1])


@ffi.callback("psk_client_cb")  # type: ignore[untyped-decorator]
def _present_psk(ssl: Any, _hint: Any, identity: Any, longest: int, key: Any, capacity: int) -> int:
    psk = _connections[_address(ssl)].psk
    if psk is None or len(psk[0]) >= longest or len(psk[1]) > capacity:
        return 0
    ffi.memmove(identity, psk[0] + b"\0", len(psk[0]) + 1)
    ffi.memmove(key, psk[1], len(psk[1]))
    return len(psk[1])


@ffi.callback("cookie_generate_cb")  # type: ignore[untyped-decorator]
def _generate_cookie(ssl: Any, cookie: Any, length: Any) -> int:
    ffi.memmove(cookie, _connections[_address(ssl)].cookie, COOKIE_LENGTH)
    length[0] = COOKIE_LENGTH
    return 1


@ffi.callback("cookie_verify_cb")  # type: ignore[untyped-decorator]
def _verify_cookie(ssl: Any, cookie: Any, length: int) -> int:
    return int(hmac.compare_digest(ffi.buffer(cookie, length)[:], _connections[_address(ssl)].cookie))
