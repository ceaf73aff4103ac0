"""Ending tasks for good."""

import asyncio
from collections.abc import Collection
from typing import Any

_AGAIN = 0.2


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel until all have ended: in Python 3.11 `asyncio.wait_for`, which redis uses, may swallow a cancellation."""
    remaining = set(tasks)
    while remaining:
        for task in remaining:
            task.cancel()
        _, remaining = await asyncio.wait(remaining, timeout=_AGAIN)
