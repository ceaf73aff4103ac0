"""The firmware's sample updater: which update is due, and the reports on its way (contract/coap.md §7)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from devices.simulator.blockwise import BrokenBlock, Download, TransferFailed
from devices.simulator.coap import Code, ContentFormat, Message, Option, encode_uint
from devices.simulator.exchange import Exchanges
from devices.simulator.faults import Chance
from devices.simulator.flash import Flash
from devices.simulator.payloads import Component, Manifest, Reason, Report, State
from devices.simulator.record import Record
from devices.simulator.timing import Timing


class Outcome(Enum):
    """How an attempt at one package ended."""

    INSTALLED = "installed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    AWAY = "away"


@dataclass(slots=True)
class Attempts:
    """What this device remembers about an update that did not work yet; `next_at` in loop time."""

    next_at: float = 0.0
    back_off: float = 0.0
    refused_blocks: int = 0
    has_left: bool = False


class Updater:
    """`settled` is what the device has reported as running and idle, and the server has acknowledged."""

    def __init__(self, flash: Flash, *, block_size: int, chance: Chance, timing: Timing, record: Record) -> None:
        self.settled: dict[str, str] = {}
        self.state = State.IDLE
        self._flash = flash
        self._block_size = block_size
        self._chance = chance
        self._timing = timing
        self._record = record
        self._download: Download | None = None
        self._attempts: dict[tuple[str, str], Attempts] = {}
        self._loop = asyncio.get_running_loop()

    # ── What is due ──────────────────────────────────────────────────────────────────────────────────────────
    def due(self, manifest: Manifest) -> Component | None:
        """The first component that differs from what is installed, as strings do, and is not backing off."""
        now = self._loop.time()
        return next((each for each in self._wanted(manifest) if self._tried(each).next_at <= now), None)

    def next_attempt(self, manifest: Manifest) -> float | None:
        """Loop time of the next attempt; None when the device runs what it should."""
        return min((self._tried(component).next_at for component in self._wanted(manifest)), default=None)

    def _wanted(self, manifest: Manifest) -> list[Component]:
        installed = self._flash.installed
        return [each for each in manifest.components if installed.get(each.package) != each.version]

    def _tried(self, component: Component) -> Attempts:
        return self._attempts.setdefault((component.package, component.version), Attempts())

    # ── Reports outside an update ────────────────────────────────────────────────────────────────────────────
    async def confirm(self, exchanges: Exchanges) -> None:
        """After the reboot into a new version: 3/1, once."""
        if package := self._flash.unconfirmed:
            version = self._flash.installed[package]
            await self._report(exchanges, Report(package, State.UPDATING, Reason.UPDATED, version))
            self._flash.confirm()
            self._record.updates += 1

    async def report_idle(self, exchanges: Exchanges) -> None:
        """0/0 for every installed package, as after each manifest."""
        self.state = State.IDLE
        for package, version in list(self._flash.installed.items()):
            if await self._report(exchanges, Report(package, State.IDLE, Reason.READY, version)):
                self.settled[package] = version

    # ── One update ───────────────────────────────────────────────────────────────────────────────────────────
    async def run(self, component: Component, exchanges: Exchanges, has_news: Callable[[], bool]) -> Outcome:
        """From 1/0 to 3/0 and the installation. Ends early when `has_news`, to continue or not as that says."""
        if self.state is not State.DOWNLOADING:
            await self._progress(exchanges, component, State.DOWNLOADING)
        if (reason := self._chance.faults.reason) is not None:
            return await self._fail(exchanges, component, reason)
        download = self._resume(component)
        outcome = await self._fetch(download, exchanges, has_news)
        if outcome is not None:
            return outcome
        if not download.is_intact or self._chance.spoils_download():
            return await self._fail(exchanges, component, Reason.INTEGRITY)
        await self._progress(exchanges, component, State.DOWNLOADED)
        await self._progress(exchanges, component, State.UPDATING)
        self._flash.install(component.package, component.version)
        self._download = None
        self.state = State.IDLE
        return Outcome.INSTALLED

    def _resume(self, component: Component) -> Download:
        if self._download is None or self._download.component != component:
            self._download = Download(component, self._block_size)
        return self._download

    async def _fetch(self, download: Download, exchanges: Exchanges, has_news: Callable[[], bool]) -> Outcome | None:
        """None when the download is complete."""
        attempts = self._tried(download.component)
        try:
            async for size in download.blocks(exchanges):
                self._record.blocks += 1
                self._record.bytes += size
                attempts.refused_blocks = 0
                if self._timing.flash_write:
                    await asyncio.sleep(self._chance.spread(self._timing.flash_write))
                if self._leaves(download, attempts):
                    return Outcome.AWAY
                if has_news():
                    return Outcome.INTERRUPTED
        except TransferFailed as error:
            return await self._refused(error, download.component, exchanges)
        return None

    def _leaves(self, download: Download, attempts: Attempts) -> bool:
        threshold = self._chance.faults.offline_at
        if threshold is None or attempts.has_left or download.progress < threshold:
            return False
        attempts.has_left = True
        return True

    async def _refused(self, error: TransferFailed, component: Component, exchanges: Exchanges) -> Outcome:
        """The same block again after a while, at most so many times without progress; then the update failed."""
        if isinstance(error, BrokenBlock):
            self._record.violations.append(str(error))
        attempts = self._tried(component)
        attempts.refused_blocks += 1
        if attempts.refused_blocks > self._timing.block_retries:
            attempts.refused_blocks = 0
            return await self._fail(exchanges, component, Reason.UPDATE_FAILED)
        attempts.next_at = self._loop.time() + self._timing.block_retry
        return Outcome.INTERRUPTED

    async def _fail(self, exchanges: Exchanges, component: Component, reason: int) -> Outcome:
        """1 with the reason, then 0/11 while backing off, twice as long each time."""
        self._record.failures += 1
        self._download = None
        attempts = self._tried(component)
        attempts.back_off = min(attempts.back_off * 2 or self._timing.back_off, self._timing.longest_back_off)
        attempts.next_at = self._loop.time() + attempts.back_off
        await self._progress(exchanges, component, State.DOWNLOADING, reason)
        await self._progress(exchanges, component, State.IDLE, Reason.AWAITING_RETRY)
        return Outcome.FAILED

    async def _progress(
        self, exchanges: Exchanges, component: Component, state: State, reason: int = Reason.READY
    ) -> None:
        self.state = state
        installed = self._flash.installed.get(component.package, "")
        report = Report(component.package, state, reason, installed, component.version)
        await self._report(exchanges, report)

    async def _report(self, exchanges: Exchanges, report: Report) -> bool:
        """Whether the server took it; one that cannot now (5.xx, 4.29) is asked again until it can."""
        pause = self._timing.report_retry
        while True:
            options = ((Option.CONTENT_FORMAT, encode_uint(ContentFormat.CBOR)),)
            response = await exchanges.request(
                Code.POST, f".u/c/{report.package}", options=options, payload=report.encode()
            )
            if not _is_temporary(response):
                break
            self._record.deferred_reports += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._timing.longest_report_retry)
        if not response.is_success:
            self._record.violations.append(f"a report about {report.package} got {response.code_text}")
            return False
        self._record.reports += 1
        return True


def _is_temporary(response: Message) -> bool:
    return response.code >> 5 == 5 or response.code == Code.TOO_MANY_REQUESTS
