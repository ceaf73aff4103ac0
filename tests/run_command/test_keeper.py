"""One part: restarted when it ends, gone with all that it forked, stopped when told."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ota_console.run.child import Child, Part
from ota_console.run.keeper import Keeper

#: Writes its own number to the named file, forks a process that writes its number too, and waits.
FORKS = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
name = "grandchild" if os.fork() == 0 else "child"
(folder / f".{name}").write_text(str(os.getpid()))
(folder / f".{name}").rename(folder / name)
time.sleep(600)
"""

IGNORES = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(600)
"""


def _python(code: str, *arguments: object) -> Part:
    return Part("part", [sys.executable, "-c", code, *map(str, arguments)])


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
async def keep() -> AsyncIterator[Callable[[Part], Keeper]]:
    keepers: list[Keeper] = []

    def start(part: Part) -> Keeper:
        keepers.append(Keeper(part, lambda: None))
        return keepers[-1]

    yield start
    for keeper in keepers:
        await keeper.stop()


async def test_a_part_that_ends_is_started_again_and_it_is_said(
    keep: Callable[[Part], Keeper], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    keep(_python("import sys; open(sys.argv[1], 'a').write('run '); sys.exit(3)", runs))

    await _until(lambda: runs.exists() and runs.read_text().count("run") >= 3)

    said = capsys.readouterr().out
    assert "ota     | part ended (exit code 3); it is started again in 0.5 s" in said
    assert "ota     | part ended (exit code 3); it is started again in 1 s" in said


async def test_a_killed_part_takes_what_it_forked_with_it(keep: Callable[[Part], Keeper], tmp_path: Path) -> None:
    keep(_python(FORKS, tmp_path))
    await _until(lambda: (tmp_path / "child").exists() and (tmp_path / "grandchild").exists())
    child, grandchild = (int((tmp_path / name).read_text()) for name in ("child", "grandchild"))

    os.kill(child, 9)

    await _until(lambda: not _is_running(grandchild))
    await _until(lambda: (tmp_path / "child").read_text() != str(child))


async def test_stopping_ends_a_part_that_ignores_the_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ota_console.run.keeper.PATIENCE", 0.2)
    keeper = Keeper(_python(IGNORES, tmp_path / "ready"), lambda: None)
    await _until(lambda: (tmp_path / "ready").exists())
    pid = keeper.pid
    assert pid is not None

    await keeper.stop()

    assert not _is_running(pid)
    assert keeper.pid is None
    assert "part did not stop within 0.2 s and is killed" in capsys.readouterr().out


async def test_a_program_that_cannot_be_started_is_tried_again(
    keep: Callable[[Part], Keeper], capsys: pytest.CaptureFixture[str]
) -> None:
    keep(Part("part", ["/nowhere/at/all"]))

    said = ""

    def is_said() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return "started again in 1 s" in said

    await _until(is_said)
    assert "part ended (could not be started: No such file or directory)" in said


async def test_output_is_shown_line_by_line_with_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    child = await Child.start(
        _python("import sys; print('one'); print('x' * 100_000); print('two', file=sys.stderr, end='')")
    )

    assert await child.wait() == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines == ["part    | one", f"part    | {'x' * 100_000}", "part    | two"]
