"""What only a real server and a real socket show: senders that go away, chunks, connections that go on."""

import base64
import json
import socket
from typing import Any

import httpx
import pytest

from tests.stack import Stack, wait_until

pytestmark = pytest.mark.embedded

CONTENT = base64.b64encode(bytes(300_000)).decode()
FORM_HEAD = b'--b\r\ncontent-disposition: form-data; name="artifact"; filename="f"\r\n\r\n'
FORM_TAIL = b'\r\n--b\r\ncontent-disposition: form-data; name="version"\r\n\r\n1.2'
REFUSED = 'code=400 request="POST /v1/artifacts"'


def connect(stack: Stack) -> socket.socket:
    host, port = stack.http.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=10)


def head(stack: Stack, kind: str, *more: str) -> bytes:
    lines = ["POST /v1/artifacts HTTP/1.1", f"host: {stack.http}", f"x-api-key: {stack.first_run['api_key']}"]
    return "\r\n".join([*lines, f"content-type: {kind}", *more, "", ""]).encode()


def received(connection: socket.socket) -> bytes:
    """Until the server closes."""
    pieces = iter(lambda: connection.recv(65_536), b"")
    return b"".join(pieces)


def stored(stack: Stack) -> tuple[list[Any], list[str]]:
    folder = stack.data_dir / "artifacts"
    with stack.client() as client:
        listed = client.get(f"/v1/projects/{stack.first_run['project']}/artifacts").json()["list"]
    return listed, [str(path) for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps({"version": "1", "content": CONTENT}).encode()[:200_000]),
        ("multipart/form-data; boundary=b", FORM_HEAD + bytes(200_000)),
        ("multipart/form-data; boundary=b", FORM_HEAD + bytes(200_000) + FORM_TAIL),
    ],
    ids=["json", "in the file of a form", "after the file of a form"],
)
def test_an_upload_whose_sender_goes_away_leaves_nothing(live_stack: Stack, kind: str, body: bytes) -> None:
    before, said = stored(live_stack), live_stack.output().count(REFUSED)
    with connect(live_stack) as connection:
        connection.sendall(head(live_stack, kind, "content-length: 500000") + body)
    wait_until(lambda: live_stack.output().count(REFUSED) > said, 10, live_stack.output)
    assert stored(live_stack) == before
    assert "Traceback" not in live_stack.output()
    assert "code=500" not in live_stack.output()


def test_a_request_whose_sender_goes_away_changes_nothing(live_stack: Stack) -> None:
    """The body would be valid JSON as far as it came, were it not shorter than it said."""
    project = live_stack.first_run["project"]
    path = f"/v1/projects/{project}/tags"
    lines = [f"POST {path} HTTP/1.1", f"host: {live_stack.http}", f"x-api-key: {live_stack.first_run['api_key']}"]
    lines += ["content-type: application/json", "idempotency-key: half", "content-length: 500"]
    said = live_stack.output().count(f'code=400 request="POST {path}"')
    with connect(live_stack) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + b'{"name": "half"}')
    wait_until(lambda: live_stack.output().count(f'code=400 request="POST {path}"') > said, 10, live_stack.output)
    with live_stack.client() as client:
        assert client.get(path).json()["list"] == []
        again = client.post(path, json={"name": "half"}, headers={"idempotency-key": "half"})
    assert again.status_code == 200


def test_a_connection_goes_on_after_an_upload_was_refused_early(live_stack: Stack) -> None:
    before = stored(live_stack)
    body = b'{"content":"!!!!' + bytes(400_000)
    request = head(live_stack, "application/json", f"content-length: {len(body)}") + body
    follow_up = head(live_stack, "application/json", "content-length: 2", "connection: close") + b"{}"
    with connect(live_stack) as connection:
        connection.sendall(request + follow_up)
        replies = received(connection)
    assert replies.count(b"HTTP/1.1 400") == 2
    assert b"base64" in replies
    assert b"projectId: This field is required" in replies
    assert stored(live_stack) == before


def test_a_body_without_its_length_is_refused(live_stack: Stack) -> None:
    chunked = head(live_stack, "application/json", "transfer-encoding: chunked", "connection: close")
    with connect(live_stack) as connection:
        connection.sendall(chunked + b"2\r\n{}\r\n0\r\n\r\n")
        reply = received(connection)
    assert b"HTTP/1.1 400" in reply
    assert b"Content-Length" in reply


@pytest.mark.parametrize(
    "path", ["/v1/projects/%ff", "/v1/projects/%F0%9F/devices", "/v1/projects/a%2Fb", "/v1/projects/.."]
)
def test_odd_addresses_are_a_json_404(live_stack: Stack, path: str) -> None:
    with live_stack.client() as client:
        reply = client.get(httpx.URL(str(client.base_url)).copy_with(raw_path=path.encode()))
    assert reply.status_code == 404
    assert reply.json()["code"] == 5


def test_an_upload_arrives_whole_in_either_form(live_stack: Stack) -> None:
    project, before = live_stack.first_run["project"], stored(live_stack)
    with live_stack.client() as client:
        as_json = client.post("/v1/artifacts", json={"projectId": project, "version": "1", "content": CONTENT})
        fields = {"projectId": project, "version": "2"}
        as_form = client.post("/v1/artifacts", data=fields, files={"artifact": ("f", bytes(300_000))})
    made = [reply.json()["data"] for reply in (as_json, as_form)]
    assert [artifact["binaryInfo"]["size"] for artifact in made] == [300_000, 300_000]
    assert made[0]["binaryInfo"]["digests"] == made[1]["binaryInfo"]["digests"]
    assert [len(after) - len(earlier) for after, earlier in zip(stored(live_stack), before, strict=True)] == [2, 2]
