"""Requests and notifications of one session: NSTART 1, retransmission, acknowledgement, deduplication (RFC 7252 §4)."""

import asyncio
import random
import secrets
from collections import OrderedDict
from collections.abc import Callable

from devices.simulator.coap import Code, Message, MessageFormatError, Type, decode, encode, path_options
from devices.simulator.record import Record
from devices.simulator.timing import Timing

KEEP_ALIVE_TOKEN = bytes(8)
_REMEMBERED_MESSAGES = 64
_RANDOM_FACTOR = 1.5


class SessionLost(Exception):
    """The server fell silent, reset a request or closed the session: family L connects anew."""


class Exchanges:
    """`send` takes a plain datagram; `notified` is called once for every notification, acknowledged already."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        notified: Callable[[Message], None],
        *,
        record: Record,
        timing: Timing,
    ) -> None:
        self._send = send
        self._notified = notified
        self._record = record
        self._timing = timing
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._request: Message | None = None
        self._response: asyncio.Future[Message] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._message_id = secrets.randbits(16)
        self._token = secrets.randbits(63)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._failure: SessionLost | None = None
        self.last_activity = self._loop.time()

    def new_token(self) -> bytes:
        """8 bytes, counting up from a random start; never the keep-alive's zeros."""
        self._token += 1
        return self._token.to_bytes(8, "big")

    async def request(
        self,
        code: Code,
        path: str = "",
        *,
        options: tuple[tuple[int, bytes], ...] = (),
        payload: bytes = b"",
        token: bytes | None = None,
    ) -> Message:
        """The response, piggy-backed or separate. Raise SessionLost without one, or after a reset."""
        async with self._turn:
            self.check()
            self._message_id = (self._message_id + 1) & 0xFFFF
            message = Message(
                Type.CON,
                code,
                self._message_id,
                token or self.new_token(),
                (*path_options(path), *options),
                payload,
            )
            return await self._exchange(message)

    async def _exchange(self, message: Message) -> Message:
        self._request = message
        self._response = self._loop.create_future()
        self._record.requests += 1
        self._transmit(message, self._timing.acknowledgement * random.uniform(1, _RANDOM_FACTOR), 0)  # noqa: S311 (RFC 7252 §4.2)
        try:
            async with asyncio.timeout(self._timing.response):
                return await self._response
        except TimeoutError as error:
            raise SessionLost("no answer in time") from error
        finally:
            self._stop_retransmitting()
            self._request = self._response = None

    def _transmit(self, message: Message, wait: float, retransmissions: int) -> None:
        self._record.retransmissions += retransmissions > 0
        self._send(encode(message))
        self.last_activity = self._loop.time()
        if retransmissions < self._timing.retransmissions:
            self._timer = self._loop.call_later(wait, self._transmit, message, wait * 2, retransmissions + 1)

    def _stop_retransmitting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def check(self) -> None:
        """Raise SessionLost when the server has ended the session."""
        if self._failure is not None:
            raise self._failure

    def fail(self, error: SessionLost) -> None:
        """End the request that waits, and refuse those to come."""
        self._failure = error
        if self._response is not None and not self._response.done():
            self._response.set_exception(error)

    def receive(self, data: bytes) -> None:
        """Take one decrypted datagram."""
        self.last_activity = self._loop.time()
        try:
            message = decode(data)
        except MessageFormatError as error:
            self._record.violations.append(f"malformed message: {error}")
            return
        if message.type in (Type.ACK, Type.RST):
            self._take_reply(message)
        elif message.code == Code.EMPTY:
            self._answer_ping(message)
        else:
            self._take_message(message)

    def _take_reply(self, message: Message) -> None:
        request = self._request
        if request is None or message.message_id != request.message_id:
            return  # a late answer to something retransmitted
        if message.type is Type.RST:
            self.fail(SessionLost("the server reset a request"))
        elif message.code == Code.EMPTY:
            self._stop_retransmitting()
        elif message.token != request.token:
            self._record.violations.append("a piggy-backed response has another token than its request")
        else:
            self._complete(message)

    def _complete(self, message: Message) -> None:
        if self._response is not None and not self._response.done():
            self._response.set_result(message)

    def _answer_ping(self, message: Message) -> None:
        if message.type is Type.CON:
            self._send(encode(Message(Type.RST, Code.EMPTY, message.message_id)))

    def _take_message(self, message: Message) -> None:
        """A notification or a separate response. Unknown tokens are acknowledged, never reset (contract §5)."""
        if message.is_request:
            self._record.violations.append("the server sent a request")
            return
        if message.type is Type.CON:
            self._send(encode(Message(Type.ACK, Code.EMPTY, message.message_id)))
        if self._is_repeated(message.message_id):
            self._record.duplicates += 1
        elif self._request is not None and message.token == self._request.token:
            self._complete(message)
        else:
            self._notified(message)

    def _is_repeated(self, message_id: int) -> bool:
        if message_id in self._seen:
            return True
        self._seen[message_id] = None
        if len(self._seen) > _REMEMBERED_MESSAGES:
            self._seen.popitem(last=False)
        return False
