"""A table that keeps itself current on a terminal."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from rich.console import Group
from rich.live import Live

from ota_console.cli.errors import Faulty, Unreachable
from ota_console.cli.output import Screen, cell, table

PAUSE = 2.0  # seconds between two looks
FRAME = 3  # lines that are no rows: heading, summary, and the one the cursor stands in

Look = Callable[[int], tuple[Sequence[Sequence[Any]], str]]


def watch(screen: Screen, columns: Sequence[str], look: Look) -> None:
    """Draw until Ctrl-C. `look` gets the number of rows that fit, and gives rows and a line to stand below them."""
    with Live(console=screen.out, auto_refresh=False, vertical_overflow="crop") as live, suppress(KeyboardInterrupt):
        shown = table(columns, [])
        while True:
            height = max(screen.out.height - FRAME, 1)
            try:
                rows, summary = look(height)
            except (Unreachable, Faulty) as error:
                live.update(Group(shown, cell(error)), refresh=True)
            else:
                shown = table(columns, rows[:height])
                live.update(Group(shown, cell(summary)), refresh=True)
            time.sleep(PAUSE)
