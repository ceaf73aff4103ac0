"""A project on a running installation: devices, cohorts and versions made through its REST API."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

import pytest

from devices.simulator.credentials import PresharedKey
from devices.simulator.demo import Installation
from devices.simulator.device import SimulatedDevice
from devices.simulator.rest import Rest
from devices.simulator.timing import Timing
from tests.stack import Stack

PACKAGE, FACTORY_VERSION = "firmware", "1.0.0"
_numbers = count(1)


@dataclass
class Fleet:
    """Everything has a name of its own, so that tests may share an installation."""

    installation: Installation
    rest: Rest

    async def new_cohort(self) -> str:
        return await self.rest.ensure_cohort(f"cohort-{next(_numbers)}")

    async def new_device(self, cohort_id: str | None = None) -> tuple[str, PresharedKey]:
        """Its id and how it signs in."""
        name = f"device-{next(_numbers)}"
        device_id = await self.rest.ensure_device(name)
        key = await self.rest.ensure_credential(device_id, name)
        if cohort_id is not None:
            await self.rest.move_device(device_id, cohort_id)
        return device_id, key

    def simulated(self, key: PresharedKey, *, keep_alive: float = 9.0) -> SimulatedDevice:
        """The device of `key`, not started yet: the firmware as it is, but that it reboots quickly.

        With a longer `keep_alive` it asks nothing, and so misses nothing, while the gateway is paused.
        """
        address = self.installation.coaps
        return SimulatedDevice(
            key.identity,
            key.key,
            address.host,
            address.port,
            installed={PACKAGE: FACTORY_VERSION},
            timing=Timing(reboot=0.2, keep_alive=keep_alive),
        )

    async def new_version(self) -> tuple[str, str]:
        """A version of the package, and the id of its artifact."""
        version = f"2.0.{next(_numbers)}"
        content = hashlib.shake_256(version.encode()).digest(10_000)
        return version, await self.rest.ensure_artifact(PACKAGE, version, content)


async def open_fleet(stack: Stack) -> AsyncIterator[Fleet]:
    installation = Installation.read(stack.data_dir / "first-run.json")
    async with installation.rest() as rest:
        yield Fleet(installation, rest)


@pytest.fixture
async def fleet(live_stack: Stack) -> AsyncIterator[Fleet]:
    async for fleet in open_fleet(live_stack):
        yield fleet
