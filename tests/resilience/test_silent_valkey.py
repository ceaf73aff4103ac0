"""Valkey hangs: it answers nobody, and the supervisor has no reason to restart it."""

import asyncio

import pytest

from tests.resilience.conftest import PACKAGE, Fleet
from tests.stack import Stack

pytestmark = pytest.mark.embedded
_WITHIN = 30.0  # seconds


async def test_a_deployment_reaches_the_device_without_valkey(live_stack: Stack, fleet: Fleet) -> None:
    cohort_id = await fleet.new_cohort()
    _, key = await fleet.new_device(cohort_id)
    version, artifact_id = await fleet.new_version()
    async with fleet.simulated(key) as device:
        await device.observing()
        live_stack.pause("valkey")
        try:
            await fleet.rest.deploy(cohort_id, version, [artifact_id])
            async with asyncio.timeout(_WITHIN):
                await device.updated_to(PACKAGE, version)
        finally:
            live_stack.resume("valkey")
    assert len(device.record.notifications) == 1
    assert device.record.violations == []
    await asyncio.to_thread(live_stack.wait_ready)
