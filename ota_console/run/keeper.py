"""Keeps one part running: when it ends, says so and starts it again with back-off, until told to stop."""

import asyncio
import time
from collections.abc import Callable

from ota_console.run.child import Child, Part, describe
from ota_console.run.terminal import say

FIRST_PAUSE = 0.5  # seconds before the first restart; doubled each time
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0  # a part that ran this long starts again with the first pause
PATIENCE = 10.0  # seconds a part has to end by itself


class Keeper:
    """`changed` is called whenever `pid` is another one."""

    def __init__(self, part: Part, changed: Callable[[], None]) -> None:
        self.name = part.name
        self.pid: int | None = None
        self._part = part
        self._changed = changed
        self._stopping = asyncio.Event()
        self._child: Child | None = None
        self._task = asyncio.create_task(self._keep(), name=part.name)

    async def stop(self) -> None:
        self._stopping.set()
        if self._child is not None:
            await self._child.stop(patience=PATIENCE)
        await self._task

    def kill(self) -> None:
        self._stopping.set()
        if self._child is not None:
            self._child.kill()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            started = time.monotonic()
            ending = await self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STEADY_AFTER:
                pause = FIRST_PAUSE
            say(f"{self.name} ended ({ending}); it is started again in {pause:g} s")
            await self._pause(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run_once(self) -> str:
        try:
            self._child = await Child.start(self._part)
        except OSError as error:  # no memory, or no more processes: that may pass
            return f"could not be started: {error.strerror}"
        self._set_pid(self._child.pid)
        try:
            if self._stopping.is_set():  # told while it was being started
                await self._child.stop(patience=PATIENCE)
            return describe(await self._child.wait())
        finally:
            self._child = None
            self._set_pid(None)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    def _set_pid(self, pid: int | None) -> None:
        self.pid = pid
        self._changed()
