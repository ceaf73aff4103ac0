"""Whoever sends slowly waits alone."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from tests.stack import Stack

MANY = 40  # more than there are threads


@contextmanager
def half_sent(url: str, path: str, *headers: str) -> Iterator[None]:
    """Many requests whose bodies do not go on."""
    where = urlsplit(url)
    lines = (f"POST {path} HTTP/1.1", f"Host: {where.netloc}", "Content-Length: 1000", *headers, "", "abc")
    with ExitStack() as sockets:
        for _ in range(MANY):
            sender = sockets.enter_context(socket.create_connection((where.hostname, where.port)))
            sender.sendall("\r\n".join(lines).encode())
        yield


@pytest.mark.embedded
def test_forms_that_never_end_hold_nobody_up(live_stack: Stack) -> None:
    """With the cookie, the form is read for its token before anybody has signed in."""
    url, cookie = live_stack.first_run["url"], "Cookie: csrftoken=" + "a" * 32
    with half_sent(url, "/accounts/login/", cookie, "Content-Type: application/x-www-form-urlencoded"):
        assert httpx.get(f"{url}/healthz").status_code == 200


@pytest.mark.embedded
def test_uploads_that_never_end_hold_nobody_up(live_stack: Stack) -> None:
    installation = live_stack.first_run
    url, key = installation["url"], f"x-api-key: {installation['api_key']}"
    path = f"/v1/artifacts?projectId={installation['project']}&version=slow"
    with half_sent(url, path, key, "Content-Type: application/octet-stream"):
        assert httpx.get(f"{url}/healthz").status_code == 200
