"""SIGKILL between "deployment committed" and "device notified", and amid reports: nothing is lost or doubled."""

import asyncio

import pytest

from devices.simulator.device import SimulatedDevice
from tests.resilience.conftest import FACTORY_VERSION, PACKAGE, Fleet
from tests.resilience.reporter import Reporter
from tests.stack import Stack

pytestmark = pytest.mark.embedded
PARTS = ["worker", "gateway", "valkey", "web"]
_WITHIN = 30.0  # seconds from the restart to the update


def _reports_of_an_update(version: str) -> list[tuple[str, int, str]]:
    """What the firmware reports (contract/coap.md §7), oldest first: state, reason, running version."""
    return [
        ("DOWNLOADING", 0, FACTORY_VERSION),
        ("DOWNLOADED", 0, FACTORY_VERSION),
        ("UPDATING", 0, FACTORY_VERSION),
        ("UPDATING", 1, version),
        ("IDLE", 0, version),
    ]


async def _stored(fleet: Fleet, device_id: str) -> list[tuple[str, int, str]]:
    """Oldest first."""
    events = await fleet.rest.events(device_id, limit=1000)
    return [(event["eventType"], event["status"], event["currentVersion"]) for event in reversed(events)]


async def _updated(device: SimulatedDevice, version: str) -> None:
    async with asyncio.timeout(_WITHIN):
        await device.updated_to(PACKAGE, version)


@pytest.mark.parametrize("part", PARTS)
async def test_online_device_has_the_update_after_the_part_was_killed(
    part: str, live_stack: Stack, fleet: Fleet
) -> None:
    cohort_id = await fleet.new_cohort()
    device_id, key = await fleet.new_device(cohort_id)
    version, artifact_id = await fleet.new_version()
    async with fleet.simulated(key, keep_alive=9.0 if part == "gateway" else 60.0) as device:
        await device.observing()
        for paused in ("gateway", "worker"):
            live_stack.pause(paused)
        await fleet.rest.deploy(cohort_id, version, [artifact_id])
        assert device.record.notifications == []
        assert device.manifest is not None
        assert device.manifest.components == ()

        killed = live_stack.kill(part)
        for paused in {"gateway", "worker"} - {part}:
            live_stack.resume(paused)
        await asyncio.to_thread(live_stack.wait_for_process, part, not_=killed)
        await _updated(device, version)

    assert device.record.violations == []
    if part != "gateway":  # its death ends the sessions, and a device reads its manifest when it comes back
        assert len(device.record.notifications) == 1
    assert (await _stored(fleet, device_id))[-5:] == _reports_of_an_update(version)
    await asyncio.to_thread(live_stack.wait_ready)


@pytest.mark.parametrize("part", PARTS)
async def test_acknowledged_reports_are_stored_once_when_the_part_is_killed(
    part: str, live_stack: Stack, fleet: Fleet
) -> None:
    reports = 120
    devices = [await fleet.new_device() for _ in range(3)]
    reporters = [Reporter(fleet.installation.coaps, key) for _, key in devices]
    async with asyncio.TaskGroup() as group:
        for reporter in reporters:
            group.create_task(reporter.report(reports))
        await reporters[0].acknowledged(reports // 3)
        killed = live_stack.kill(part)
        assert any(reporter.count < reports for reporter in reporters)

    for (device_id, _), reporter in zip(devices, reporters, strict=True):
        assert reporter.count == reports
        stored = [version for _, _, version in await _stored(fleet, device_id)]
        assert stored == [reporter.version(number) for number in range(reports)]
    await asyncio.to_thread(live_stack.wait_for_restart, part, of=killed)
