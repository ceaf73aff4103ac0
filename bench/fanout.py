"""From a request to the notification at the device: a deployment, and an online device that joins a cohort."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from statistics import median

import uvloop

from bench.installation import running
from bench.results import Result, quantile
from devices.simulator.demo import Installation
from devices.simulator.device import SimulatedDevice
from devices.simulator.rest import Rest
from tests.stack import Stack

_RUNS = 500
_MEDIAN_TARGET, _P99_TARGET = 100.0, 300.0
_SILENT_RUNS, _SILENT_TARGET = 10, 1000.0
_VERSION = "1.0.0"


class _Scene:
    """One device that runs what every deployment here asks for, so that it does nothing but listen."""

    def __init__(self, rest: Rest, device: SimulatedDevice, device_id: str, cohort_id: str, artifact_id: str) -> None:
        self.rest = rest
        self.device = device
        self.device_id = device_id
        self.cohort_id = cohort_id
        self.artifact_id = artifact_id

    async def deploy(self) -> None:
        await self.rest.deploy(self.cohort_id, "bench", [self.artifact_id])

    async def leave(self) -> None:
        await self.rest.move_device(self.device_id, None)

    async def join(self) -> None:
        await self.rest.move_device(self.device_id, self.cohort_id)


def deploy() -> Iterator[Result]:
    """From `POST …/deployments` to the notification arriving."""

    async def measure(scene: _Scene) -> tuple[list[float], list[float]]:
        return await _interleaved(scene, _nothing, scene.deploy)

    yield from _results("fanout.deploy", _run(measure))


def join() -> Iterator[Result]:
    """From the PATCH that puts an online device into a cohort to the notification arriving."""

    async def measure(scene: _Scene) -> tuple[list[float], list[float]]:
        await scene.deploy()
        await scene.device.notified(after=0)
        return await _interleaved(scene, scene.leave, scene.join)

    yield from _results("fanout.join", _run(measure))


def without_valkey() -> Iterator[Result]:
    """The slowest answer to `POST …/deployments` while Valkey hangs; the reference is the slowest while it serves."""

    async def measure(installation: Installation, stack: Stack) -> tuple[float, float]:
        async with installation.rest() as rest:
            cohort_id = await rest.ensure_cohort("bench")
            artifact_id = await rest.ensure_artifact("main", _VERSION, b"bench")
            deploy = partial(rest.deploy, cohort_id, "bench", [artifact_id])
            await deploy()
            serving = [await _milliseconds(deploy) for _ in range(_SILENT_RUNS)]
            stack.pause("valkey")
            try:
                silent = [await _milliseconds(deploy) for _ in range(_SILENT_RUNS)]
            finally:
                stack.resume("valkey")
            return max(silent), max(serving)

    with running() as (stack, installation):
        silent, serving = uvloop.run(measure(installation, stack))
    yield Result("fanout.without_valkey", silent, "ms", serving, _SILENT_TARGET, _SILENT_RUNS)


async def _milliseconds(act: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await act()
    return (time.perf_counter() - started) * 1000


async def _nothing() -> None:
    """Deployments need no preparation."""


async def _interleaved(
    scene: _Scene, prepare: Callable[[], Awaitable[None]], act: Callable[[], Awaitable[None]]
) -> tuple[list[float], list[float]]:
    """Milliseconds: action to notification, and GET of the project. Each action must notify exactly once."""
    latencies, references = [], []
    known = len(scene.device.record.notifications)
    for run in range(_RUNS):
        await prepare()
        started = time.perf_counter()
        await act()
        notification = await scene.device.notified(after=known + run)
        latencies.append((notification.at - started) * 1000)
        started = time.perf_counter()
        await scene.rest.project()
        references.append((time.perf_counter() - started) * 1000)
    assert len(scene.device.record.notifications) == known + _RUNS, "a change was announced twice"
    assert not scene.device.record.violations, scene.device.record.violations
    return latencies, references


def _run(
    measure: Callable[[_Scene], Awaitable[tuple[list[float], list[float]]]],
) -> tuple[list[float], list[float]]:
    with running() as (_, installation):
        return uvloop.run(_with_scene(installation, measure))


async def _with_scene(
    installation: Installation, measure: Callable[[_Scene], Awaitable[tuple[list[float], list[float]]]]
) -> tuple[list[float], list[float]]:
    async with installation.rest() as rest:
        cohort_id = await rest.ensure_cohort("bench")
        device_id = await rest.ensure_device("bench")
        key = await rest.ensure_credential(device_id, "bench")
        await rest.move_device(device_id, cohort_id)
        artifact_id = await rest.ensure_artifact("main", _VERSION, b"bench")
        gateway = installation.coaps
        installed = {"main": _VERSION}
        async with SimulatedDevice(key.identity, key.key, gateway.host, gateway.port, installed=installed) as device:
            await device.observing()
            return await asyncio.wait_for(
                measure(_Scene(rest, device, device_id, cohort_id, artifact_id)), timeout=_RUNS
            )


def _results(name: str, samples: tuple[list[float], list[float]]) -> Iterator[Result]:
    latencies, references = samples
    yield Result(name, median(latencies), "ms", median(references), _MEDIAN_TARGET, len(latencies))
    slowest, reference = quantile(latencies, 0.99), quantile(references, 0.99)
    yield Result(f"{name}.p99", slowest, "ms", reference, _P99_TARGET, len(latencies))
