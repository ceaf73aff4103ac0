"""The REST API as the commands see it: JSON in, JSON out, every failure one of cli.errors (contract/rest.md)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import uuid4

import httpx

from ota_console.cli.errors import NotFound, OtaError, Usage
from ota_console.cli.wire import TIMEOUT, Object, Wire

Query = Mapping[str, str | int | Sequence[str] | None]

UPLOAD_TIMEOUT = httpx.Timeout(30, read=300)  # the answer comes when the server has stored and checked the file
STREAM_TIMEOUT = httpx.Timeout(30, read=45)  # a stream without news has a heartbeat every 15 s
PAGE = 100  # the most objects a page may have (contract/rest.md §1.4)


def path(*parts: str) -> str:
    """The parts as one URL path, each percent-encoded."""
    if any(part in {"", ".", ".."} for part in parts):
        raise Usage("A name or id is empty, or only dots.")
    return "/".join(quote(part, safe="") for part in parts)


class Client:
    """One server and one key. Every method raises OtaError, Faulty, Unreachable, NotSignedIn or NotFound."""

    def __init__(self, url: str, api_key: str) -> None:
        self._wire = Wire(url, api_key)

    def get(self, where: str, query: Query | None = None) -> Object:
        return _object(self._wire.send("GET", where, repeatable=True, params=_given(query)), "data")

    def find(self, where: str) -> Object | None:
        try:
            return self.get(where)
        except NotFound:
            return None

    def post(self, where: str, body: Object) -> Object:
        return _object(self._wire.send("POST", where, repeatable=True, headers=_once(), json=body), "data")

    def put(self, where: str, body: Object) -> Object:
        return _object(self._wire.send("PUT", where, repeatable=True, json=body), "data")

    def patch(self, where: str, body: Object) -> Object:
        return _object(self._wire.send("PATCH", where, repeatable=False, json=body), "data")

    def delete(self, where: str) -> None:
        self._wire.send("DELETE", where, repeatable=False)

    def upload(self, where: str, fields: Mapping[str, str], name: str, file: BinaryIO) -> Object:
        """Post a form whose file is read and sent piece by piece, from its beginning if it must be sent again."""
        files = {"artifact": (name, file, "application/octet-stream")}
        reply = self._wire.send(
            "POST", where, repeatable=True, headers=_once(), data=fields, files=files, timeout=UPLOAD_TIMEOUT
        )
        return _object(reply, "data")

    def post_text(self, where: str, query: Query, content: bytes, content_type: str) -> Object:
        """Post something that is no JSON."""
        reply = self._wire.send(
            "POST",
            where,
            repeatable=True,
            params=_given(query),
            headers=_once() | {"content-type": content_type},
            content=content,
            timeout=UPLOAD_TIMEOUT,
        )
        return _object(reply, "data")

    def content(self, where: str, offset: int) -> AbstractContextManager[httpx.Response]:
        """A file from `offset` on: 206 when the server skipped that much, 200 when it starts anew, 416 for too much."""
        headers = {"accept-encoding": "identity"} | ({"range": f"bytes={offset}-"} if offset else {})
        return self._wire.stream(where, headers=headers, timeout=TIMEOUT)

    def events(self, where: str, query: Query, last_id: str | None) -> AbstractContextManager[httpx.Response]:
        """A stream of Server-Sent Events, from behind the one named `last_id` on."""
        headers = {"accept": "text/event-stream", "accept-encoding": "identity"} | (
            {"last-event-id": last_id} if last_id else {}
        )
        return self._wire.stream(where, headers=headers, params=_given(query), timeout=STREAM_TIMEOUT)

    def collection(self, where: str, query: Query | None = None, limit: int | None = None) -> list[Object]:
        """A whole collection, page after page, or its first `limit` objects."""
        objects: list[Object] = []
        for page in self._pages(where, _given(query)):
            objects += page
            if limit is not None and len(objects) >= limit:
                return objects[:limit]
        return objects

    def _pages(self, where: str, query: dict[str, Any]) -> Iterator[list[Object]]:
        """Devices have a cursor, logs hand out tokens, most count pages, a few come whole (contract/rest.md §1.2)."""
        query = {"perPage": PAGE, "page": 0} | query
        seen = 0
        while True:
            reply = self._wire.send("GET", where, repeatable=True, params=query)
            page = _objects(reply)
            yield page
            seen += len(page)
            following = _following(reply, query["page"], seen)
            if not (page and following):
                return
            query |= following


def _following(reply: Object, page: int, seen: int) -> dict[str, Any]:
    """What to ask for next; nothing at the end."""
    for told, asked in (("nextCursor", "cursor"), ("nextPageToken", "pageToken")):
        if told in reply:
            return {asked: str(reply[told])} if reply[told] else {}
    return {"page": page + 1} if seen < _count(reply.get("total")) else {}


def _once() -> dict[str, str]:
    """What lets the server see that a request sent again is the same one."""
    return {"idempotency-key": uuid4().hex}


def _given(query: Query | None) -> dict[str, Any]:
    """Without what was not asked for. Zero and "" are asked for."""
    return {name: value for name, value in (query or {}).items() if value is not None}


def _object(reply: Object, name: str) -> Object:
    value = reply.get(name)
    if not isinstance(value, dict):
        raise OtaError(f"The server's answer has no {name}. It may be another version than this command.")
    return value


def _objects(reply: Object) -> list[Object]:
    values = reply.get("list")
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise OtaError("The server's answer has no list. It may be another version than this command.")
    return values


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0
