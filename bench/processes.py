"""What a process has used, from /proc (proc(5))."""

import os
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_MIB = 1024.0


def cpu_seconds(pid: int) -> float:
    """User and system time of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def memory_mib(pid: int) -> float:
    """Resident now."""
    return _status(pid, "VmRSS")


def peak_memory_mib(pid: int) -> float:
    """Highest resident size since `forget_peak`."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / _MIB
    raise ProcessLookupError(pid)
