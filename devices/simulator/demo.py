"""Twenty devices that update live beside a running installation, set up through its public API alone."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

from rich.console import Console
from rich.text import Text

from devices.simulator.credentials import PresharedKey
from devices.simulator.display import summary
from devices.simulator.fleet import Fleet, FleetOptions
from devices.simulator.rest import Rest
from devices.simulator.timing import Timing
from ota_console.core.addresses import Address

_DEVICES = 20
_COHORT, _PACKAGE, _FACTORY_VERSION = "demo", "demo-firmware", "0.9.0"
_VERSIONS = ("1.0.0", "2.0.0")
_SIZE = 200 * 1024
#: About ten seconds an update, so that one can watch it.
_TIMING = Timing(flash_write=0.03, reboot=3.0)


class NotRunning(Exception):
    """There is no installation in this data folder."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the first run wrote down for scripts."""

    url: str
    organization: str
    project: str
    api_key: str
    coaps: Address

    @classmethod
    def read(cls, path: Path) -> "Installation":
        """Raise NotRunning when the file is not there or not complete."""
        try:
            content = json.loads(path.read_text())
            return cls(
                url=content["url"],
                organization=content["organization"],
                project=content["project"],
                api_key=content["api_key"],
                coaps=Address.parse(content["coaps"], variable="coaps"),
            )
        except (OSError, ValueError, KeyError) as error:
            raise NotRunning(f"{path} tells of no installation; start one first with `make run`") from error

    def rest(self) -> Rest:
        return Rest(url=self.url, api_key=self.api_key, organization=self.organization, project=self.project)


async def run_demo(installation: Installation, console: Console, *, deployments: int | None, pause: float) -> None:
    """Deploy the two versions in turn, `pause` seconds after all devices have the last one. Raise RestError.

    Without a number of `deployments` it goes on until it is cancelled.
    """
    async with installation.rest() as rest:
        cohort_id = await rest.ensure_cohort(_COHORT)
        artifacts = {version: await rest.ensure_artifact(_PACKAGE, version, _image(version)) for version in _VERSIONS}
        keys = [await _device(rest, f"demo-{number:02d}", cohort_id) for number in range(1, _DEVICES + 1)]
        page = f"{installation.url}/projects/{installation.project}/cohorts/{cohort_id}/devices/"
        console.print(Text(f"Watch {_DEVICES} devices update: {page}"), soft_wrap=True)
        console.print(Text("Ctrl-C ends."))
        options = FleetOptions(installation.coaps, {_PACKAGE: _FACTORY_VERSION}, timing=_TIMING)
        async with Fleet(keys, options) as fleet:
            await fleet.observing()
            rounds = count(1) if deployments is None else range(1, deployments + 1)
            for number, version in zip(rounds, cycle(_VERSIONS), strict=False):
                await rest.deploy(cohort_id, f"demo {version}", [artifacts[version]])
                await _all_updated(fleet, version)
                console.print(Text(f"{number}. {version} is everywhere: {summary(fleet.totals())}"), soft_wrap=True)
                if number != deployments:
                    await asyncio.sleep(pause)


async def _device(rest: Rest, name: str, cohort_id: str) -> PresharedKey:
    device_id = await rest.ensure_device(name)
    key = await rest.ensure_credential(device_id, name)
    await rest.move_device(device_id, cohort_id)
    return key


async def _all_updated(fleet: Fleet, version: str) -> None:
    await asyncio.gather(*(device.updated_to(_PACKAGE, version) for device in fleet.devices))


def _image(version: str) -> bytes:
    """Bytes that look like firmware and are the same in every run."""
    return hashlib.shake_256(f"{_PACKAGE} {version}".encode()).digest(_SIZE)
