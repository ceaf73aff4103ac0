"""The other road: every message that the hot road leaves, through aiocoap's codec and resources (RFC 7252 §4).

Every answer is piggy-backed, because one client family takes an empty acknowledgement for a failure
(contract/coap.md §2.4), and only answers that must not be worked out twice are remembered.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog
from aiocoap import Message
from aiocoap.error import BadOption, RenderableError, UnparsableMessage
from aiocoap.numbers import codes
from aiocoap.numbers.optionnumbers import OptionNumber
from aiocoap.numbers.types import Type

from devices.gateway import codec
from devices.gateway.resources import DeviceSite
from devices.gateway.session import Session
from ota_console.core.errors import DomainError, Kind

log = structlog.get_logger(__name__)

STATUS: Final = {
    Kind.INVALID: codes.BAD_REQUEST,
    Kind.PRECONDITION: codes.BAD_REQUEST,
    Kind.UNAUTHENTICATED: codes.UNAUTHORIZED,
    Kind.FORBIDDEN: codes.FORBIDDEN,
    Kind.NOT_FOUND: codes.NOT_FOUND,
    Kind.CONFLICT: codes.CONFLICT,
    Kind.TOO_LARGE: codes.REQUEST_ENTITY_TOO_LARGE,
    Kind.RATE_LIMITED: codes.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: codes.SERVICE_UNAVAILABLE,
}

#: Critical options we understand, or may pass over because the session says who is meant. Others: 4.02 (§5.4.1).
_UNDERSTOOD: Final = frozenset(
    {
        OptionNumber.URI_HOST,
        OptionNumber.URI_PORT,
        OptionNumber.URI_PATH,
        OptionNumber.URI_QUERY,
        OptionNumber.ACCEPT,
        OptionNumber.BLOCK1,
        OptionNumber.BLOCK2,
    }
)
_NOT_IDEMPOTENT: Final = frozenset({codes.POST, codes.PUT})
_LONGEST_TOKEN: Final = 8


class Messages:
    def __init__(self, site: DeviceSite) -> None:
        self._site = site
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, session: Session, datagram: bytes, now: float) -> None:
        """Answer one message, now or when its resource is ready."""
        if len(datagram) < codec.HEADER or datagram[0] >> 6 != 1:
            return
        try:
            request = _decode(session, datagram)
        except UnicodeDecodeError:
            if datagram[0] >> 4 & 3 == Type.CON:
                session.send(_no_such_path(datagram))
            return
        if request is None or not request.code.is_request():
            if datagram[0] >> 4 & 3 == Type.CON:
                session.send(codec.empty(codec.Type.RST, datagram[2] << 8 | datagram[3]))
            return
        if request.mtype in (Type.CON, Type.NON) and not session.is_duplicate(request.mid, now):
            session.begin_exchange(request.mid, now)
            self._start(self._answer(session, request, now))

    async def finish(self) -> None:
        """Wait for the answers under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answer)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, session: Session, request: Message, now: float) -> None:
        response = await self._render(session, request, now)
        response.token = request.token
        response.mtype = Type.ACK if request.mtype is Type.CON else Type.NON
        response.mid = request.mid if request.mtype is Type.CON else session.next_message_id()
        response.opt.no_response = None
        is_stored = request.code in _NOT_IDEMPOTENT
        session.end_exchange(request.mid, now, response.encode(), remember=is_stored)

    async def _render(self, session: Session, request: Message, now: float) -> Message:
        try:
            _require_understood(request)
            if not _counts_itself(request) and not session.bucket.take(now):
                return _slow_down(request)
            return await self._site.find(request.opt.uri_path).render(request)
        except DomainError as error:
            return Message(code=STATUS[error.kind], payload=error.message.encode())
        except RenderableError as error:
            return error.to_message()
        except Exception:
            log.exception("request_failed", device=session.device.record.device_id, address=session.peer)
            return Message(code=codes.INTERNAL_SERVER_ERROR)


def _decode(session: Session, datagram: bytes) -> Message | None:
    if datagram[0] & 0x0F > min(_LONGEST_TOKEN, len(datagram) - codec.HEADER):
        return None
    try:
        return Message.decode(datagram, remote=session)
    except UnicodeDecodeError:
        raise
    except (UnparsableMessage, ValueError, IndexError):
        return None


def _no_such_path(datagram: bytes) -> bytes:
    """Text that is no UTF-8 names nothing here. A reset would have some devices drop their session (§2.1)."""
    end = codec.HEADER + (datagram[0] & 0x0F)
    message_id = datagram[2] << 8 | datagram[3]
    return codec.encode(codec.Type.ACK, codec.Code.NOT_FOUND, message_id, datagram[codec.HEADER : end], [], b"")


def _require_understood(request: Message) -> None:
    for option in request.opt.option_list():
        if option.number.is_critical() and option.number not in _UNDERSTOOD:
            raise BadOption(f"option {int(option.number)} is not understood")


def _counts_itself(request: Message) -> bool:
    """Downloads have no limit here, and the manifest's own is applied where its blocks are told apart."""
    return request.code is codes.GET and request.opt.uri_path[:1] == (".u",)


def _slow_down(request: Message) -> Message:
    """Logs are dropped, but never refused (contract/coap.md §9)."""
    if request.opt.uri_path[:1] == (".s",):
        return Message(code=codes.CHANGED)
    return Message(code=codes.TOO_MANY_REQUESTS, max_age=1)
