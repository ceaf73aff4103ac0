"""Simulated devices on a running installation, set up through its REST API: the reference sequence and its faults."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.simulator.credentials import PresharedKey
from devices.simulator.demo import Installation
from devices.simulator.device import SimulatedDevice
from devices.simulator.faults import NO_FAULTS, Faults
from devices.simulator.rest import Rest
from devices.simulator.timing import Timing
from tests.stack import Stack

SIZE = 20_000
BLOCKS = 20
#: The waits of a device, short enough for tests; a loopback answers in far less.
QUICK = Timing(acknowledgement=0.2, response=3.0, reconnect=0.1, reboot=0.1, report_retry=0.05)


@pytest.fixture
def installation(live_stack: Stack) -> Installation:
    return Installation.read(live_stack.data_dir / "first-run.json")


@pytest.fixture
async def rest(installation: Installation) -> AsyncIterator[Rest]:
    async with installation.rest() as rest:
        yield rest


class Place:
    """A cohort and a device of one test, named after it."""

    def __init__(self, rest: Rest, installation: Installation, name: str) -> None:
        self.rest = rest
        self.name = name
        self._gateway = installation.coaps
        self._installed = {name: "1.0.0"}

    async def prepare(self) -> None:
        self.cohort_id = await self.rest.ensure_cohort(self.name)
        self.device_id = await self.rest.ensure_device(self.name)
        self.key = await self.rest.ensure_credential(self.device_id, self.name)
        await self.rest.move_device(self.device_id, self.cohort_id)

    def device(
        self,
        *,
        faults: Faults = NO_FAULTS,
        state_file: Path | None = None,
        key: PresharedKey | None = None,
        timing: Timing = QUICK,
    ) -> SimulatedDevice:
        key = key or self.key
        host, port = self._gateway.host, self._gateway.port
        return SimulatedDevice(
            key.identity,
            key.key,
            host,
            port,
            installed=self._installed,
            state_file=state_file,
            faults=faults,
            timing=timing,
        )

    async def deploy(self, version: str) -> str:
        content = hashlib.shake_256(f"{self.name} {version}".encode()).digest(SIZE)
        artifact = await self.rest.ensure_artifact(self.name, version, content)
        return await self.rest.deploy(self.cohort_id, version, [artifact])

    async def events(self) -> list[tuple[str, int, str, str]]:
        """(type, status, current, target) of each event of the device, oldest first."""
        events = await self.rest.events(self.device_id)
        return [
            (event["eventType"], event["status"], event["currentVersion"], event["targetVersion"])
            for event in reversed(events)
        ]


@pytest.fixture
async def place(rest: Rest, installation: Installation, request: pytest.FixtureRequest) -> Place:
    place = Place(rest, installation, f"t{hashlib.sha256(request.node.name.encode()).hexdigest()[:8]}")
    await place.prepare()
    return place


def reference(before: str, after: str) -> list[tuple[str, int, str, str]]:
    """The events of one update, from the notification on (contract/coap.md §7)."""
    return [
        ("IDLE", 0, before, ""),
        ("DOWNLOADING", 0, before, after),
        ("DOWNLOADED", 0, before, after),
        ("UPDATING", 0, before, after),
        ("UPDATING", 1, after, ""),
        ("IDLE", 0, after, ""),
    ]


async def test_a_device_is_notified_updates_and_reports_the_reference_sequence(place: Place) -> None:
    async with place.device() as device:
        await device.observing()
        await place.deploy("1.1.0")
        notification = await device.notified(after=0)
        await device.updated_to(place.name, "1.1.0")
    assert notification.manifest.versions == {place.name: "1.1.0"}
    assert (len(device.record.notifications), device.record.blocks) == (1, BLOCKS)
    assert device.record.violations == []
    assert await place.events() == [("IDLE", 0, "1.0.0", ""), *reference("1.0.0", "1.1.0")]


async def test_a_downgrade_is_installed_like_any_version(place: Place) -> None:
    async with place.device() as device:
        await device.observing()
        for version in ("2.0.0", "0.9.0"):
            await place.deploy(version)
            await device.updated_to(place.name, version)
    assert device.record.violations == []


async def test_updates_survive_lost_datagrams_without_a_doubled_event(place: Place) -> None:
    await place.deploy("1.1.0")
    async with place.device(faults=Faults(loss=0.05)) as device:
        await device.updated_to(place.name, "1.1.0")
    assert device.record.retransmissions > 0
    assert device.record.violations == []
    events = [event for event in await place.events() if event[:2] == ("UPDATING", 1)]
    assert events == [("UPDATING", 1, "1.1.0", "")]


async def test_a_device_that_leaves_half_way_resumes_where_it_stopped(place: Place) -> None:
    await place.deploy("1.1.0")
    async with place.device(faults=Faults(offline_at=0.5, offline_seconds=0.1)) as device:
        await device.updated_to(place.name, "1.1.0")
    assert device.record.blocks == BLOCKS
    assert device.record.handshakes == 3


async def test_a_failed_check_is_reported_and_the_device_waits(place: Place) -> None:
    await place.deploy("1.1.0")
    async with place.device(faults=Faults(bad_hash=1.0)) as device:
        await device.until(lambda: device.record.failures == 1 and device.record.reports == 4)
    assert await place.events() == [
        ("IDLE", 0, "1.0.0", ""),
        ("DOWNLOADING", 0, "1.0.0", "1.1.0"),
        ("DOWNLOADING", 5, "1.0.0", "1.1.0"),
        ("IDLE", 11, "1.0.0", "1.1.0"),
    ]


async def test_what_was_installed_survives_a_restart(place: Place, tmp_path: Path) -> None:
    await place.deploy("1.1.0")
    for _ in range(2):
        async with place.device(state_file=tmp_path / "flash.json") as device:
            await device.updated_to(place.name, "1.1.0")
    assert device.record.updates == device.record.blocks == 0


async def test_a_wrong_key_never_completes_a_handshake(place: Place) -> None:
    wrong = PresharedKey(place.key.identity, "not-the-key")
    async with place.device(key=wrong, timing=Timing(response=0.5, reconnect=0.0)) as device:
        await device.until(lambda: device.record.refused_handshakes == 2)
    assert device.record.handshakes == 0


async def test_a_manifest_of_many_blocks_is_read_whole(place: Place) -> None:
    artifacts = [await place.rest.ensure_artifact(f"{place.name}-{n}", "1", bytes([n])) for n in range(60)]
    await place.rest.deploy(place.cohort_id, "sixty", artifacts)
    async with place.device(faults=Faults(reason=2)) as device:
        await device.observing()
        assert device.manifest is not None
        names = [component.package for component in device.manifest.components]
    assert names == [f"{place.name}-{n}" for n in range(60)]
    assert device.record.violations == []
