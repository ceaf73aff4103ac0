"""The other end of an exchange, written by the test: it reads real datagrams and answers as the test says."""

import asyncio
from collections.abc import Callable

from devices.simulator.coap import Code, Message, Type, decode, encode
from devices.simulator.exchange import Exchanges
from devices.simulator.record import Record
from devices.simulator.timing import Timing

#: Retransmits at once and gives up soon, so that no test waits for the clock of RFC 7252.
QUICK = Timing(acknowledgement=0.01, response=0.3, block_retry=0.0, report_retry=0.0, back_off=60.0)
Answer = Callable[[Message], Message | None]


class Peer:
    """`requests` are the messages as they arrived, repeated ones included; `notifications` what was handed up."""

    def __init__(self, answer: Answer | None = None, *, timing: Timing = QUICK) -> None:
        self.answer = answer or (lambda request: changed(request))
        self.requests: list[Message] = []
        self.notifications: list[Message] = []
        self.record = Record()
        self.exchanges = Exchanges(self._receive, self.notifications.append, record=self.record, timing=timing)

    def _receive(self, datagram: bytes) -> None:
        message = decode(datagram)
        self.requests.append(message)
        reply = self.answer(message) if message.is_request else None
        if reply is not None:
            asyncio.get_running_loop().call_soon(self.send, reply)

    def send(self, message: Message) -> None:
        self.exchanges.receive(encode(message))


def changed(request: Message) -> Message:
    return reply(request, 0x44)


def reply(request: Message, code: int, payload: bytes = b"", options: tuple[tuple[int, bytes], ...] = ()) -> Message:
    """Piggy-backed."""
    return Message(Type.ACK, code, request.message_id, request.token, options, payload)


def notification(token: bytes, message_id: int, payload: bytes = b"") -> Message:
    return Message(Type.CON, Code.CONTENT, message_id, token, (), payload)
