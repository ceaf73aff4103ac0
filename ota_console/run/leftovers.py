"""What a supervisor that was killed may have left: each part carries our data folder in its environment."""

import contextlib
import os
import signal
import time
from pathlib import Path

MARK = "OTA_SUPERVISED_IN"
_PATIENCE = 10.0  # seconds; the system told them to end when their supervisor died


def end_leftovers(data_dir: Path) -> int:
    """End each process of an earlier run on `data_dir`; return how many there were. Needs the folder locked.

    It reads /proc: elsewhere than on Linux nothing is found.
    """
    found = _processes(data_dir)
    deadline = time.monotonic() + _PATIENCE
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(_processes(data_dir), number)
        while _processes(data_dir) and time.monotonic() < deadline:
            time.sleep(0.05)
    return len(found)


def _processes(data_dir: Path) -> list[int]:
    mark = f"{MARK}={data_dir}".encode()
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*") if entry.name.isdecimal())
    return [pid for pid in pids if pid != os.getpid() and mark in _environment(pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone meanwhile, or another user's
        return []


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
