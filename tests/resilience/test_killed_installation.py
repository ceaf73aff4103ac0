"""SIGKILL of everything at once, as when the power goes: the next start delivers what was committed."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.resilience.conftest import PACKAGE, open_fleet
from tests.stack import Stack

pytestmark = pytest.mark.embedded


async def test_online_device_has_the_update_after_everything_was_killed(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "var").start()
    try:
        async for fleet in open_fleet(stack):
            cohort_id = await fleet.new_cohort()
            _, key = await fleet.new_device(cohort_id)
            version, artifact_id = await fleet.new_version()
            async with fleet.simulated(key) as device:
                await device.observing()
                for part in ("gateway", "worker"):
                    stack.pause(part)
                await fleet.rest.deploy(cohort_id, version, [artifact_id])
                assert device.record.notifications == []

                for pid in stack.processes.values():
                    os.kill(pid, signal.SIGKILL)
                await asyncio.to_thread(stack.start)

                async with asyncio.timeout(30):
                    await device.updated_to(PACKAGE, version)
    finally:
        stack.stop()
