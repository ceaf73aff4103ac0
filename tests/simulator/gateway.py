"""A server the test writes, at the other end of real DTLS sessions: it answers what it is told to, or nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from devices.openssl import Connection, PeerClosed, ServerContext
from devices.simulator.coap import Code, ContentFormat, Message, Option, Type, decode, encode, encode_uint

IDENTITY, KEY = "device@tests", "a-key-of-this-test"
EMPTY_MANIFEST = bytes.fromhex("a201000380")
_CONTEXT = ServerContext("PSK-AES128-GCM-SHA256")
_CBOR = (Option.CONTENT_FORMAT, encode_uint(ContentFormat.CBOR))
Address = tuple[str, int]


class ScriptedGateway(asyncio.DatagramProtocol):
    """`requests` are all requests in order, each with the address it came from. `closed` are sessions a peer ended.

    While `is_silent`, datagrams are `ignored` and counted.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[Address, Message]] = []
        self.closed: list[Address] = []
        self.is_silent = False
        self.ignored = 0
        self.answer: Callable[[Message], list[Message]] = accept
        self.port = 0
        self._connections: dict[Address, Connection] = {}
        self._heard = asyncio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for datagrams until this is true."""
        while not condition():
            self._heard.clear()
            await self._heard.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._heard.set()
        if self.is_silent:
            self.ignored += 1
            return
        connection = self._connections.setdefault(addr, Connection(_CONTEXT))
        connection.psk = (IDENTITY.encode(), KEY.encode())
        connection.feed(data)
        if not connection.is_established:
            connection.handshake()
            for flight in connection.flights():
                self._transport.sendto(flight, addr)
        if connection.is_established:
            self._read(connection, addr)

    def _read(self, connection: Connection, address: Address) -> None:
        try:
            while (data := connection.read()) is not None:
                message = decode(data)
                if message.is_request:
                    self.requests.append((address, message))
                    self.send(address, *self.answer(message))
        except PeerClosed:
            self.closed.append(address)

    def send(self, address: Address, *messages: Message) -> None:
        for message in messages:
            self._transport.sendto(self._connections[address].seal(encode(message)), address)

    def end_session(self, address: Address) -> None:
        """With a close-notify alert."""
        connection = self._connections.pop(address)
        connection.close_notify()
        for alert in connection.flights():
            self._transport.sendto(alert, address)

    def paths(self) -> list[str]:
        """Method and path of each request."""
        return [f"{Code(request.code).name} {path_of(request)}" for _, request in self.requests]

    @property
    def registration(self) -> tuple[Address, Message]:
        """The last one."""
        return next(pair for pair in reversed(self.requests) if pair[1].option(Option.OBSERVE) is not None)


@asynccontextmanager
async def scripted_gateway() -> AsyncIterator[ScriptedGateway]:
    loop = asyncio.get_running_loop()
    transport, gateway = await loop.create_datagram_endpoint(ScriptedGateway, local_addr=("127.0.0.1", 0))
    try:
        yield gateway
    finally:
        transport.close()


def path_of(request: Message) -> str:
    return "/".join(value.decode() for number, value in request.options if number == Option.URI_PATH)


def accept(request: Message) -> list[Message]:
    """What a gateway answers a device without a deployment."""
    if request.option(Option.OBSERVE) is not None:
        options = ((Option.OBSERVE, encode_uint(1)), _CBOR)
        return [Message(Type.ACK, Code.CONTENT, request.message_id, request.token, options, EMPTY_MANIFEST)]
    return [Message(Type.ACK, 0x44, request.message_id, request.token)]


def notification(registration: Message, *, message_id: int, sequence: int, payload: bytes = EMPTY_MANIFEST) -> Message:
    options = ((Option.OBSERVE, encode_uint(sequence)), _CBOR)
    return Message(Type.CON, Code.CONTENT, message_id, registration.token, options, payload)
