"""Bars on a terminal that move while something takes its time; where standard error is none, lines now and then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TextColumn, TransferSpeedColumn

from ota_console.cli.output import Screen

Advance = Callable[[int], None]
Tell = Callable[[int, int, str], None]


@contextmanager
def reading(screen: Screen, file: BinaryIO, total: int, label: str) -> Iterator[BinaryIO]:
    """The file, with a bar that moves as it is read."""
    with (
        _bar(screen, DownloadColumn(binary_units=True), TransferSpeedColumn()) as bar,
        bar.wrap_file(file, total=total, description=label) as watched,
    ):
        yield watched


@contextmanager
def receiving(screen: Screen, done: int, total: int, label: str) -> Iterator[Advance]:
    """What to call with the size of every piece that arrived; `done` was there before."""
    with _bar(screen, DownloadColumn(binary_units=True), TransferSpeedColumn()) as bar:
        task = bar.add_task(label, completed=done, total=total)
        yield lambda size: bar.advance(task, size)


@contextmanager
def counting(screen: Screen, label: str) -> Iterator[Tell]:
    """What to call with how many are done, how many there are, and a remark; without a bar, a line for each change."""
    with _bar(screen, TextColumn("{task.fields[remark]}", markup=False)) as bar:
        task = bar.add_task(label, remark="")
        said = ""

        def tell(done: int, total: int, remark: str) -> None:
            nonlocal said
            bar.update(task, completed=done, total=total, remark=remark)
            if bar.disable and remark != said:
                screen.say(f"{label}: {remark}")
            said = remark

        yield tell


def _bar(screen: Screen, *columns: ProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=screen.messages,
        disable=screen.quiet or not sys.stderr.isatty(),
    )
