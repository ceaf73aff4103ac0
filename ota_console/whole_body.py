"""A request whose sender went away must not look complete.

a2wsgi ends the body early and says nothing, so a file cut in half would be stored as a whole one. PEP 3333 servers
raise instead, which Django turns into UnreadablePostError; so do we.
"""

from collections.abc import Callable, Iterable
from typing import Any

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def refuse_cut_bodies(application: WsgiApplication) -> WsgiApplication:
    """The application, with bodies that raise ConnectionResetError when they end before their Content-Length."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        if length.isdecimal():
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return guarded


class WholeBody:
    """What Django reads: in pieces, never beyond the Content-Length."""

    def __init__(self, body: Any, length: int) -> None:
        self._body = body
        self._left = length
        self.readline = body.readline  # Django binds it but reads no lines

    def read(self, size: int) -> bytes:
        """a2wsgi gives fewer bytes than asked for only at the end."""
        piece: bytes = self._body.read(size)
        self._left -= len(piece)
        if len(piece) < size and self._left > 0:
            raise ConnectionResetError("the client went away")
        return piece
