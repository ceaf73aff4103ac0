"""Downloading what was uploaded: whole, in ranges, resumable."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.models import Artifact
from ota_console.api.ranges import Unsatisfiable, byte_range
from tests.api.client import Api, refused
from tests.stack import Stack

CONTENT = bytes(range(256)) * 4_000  # several chunks
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def path(api: Api) -> str:
    artifact = api.upload("main", "1.2.3", CONTENT)["id"]
    return f"{api.in_project}/artifacts/{artifact}/content"


@pytest.fixture
def folder_path(api: Api, settings: Any, tmp_path: Path) -> str:
    """From a folder, whatever storage the other tests run on."""
    folder = {"BACKEND": "deployments.storage.ArtifactFolder", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": folder}
    artifact = api.upload("main", "1.2.3", CONTENT)["id"]
    return f"{api.in_project}/artifacts/{artifact}/content"


def test_the_whole(api: Api, path: str) -> None:
    reply = followed(api, path)
    assert reply.status_code == 200
    assert reply.content == CONTENT
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"] == 'attachment; filename="main-1.2.3.bin"'
    assert reply.headers["accept-ranges"] == "bytes"
    assert int(reply.headers["content-length"]) == len(CONTENT)


def followed(api: Api, path: str, **headers: str) -> httpx.Response:
    """What the address gives, here or where it sends to."""
    reply = api.ask("GET", path, headers=headers)
    return httpx.get(reply.headers["location"], headers=headers) if reply.status_code == 302 else reply


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000000-", 1_000_000, len(CONTENT) - 1),
        ("bytes=1023999-9999999", 1_023_999, len(CONTENT) - 1),
        ("bytes=-5", len(CONTENT) - 5, len(CONTENT) - 1),
        ("bytes=0-", 0, len(CONTENT) - 1),
    ],
)
def test_a_range(api: Api, path: str, wanted: str, first: int, last: int) -> None:
    reply = followed(api, path, range=wanted)
    assert (reply.status_code, reply.content) == (206, CONTENT[first : last + 1])
    assert reply.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"


def test_what_was_cut_off_is_resumed(api: Api, path: str) -> None:
    whole = b""
    while len(whole) < len(CONTENT):
        piece = followed(api, path, range=f"bytes={len(whole)}-{len(whole) + 399_999}").content
        whole += piece
    assert hashlib.sha256(whole).hexdigest() == HASH


@pytest.mark.parametrize("ignored", ["bytes=0-1,5-6", "bytes=5-1", "lines=0-1", "bytes=-", "0-1", "bytes=a-b"])
def test_a_range_that_cannot_be_read_gives_the_whole(api: Api, folder_path: str, ignored: str) -> None:
    reply = api.ask("GET", folder_path, headers={"range": ignored})
    assert (reply.status_code, reply.content) == (200, CONTENT)


@pytest.mark.parametrize("behind", [f"bytes={len(CONTENT)}-", "bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end(api: Api, folder_path: str, behind: str) -> None:
    reply = api.ask("GET", folder_path, headers={"range": behind})
    refused(reply, 416, 11, str(len(CONTENT)))
    assert reply.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_the_etag_is_the_hash_and_guards_what_is_resumed(api: Api, folder_path: str) -> None:
    etag = api.ask("GET", folder_path).headers["etag"]
    assert etag == f'"{HASH}"'
    assert api.ask("GET", folder_path, headers={"if-none-match": etag}).status_code == 304
    same = api.ask("GET", folder_path, headers={"range": "bytes=5-", "if-range": etag})
    other = api.ask("GET", folder_path, headers={"range": "bytes=5-", "if-range": '"other"'})
    assert (same.status_code, same.content) == (206, CONTENT[5:])
    assert (other.status_code, other.content) == (200, CONTENT)


def test_head_tells_the_size_and_sends_nothing(api: Api, folder_path: str) -> None:
    reply = api.ask("HEAD", folder_path)
    assert (reply.status_code, reply.content) == (200, b"")
    assert int(reply.headers["content-length"]) == len(CONTENT)


def test_nginx_is_told_where_the_file_lies(api: Api, folder_path: str, settings: Any) -> None:
    settings.OTA_X_ACCEL_PREFIX = "/inside/"
    reply = api.ask("GET", folder_path, headers={"range": "bytes=5-"})
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["x-accel-redirect"] == f"/inside/{Artifact.objects.get().storage_name}"
    assert reply.headers["content-disposition"] == 'attachment; filename="main-1.2.3.bin"'


def test_ids_that_are_none_or_unknown(api: Api) -> None:
    refused(api.ask("GET", f"{api.in_project}/artifacts/x/content"), 400, 3, "ObjectID")
    refused(api.ask("GET", f"{api.in_project}/artifacts/{'f' * 24}/content"), 404, 5, "artifact not found")


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_what_slicing_gives(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    expected = content[first : last + 1]
    if first > last:
        assert byte_range(f"bytes={first}-{last}", size) is None
    elif not expected:
        with pytest.raises(Unsatisfiable):
            byte_range(f"bytes={first}-{last}", size)
    else:
        wanted = byte_range(f"bytes={first}-{last}", size)
        assert wanted is not None
        assert content[wanted.start : wanted.stop] == expected


@given(st.text(max_size=30), st.integers(1, 1000))
def test_any_header_is_answered(header: str, size: int) -> None:
    assert byte_range(header, size) is None


@pytest.mark.embedded
def test_slow_clients_hold_nobody_up(live_stack: Stack) -> None:
    """More of them than there are threads have started to download and wait; everything else is answered."""
    content = bytes(8_000_000)  # more than the sockets on the way hold
    with live_stack.client() as client:
        where = f"/v1/projects/{live_stack.first_run['project']}"
        query = {"projectId": live_stack.first_run["project"], "package": "slow", "version": "1"}
        kind = {"content-type": "application/octet-stream"}
        artifact = client.post("/v1/artifacts", params=query, content=content, headers=kind).json()["data"]["id"]
        slow = [client.stream("GET", f"{where}/artifacts/{artifact}/content") for _ in range(20)]
        replies = [request.__enter__() for request in slow]
        assert client.get(where).status_code == 200
        assert all(len(reply.read()) == len(content) for reply in replies)
        assert client.get(f"{where}/artifacts/{'f' * 24}/content").status_code == 404
        refusal = client.get(f"{where}/artifacts/{artifact}/content", headers={"x-api-key": "wrong"})
        assert (refusal.status_code, refusal.json()["code"]) == (401, 16)
