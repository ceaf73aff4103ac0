"""Many simulated devices in one process, each with its own socket."""

import asyncio
import resource
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from devices.simulator.credentials import PresharedKey
from devices.simulator.device import SimulatedDevice
from devices.simulator.faults import NO_FAULTS, Faults
from devices.simulator.payloads import State
from devices.simulator.timing import DEFAULT_TIMING, Timing
from ota_console.core.addresses import Address

_SIMULTANEOUS_HANDSHAKES = 64  # more at once overrun the gateway's receive buffer and only cost retransmissions
_SPARE_FILES = 64


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """What the devices of a fleet have in common. `faulty` is how many of them have the faults; None is all."""

    gateway: Address
    installed: Mapping[str, str]
    state_dir: Path | None = None
    block_size: int = 1024
    faults: Faults = NO_FAULTS
    faulty: int | None = None
    timing: Timing = DEFAULT_TIMING


@dataclass(frozen=True, slots=True)
class Totals:
    """The fleet at one moment, counted."""

    devices: int
    observing: int
    up_to_date: int
    downloading: int
    updates: int
    failures: int
    lost_sessions: int
    refused_handshakes: int
    blocks: int
    reports: int
    violations: int


class Fleet:
    """`async with Fleet(keys, options) as fleet:` starts every device; leaving the block closes their sessions."""

    def __init__(self, keys: Sequence[PresharedKey], options: FleetOptions) -> None:
        _allow_files(len(keys))
        if options.state_dir is not None:
            options.state_dir.mkdir(parents=True, exist_ok=True)
        self._admission = asyncio.Semaphore(_SIMULTANEOUS_HANDSHAKES)
        self._stack = AsyncExitStack()
        self.devices = [self._device(key, options, number) for number, key in enumerate(keys)]

    def _device(self, key: PresharedKey, options: FleetOptions, number: int) -> SimulatedDevice:
        is_faulty = options.faulty is None or number < options.faulty
        return SimulatedDevice(
            key.identity,
            key.key,
            options.gateway.host,
            options.gateway.port,
            installed=options.installed,
            state_file=_state_file(options.state_dir, key.identity),
            block_size=options.block_size,
            faults=options.faults if is_faulty else NO_FAULTS,
            timing=options.timing,
            admission=self._admission,
        )

    async def __aenter__(self) -> Self:
        for device in self.devices:
            await self._stack.enter_async_context(device)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def observing(self) -> None:
        for device in self.devices:
            await device.observing()

    async def up_to_date(self) -> None:
        """Every device runs and has reported what its manifest wants, all at the same moment."""
        while not all(device.is_up_to_date for device in self.devices):
            for device in self.devices:
                await device.until(lambda device=device: device.is_up_to_date)  # type: ignore[misc]

    def totals(self) -> Totals:
        devices, records = self.devices, [device.record for device in self.devices]
        return Totals(
            devices=len(devices),
            observing=sum(device.is_observing for device in devices),
            up_to_date=sum(device.is_up_to_date for device in devices),
            downloading=sum(device.state is State.DOWNLOADING for device in devices),
            updates=sum(record.updates for record in records),
            failures=sum(record.failures for record in records),
            lost_sessions=sum(record.lost_sessions for record in records),
            refused_handshakes=sum(record.refused_handshakes for record in records),
            blocks=sum(record.blocks for record in records),
            reports=sum(record.reports for record in records),
            violations=sum(len(record.violations) for record in records),
        )

    def violations(self) -> list[str]:
        """What the server did against the contract, each sentence once, the most frequent first."""
        sentences = Counter(sentence for device in self.devices for sentence in device.record.violations)
        return [sentence for sentence, _ in sentences.most_common()]


def _state_file(folder: Path | None, identity: str) -> Path | None:
    """An identity is any printable text; a file name is not."""
    return None if folder is None else folder / f"{quote(identity, safe='@')}.json"


def _allow_files(sockets: int) -> None:
    """Raise this process's own limit of open files as far as the system lets it, when so many sockets need it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = sockets + _SPARE_FILES
    if soft < needed:
        allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
