"""What a scenario found out: a value with its reference and target, the table, and the file that is committed."""

import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Column, Table

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Result:
    """`value`, `reference` and `target` have the same `unit`; the value holds when it is not above its target.

    `runs` is the number of samples; the value and the reference are taken from as many of each.
    """

    name: str
    value: float
    unit: str
    reference: float
    target: float
    runs: int

    @property
    def holds(self) -> bool:
        return self.value <= self.target


def quantile(samples: Sequence[float], part: float) -> float:
    """The sample below or at which this part of all samples lies (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * part) - 1)]


def table(results: Sequence[Result]) -> Table:
    shown = Table(Column("scenario", no_wrap=True), "value", "reference", "target", "unit", "runs", "")
    for result in results:
        verdict = "[green]holds[/]" if result.holds else "[red]missed[/]"
        numbers = [f"{number:,.1f}" for number in (result.value, result.reference, result.target)]
        shown.add_row(result.name, numbers[0], numbers[1], f"≤ {numbers[2]}", result.unit, str(result.runs), verdict)
    return shown


def write(results: Sequence[Result], file: Path = FILE) -> None:
    """Put these into the file and keep what it says of scenarios that did not run now."""
    known: dict[str, dict[str, Any]] = {}
    if file.exists():
        known = {entry["name"]: entry for entry in json.loads(file.read_text())}
    known |= {result.name: _entry(result) for result in results}
    file.write_text(json.dumps([known[name] for name in sorted(known)], indent=1, ensure_ascii=False) + "\n")


def _entry(result: Result) -> dict[str, Any]:
    numbers = {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(result).items()}
    return {**numbers, "holds": result.holds, "commit": _commit(), "machine": _machine()}


def _commit() -> str:
    head = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, cwd=FILE.parent)
    return head.stdout.strip()


def _machine() -> str:
    """Cores, processor, memory and Python: what the numbers depend on, and nothing that names the machine."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} × {processor}, {memory:.0f} GiB, Python {platform.python_version()}"
