"""The REST API as the commands see it: JSON in, JSON out, every failure one of cli.errors (contract/rest.md)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx

from ota_console.cli.errors import NotFound, NotSignedIn, OtaError, Unreachable, Usage

Object = dict[str, Any]
Query = Mapping[str, str | int | Sequence[str] | None]

TIMEOUT = httpx.Timeout(30)
UPLOAD_TIMEOUT = httpx.Timeout(30, read=300)  # the answer comes when the server has stored and checked the file
PAGE = 100  # the most objects a page may have (contract/rest.md §1.4)

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def path(*parts: str) -> str:
    """The parts as one URL path, each percent-encoded."""
    if any(part in {"", ".", ".."} for part in parts):
        raise Usage("A name or id is empty, or only dots.")
    return "/".join(quote(part, safe="") for part in parts)


class Client:
    """One server and one key. Every method raises OtaError, Unreachable, NotSignedIn or NotFound."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url = url
        try:
            self._http = httpx.Client(
                base_url=f"{url}/v1/", headers={"x-api-key": api_key, "user-agent": "ota"}, timeout=TIMEOUT
            )
        except (httpx.InvalidURL, ValueError, ImportError) as error:  # the last two: a proxy it cannot use
            raise Usage(f"Cannot use the URL {url!r}: {error}.") from error

    def get(self, where: str, query: Query | None = None) -> Object:
        return _object(self._send("GET", where, params=_given(query)), "data")

    def find(self, where: str) -> Object | None:
        try:
            return self.get(where)
        except NotFound:
            return None

    def post(self, where: str, body: Object) -> Object:
        return _object(self._send("POST", where, json=body), "data")

    def patch(self, where: str, body: Object) -> Object:
        return _object(self._send("PATCH", where, json=body), "data")

    def delete(self, where: str) -> None:
        self._send("DELETE", where)

    def upload(self, where: str, fields: Mapping[str, str], name: str, file: BinaryIO) -> Object:
        """Post a form whose file is read and sent piece by piece."""
        files = {"artifact": (name, file, "application/octet-stream")}
        reply = self._send("POST", where, data=fields, files=files, timeout=UPLOAD_TIMEOUT)
        return _object(reply, "data")

    def collection(self, where: str, query: Query | None = None, limit: int | None = None) -> list[Object]:
        """A whole collection, page after page, or its first `limit` objects."""
        objects: list[Object] = []
        for page in self._pages(where, _given(query)):
            objects += page
            if limit is not None and len(objects) >= limit:
                return objects[:limit]
        return objects

    def _pages(self, where: str, query: dict[str, Any]) -> Iterator[list[Object]]:
        """Most collections count pages, OTA events hand out tokens, and a few come whole (contract/rest.md §1.2)."""
        query = {"perPage": PAGE, "page": 0} | query
        seen = 0
        while True:
            reply = self._send("GET", where, params=query)
            page = _objects(reply)
            yield page
            seen += len(page)
            if not page:
                return
            if token := reply.get("nextPageToken"):
                query["pageToken"] = str(token)
            elif seen < _count(reply.get("total")):
                query["page"] += 1
            else:
                return

    def _send(self, method: str, where: str, **request: Any) -> Object:
        try:
            response = self._http.request(method, where, **request)
        except httpx.LocalProtocolError as error:  # such as a file that shrinks while it is sent
            raise OtaError(f"The request could not be sent: {error}.") from error
        except httpx.TransportError as error:
            raise Unreachable(f"Cannot reach {self.url}: {str(error) or type(error).__name__}.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OtaError(f"{self.url} gave an answer that cannot be read: {error}.") from error
        reply = _json(response)
        if response.is_success and reply is not None:
            return reply
        raise _refusal(self.url, response, reply)


def _given(query: Query | None) -> dict[str, Any]:
    """Without what was not asked for. Zero and "" are asked for."""
    return {name: value for name, value in (query or {}).items() if value is not None}


def _json(response: httpx.Response) -> Object | None:
    try:
        reply = response.json()
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) else None


def _refusal(url: str, response: httpx.Response, reply: Object | None) -> OtaError:
    message = reply.get("message") if reply else None
    if not isinstance(message, str) or not message:
        return OtaError(f"{url} answered {response.status_code}, and not as an OTA Console does. Is the URL right?")
    kinds: dict[int, type[OtaError]] = {401: NotSignedIn, 404: NotFound}
    return kinds.get(response.status_code, OtaError)(_UNPRINTABLE.sub(" ", message))


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
