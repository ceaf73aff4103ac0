"""Requests as they travel: sent again where that cannot do a thing twice, every failure one of cli.errors."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.request import getproxies

import httpx

from ota_console.cli.errors import Faulty, NotFound, NotSignedIn, OtaError, Unreachable, Usage

Object = dict[str, Any]

TIMEOUT = httpx.Timeout(30)
PAUSES = (0.2, 0.8)  # seconds before a request that got no answer is sent again
LONGEST_PAUSE = 60.0  # the most that a server may ask us to wait (Retry-After, RFC 9110 §10.2.3)
REDIRECTS = {301, 302, 303, 307, 308}

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Wire:
    """One server and one key. Every method raises OtaError, Faulty, Unreachable, NotSignedIn or NotFound."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url = url
        try:
            self._http = httpx.Client(
                base_url=f"{url}/v1/",
                headers={"x-api-key": api_key, "user-agent": "ota"},
                timeout=TIMEOUT,
                verify=_meets_tls(url),
            )
        except (httpx.InvalidURL, ValueError, ImportError) as error:  # the last two: a proxy it cannot use
            raise Usage(f"Cannot use the URL {url!r}: {error}.") from error

    def send(self, method: str, where: str, *, repeatable: bool, **request: Any) -> Object:
        """Give the JSON object that was answered. `repeatable`: to send it twice is the same as once."""
        response = self._answer(method, where, repeatable, request)
        reply = _json(response)
        if response.is_success and reply is not None:
            return reply
        raise _refusal(self.url, response, reply)

    def _answer(self, method: str, where: str, repeatable: bool, request: dict[str, Any]) -> httpx.Response:
        for pause in PAUSES:
            try:
                response = self._once(method, where, request)
            except Unreachable as error:
                if not (repeatable or isinstance(error.__cause__, httpx.ConnectError)):
                    raise
            else:
                if response.status_code != 429:
                    return response
                pause = _asked_pause(response) or pause
            time.sleep(pause)
        return self._once(method, where, request)

    def _once(self, method: str, where: str, request: dict[str, Any]) -> httpx.Response:
        with self._translated():
            return self._http.request(method, where, **request)

    @contextmanager
    def stream(self, where: str, *, headers: Mapping[str, str], **request: Any) -> Iterator[httpx.Response]:
        """An answer whose body is read as it comes. One redirect is followed, without the key."""
        with self._translated(), self._http.stream("GET", where, headers=headers, **request) as response:
            if response.status_code in REDIRECTS:
                with httpx.stream("GET", response.headers.get("location", ""), headers=headers, **request) as moved:
                    yield self._accepted(moved)
            else:
                yield self._accepted(response)

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        if response.status_code in {200, 206, 416}:
            return response
        response.read()
        raise _refusal(self.url, response, _json(response))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.LocalProtocolError as error:  # such as a file that shrinks while it is sent
            raise OtaError(f"The request could not be sent: {error}.") from error
        except httpx.TransportError as error:
            raise Unreachable(f"Cannot reach {self.url}: {str(error) or type(error).__name__}.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OtaError(f"{self.url} gave an answer that cannot be read: {error}.") from error


def _meets_tls(url: str) -> bool:
    """Whether certificates will have to be checked. To load the authorities takes longer than most requests."""
    return not url.lower().startswith("http://") or bool(getproxies())


def _asked_pause(response: httpx.Response) -> float:
    seconds = response.headers.get("retry-after", "")
    return min(float(seconds), LONGEST_PAUSE) if seconds.isdecimal() else 0.0


def _json(response: httpx.Response) -> Object | None:
    try:
        reply = response.json()
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) else None


def _refusal(url: str, response: httpx.Response, reply: Object | None) -> OtaError:
    kinds: dict[int, type[OtaError]] = {401: NotSignedIn, 404: NotFound}
    kind = Faulty if response.is_server_error else kinds.get(response.status_code, OtaError)
    message = reply.get("message") if reply else None
    if not isinstance(message, str) or not message:
        kind = Faulty if response.is_server_error else OtaError
        return kind(f"{url} answered {response.status_code}, and not as an OTA Console does. Is the URL right?")
    details = reply.get("details") if reply else None
    return kind(_UNPRINTABLE.sub(" ", message), details if isinstance(details, list) else [])
