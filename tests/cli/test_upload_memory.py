"""A file is sent piece by piece."""

import tracemalloc
from pathlib import Path

from ota_console.cli.client import Client
from tests.cli.strange import StrangeServer

MEBIBYTE = 1024 * 1024


def test_an_upload_holds_only_a_piece_of_the_file_in_memory(tmp_path: Path, server: StrangeServer) -> None:
    file = tmp_path / "large.bin"
    with file.open("wb") as target:
        target.truncate(64 * MEBIBYTE)
    server.body = b'{"data": {"id": "1"}}'
    client = Client(server.url, "key")
    tracemalloc.start()
    with file.open("rb") as source:
        assert client.upload("artifacts", {"version": "1"}, file.name, source) == {"id": "1"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert server.received > 64 * MEBIBYTE
    assert peak < 4 * MEBIBYTE
