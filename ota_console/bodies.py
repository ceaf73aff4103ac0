"""Request bodies that arrive slowly must not hold the threads that answer everybody else.

An ordinary body is awaited whole before a thread takes the request. Uploads are read while they arrive, by threads of
their own, and end when nothing comes for a while.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

_UPLOAD = re.compile(r"/v1/artifacts|/projects/[^/]+/upload/")
_STALLED = 30.0  # seconds without a byte
_GONE: Event = {"type": "http.disconnect"}


def by_body(ordinary: Application, uploads: Application, *, largest: int) -> Application:
    """One application of two. An ordinary body beyond `largest` bytes is not awaited further: it will be refused."""

    async def application(scope: Any, receive: Receive, send: Any) -> None:
        if scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]):
            await uploads(scope, _unless_stalled(receive), send)
        else:
            await ordinary(scope, await _awaited(receive, largest), send)

    return application


async def _awaited(receive: Receive, largest: int) -> Receive:
    events: list[Event] = []
    size, is_open = 0, True
    while is_open and size <= largest:
        event = await receive()
        events.append(event)
        size += len(event.get("body", b""))
        is_open = event.get("more_body", False)
    kept: Iterator[Event] = iter(events)

    async def replayed() -> Event:
        return next(kept, None) or await receive()

    return replayed


def _unless_stalled(receive: Receive) -> Receive:
    async def limited() -> Event:
        try:
            async with asyncio.timeout(_STALLED):
                return await receive()
        except TimeoutError:
            return _GONE

    return limited
