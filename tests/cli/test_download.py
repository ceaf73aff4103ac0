"""Downloads go on where they broke off, are checked, and are in place whole or not at all."""

import hashlib
import os
from pathlib import Path

import pytest

from ota_console.cli.client import Client
from ota_console.cli.downloads import Download
from ota_console.cli.errors import OtaError, Unreachable
from ota_console.cli.options import Options
from ota_console.cli.output import Screen
from tests.cli.strange import Answer, StrangeServer

CONTENT = os.urandom(100_000)
HASH = hashlib.sha256(CONTENT).hexdigest()
BINARY = {"content-type": "application/octet-stream"}


@pytest.fixture
def download(server: StrangeServer, tmp_path: Path) -> Download:
    return Download(Client(server.url, "key"), "content", tmp_path / "main.bin", size=len(CONTENT), sha256=HASH)


@pytest.fixture
def screen() -> Screen:
    return Screen(Options())


def whole(breaks_off: int | None = None) -> Answer:
    return Answer(200, BINARY, CONTENT, breaks_off)


def rest(start: int, breaks_off: int | None = None) -> Answer:
    return Answer(206, BINARY, CONTENT[start:], breaks_off)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_broken_connection_is_gone_on_with(
    download: Download, server: StrangeServer, screen: Screen, tmp_path: Path
) -> None:
    server.script = [whole(breaks_off=30_000), rest(30_000, breaks_off=1), rest(30_001)]
    download.run(screen)
    assert (tmp_path / "main.bin").read_bytes() == CONTENT
    assert [request.headers.get("range") for request in server.requests] == [None, "bytes=30000-", "bytes=30001-"]
    assert names(tmp_path) == ["main.bin"]


def test_a_server_that_vanishes_leaves_the_part_for_the_next_time(
    download: Download, server: StrangeServer, screen: Screen, tmp_path: Path
) -> None:
    server.script = [whole(breaks_off=30_000), rest(30_000, breaks_off=0)]
    with pytest.raises(Unreachable):
        download.run(screen)
    assert names(tmp_path) == [download.part.name]
    server.script = [rest(30_000)]
    download.run(screen)
    assert (tmp_path / "main.bin").read_bytes() == CONTENT


def test_a_server_that_starts_anew_is_followed(
    download: Download, server: StrangeServer, screen: Screen, tmp_path: Path
) -> None:
    download.part.write_bytes(b"x" * 30_000)
    server.script = [whole()]
    download.run(screen)
    assert (tmp_path / "main.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("part", "answer", "words"),
    [
        (b"x" * 30_000, rest(30_000), "SHA-256"),
        (b"x" * 100_001, rest(0), "SHA-256"),
        (b"x", Answer(416, BINARY), "longer than the artifact"),
    ],
)
def test_what_is_not_the_artifact_is_thrown_away(
    download: Download, server: StrangeServer, screen: Screen, tmp_path: Path, part: bytes, answer: Answer, words: str
) -> None:
    (tmp_path / "main.bin").write_bytes(b"earlier")
    download.part.write_bytes(part)
    server.script = [answer]
    with pytest.raises(OtaError, match=words):
        download.run(screen)
    assert (tmp_path / "main.bin").read_bytes() == b"earlier"
    assert names(tmp_path) == ["main.bin"]


def test_a_file_that_ends_early_is_an_error(download: Download, server: StrangeServer, screen: Screen) -> None:
    download.part.write_bytes(CONTENT[:10])
    server.script = [Answer(206, BINARY, b"")]
    with pytest.raises(OtaError, match="ends at 10 of 100000"):
        download.run(screen)


def test_a_redirect_is_followed_without_the_key(
    download: Download, server: StrangeServer, screen: Screen, tmp_path: Path
) -> None:
    server.script = [Answer(302, {"location": f"{server.url}/bucket/object?signed"}), whole()]
    download.run(screen)
    assert (tmp_path / "main.bin").read_bytes() == CONTENT
    asked, moved = server.requests
    assert asked.headers["x-api-key"] == "key"
    assert moved.path == "/bucket/object?signed"
    assert "x-api-key" not in moved.headers
