"""Runs a fleet in front of someone: a live line of counts, a last line that scripts can keep."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress

from rich.console import Console
from rich.live import Live
from rich.text import Text

from devices.simulator.credentials import PresharedKey
from devices.simulator.fleet import Fleet, FleetOptions, Totals

_REFRESH = 0.25
_SHOWN_VIOLATIONS = 5


def summary(totals: Totals) -> str:
    parts = [
        f"{totals.devices} devices",
        f"{totals.observing} observing",
        f"{totals.downloading} downloading",
        f"{totals.up_to_date} up to date",
        f"{totals.updates} updates",
        f"{totals.failures} failures",
        f"{totals.lost_sessions} lost sessions",
        f"{totals.refused_handshakes} refused handshakes",
        f"{totals.blocks} blocks",
        f"{totals.reports} reports",
        f"{totals.violations} violations",
    ]
    return " · ".join(parts)


async def run_fleet(
    keys: Sequence[PresharedKey],
    options: FleetOptions,
    console: Console,
    *,
    until_updated: bool = False,
    seconds: float | None = None,
) -> bool:
    """Until Ctrl-C, the time is over or, with `until_updated`, every device is up to date.

    Whether all went well: nothing against the contract, and every device up to date or, when only time was given,
    observing at the end.
    """
    console.print(Text(f"{len(keys)} devices sign in at coaps://{options.gateway}"), soft_wrap=True)
    async with Fleet(keys, options) as fleet:
        is_interrupted = await _watch(fleet, console, until_updated=until_updated, seconds=seconds)
        totals, violations = fleet.totals(), fleet.violations()
    console.print(Text(summary(totals)), soft_wrap=True)
    for sentence in violations[:_SHOWN_VIOLATIONS]:
        console.print(Text(f"  violation: {sentence}"), soft_wrap=True)
    if until_updated:
        return totals.up_to_date == totals.devices and not violations
    return (is_interrupted or totals.observing == totals.devices) and not violations


async def _watch(fleet: Fleet, console: Console, *, until_updated: bool, seconds: float | None) -> bool:
    """Whether someone pressed Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    endings: list[asyncio.Task[object]] = [asyncio.create_task(stop.wait())]
    if until_updated:
        endings.append(asyncio.create_task(fleet.up_to_date()))
    shown = asyncio.create_task(_show(fleet, console))
    try:
        await asyncio.wait(endings, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*endings, shown):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await shown
    return stop.is_set()


async def _show(fleet: Fleet, console: Console) -> None:
    """Live on a terminal; a file gets only the last line."""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while console.is_terminal:
            live.update(Text(summary(fleet.totals())), refresh=True)
            await asyncio.sleep(_REFRESH)
