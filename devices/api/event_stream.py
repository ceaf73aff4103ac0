"""OTA events as they come in: Server-Sent Events, resumed with Last-Event-ID. Ours, beyond the contract.

    id: <token of the event>
    event: ota-event
    data: <the event, as the list shows it>

The log is read once a second, a page at a time and no further than the client takes it, by a few threads that all
streams share. A comment every 15 seconds keeps proxies from hanging up. The stream ends when its key is revoked.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections
from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from devices.api.events import OtaEventFilters, OtaEventOutput, event_filter
from devices.models import OtaEvent
from devices.selectors import EventFeed, event_token
from ota_console.api.views import ProjectView
from ota_console.core.errors import Unauthenticated
from ota_console.streaming import streamed

T = TypeVar("T")

PERIOD = 1.0
HEARTBEAT = 15.0
_PAGE = 500
_GREETING = b"retry: 2000\n\n"
_SIGN_OF_LIFE = b": still here\n\n"
readers = ThreadPoolExecutor(4, "event-streams")


class OtaEventStream(ProjectView):
    def get(self, request: Request, **ids: Any) -> HttpResponseBase:
        """Under a server that cannot wait, the stream ends with what is there; clients come back by themselves."""
        feed = EventFeed(self.project, self.actor, event_filter(self.query(OtaEventFilters)))
        stream = _Stream(self, feed, after=feed.place(request.headers.get("Last-Event-ID", "")))
        stream.read(stream.after)  # refuses a filter that cannot be, while there is a status to say it with
        response = streamed(request._request, stream.follow, stream.backlog)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    def require_key(self) -> None:
        """Raise Unauthenticated when the key that opened the stream may not be used any more."""
        for authenticator in self.get_authenticators():
            authenticator.authenticate(self.request)


_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",  # nginx would collect before it sends
}


@dataclass(slots=True)
class _Stream:
    """Where one client is in the log."""

    view: OtaEventStream
    feed: EventFeed
    after: int

    def read(self, upto: int) -> Sequence[OtaEvent]:
        """The next page, no further than the key `upto`."""
        events = self.feed.read(after=self.after, upto=upto, limit=_PAGE)
        self.after = events[-1].pk if len(events) == _PAGE else max(self.after, upto)
        return events

    def backlog(self) -> Iterator[bytes]:
        yield _GREETING
        newest = self.feed.newest()
        while events := self.read(newest):
            yield _written(events)

    async def follow(self) -> AsyncIterator[bytes]:
        yield _GREETING
        upto, spoken = self.after, time.monotonic()
        while (found := await _waited(self._look, upto)) is not None:
            events, upto = found
            is_overdue = time.monotonic() - spoken > HEARTBEAT
            if said := _written(events) or (_SIGN_OF_LIFE if is_overdue else b""):
                yield said
                spoken = time.monotonic()
            if len(events) < _PAGE:
                await asyncio.sleep(PERIOD)

    def _look(self, upto: int) -> tuple[Sequence[OtaEvent], int] | None:
        """A page of what was there at the last look, and the newest key now. None when the stream must end."""
        close_old_connections()
        try:
            self.view.require_key()
            events = self.read(upto)
            return events, upto if len(events) == _PAGE else self.feed.newest()
        except (Unauthenticated, OperationalError, InterfaceError):
            return None


async def _waited(look: Callable[[int], T], upto: int) -> T:
    return await asyncio.get_running_loop().run_in_executor(readers, look, upto)


def _written(events: Iterable[OtaEvent]) -> bytes:
    return b"".join(_message(event) for event in events)


def _message(event: OtaEvent) -> bytes:
    shown: bytes = JSONRenderer().render(OtaEventOutput(event).data)
    return b"id: %s\nevent: ota-event\ndata: %s\n\n" % (event_token(event).encode(), shown)
