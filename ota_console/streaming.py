"""Replies that may take minutes or days, without holding a thread of the pool that answers everything else.

Django's own ASGI handler serves these few addresses. Their views are ordinary ones, with the same authentication and
the same errors; when such a view streams, it hands over an asynchronous iterator and its thread and database connection
are given back before the first byte goes out.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

Application = Callable[[Any, Any, Any], Awaitable[None]]

_LONG = re.compile(
    r"/v1/projects/[^/]+/artifacts/[^/]+/content"
    r"|/v1/organizations/[^/]+/projects/[^/]+/ota-events/stream"
)
_BODY = {b"content-length", b"transfer-encoding"}


def by_length(ordinary: Application, long: ASGIHandler) -> Application:
    """One application of two: `long` gets the addresses above, `ordinary` the rest and whatever brings a body."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if not _is_long(scope):
            await ordinary(scope, receive, send)
            return
        async with ThreadSensitiveContext():
            try:
                await long(scope, receive, send)
            finally:
                await _release_connections()

    return application


def streamed(
    request: HttpRequest, waiting: Callable[[], AsyncIterator[bytes]], reading: Callable[[], Iterator[bytes]]
) -> HttpResponseBase:
    """A streaming response that iterates as its server does: `waiting` under ASGI, `reading` under WSGI.

    To HEAD, which asks for no body, nothing is streamed: a stream may have no end.
    """
    if request.method == "HEAD":
        return HttpResponse()
    if isinstance(request, ASGIRequest):
        return StreamingHttpResponse(_released(waiting()))
    return StreamingHttpResponse(reading())


async def read_pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a blocking iterator, each awaited in a thread that is free again while the client takes it."""
    while (piece := await asyncio.to_thread(next, pieces, b"")) != b"":
        yield piece


async def _released(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    await _release_connections()
    async for piece in pieces:
        yield piece


async def _release_connections() -> None:
    """Those of the request's own thread."""
    await sync_to_async(connections.close_all)()


def _is_long(scope: Any) -> bool:
    has_body = any(name in _BODY for name, _ in scope["headers"])
    return scope["method"] in ("GET", "HEAD") and not has_body and _LONG.fullmatch(scope["path"]) is not None
