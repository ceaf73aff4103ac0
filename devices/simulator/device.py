"""A simulated device: the life of firmware family L on Linux, one session after the other (contract/coap.md §2, §5)."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from devices.simulator.blockwise import TransferFailed, block_of, fetch_manifest
from devices.simulator.coap import Code, ContentFormat, Message, Option, encode_uint
from devices.simulator.dtls import HandshakeFailed, Link, connect
from devices.simulator.exchange import KEEP_ALIVE_TOKEN, Exchanges, SessionLost
from devices.simulator.faults import NO_FAULTS, Chance, Faults
from devices.simulator.flash import Flash
from devices.simulator.payloads import Manifest, ManifestError, State, decode_manifest
from devices.simulator.record import Notification, Record
from devices.simulator.timing import DEFAULT_TIMING, Timing
from devices.simulator.updater import Outcome, Updater

_DESIRED = ".u/desired"
_SEQUENCE_HALF = 1 << 23  # RFC 7641 §3.4
_SEQUENCE_LIFETIME = 128.0


@dataclass(frozen=True, slots=True)
class Pause:
    """How a session ended: for how many seconds the device is gone, and whether it told the server."""

    seconds: float
    says_goodbye: bool = True


class SimulatedDevice:
    """`async with SimulatedDevice(…) as device:` runs it; leaving the block closes its session.

    `installed` is package → version as it left the factory; with a `state_file` what was installed since survives.
    `admission` limits how many devices of a fleet shake hands at once.
    """

    def __init__(
        self,
        identity: str,
        key: str,
        host: str,
        port: int,
        *,
        installed: Mapping[str, str],
        state_file: Path | None = None,
        block_size: int = 1024,
        faults: Faults = NO_FAULTS,
        timing: Timing = DEFAULT_TIMING,
        admission: AbstractAsyncContextManager[object] | None = None,
    ) -> None:
        self.identity = identity
        self.record = Record()
        self.manifest: Manifest | None = None
        self.is_observing = False
        self.flash = Flash(state_file, installed=installed)
        self._key = key
        self._address = (host, port)
        self._block_size = block_size
        self._timing = timing
        self._chance = Chance(faults, identity)
        self._admission = admission or nullcontext()
        self._updater = Updater(
            self.flash, block_size=block_size, chance=self._chance, timing=timing, record=self.record
        )
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._news = asyncio.Event()
        self._unread: Message | None = None
        self._observe_token: bytes | None = None
        self._observed: tuple[int, float] | None = None

    # ── For those who watch ──────────────────────────────────────────────────────────────────────────────────
    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._live())
        self._task.add_done_callback(lambda task: self._changed())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            if not self._task.cancelled():
                self._task.result()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something about this device to become true. Raise what ended the device, if something did."""
        while not condition():
            if self._task is not None and self._task.done():
                self._task.result()
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._waiters.append(waiter)
            await waiter

    async def observing(self) -> None:
        """The device is registered and has read its current manifest."""
        await self.until(lambda: self.is_observing and self.manifest is not None)

    async def notified(self, after: int | None = None) -> Notification:
        """The first notification beyond the `after` that were there before; by default the next from now on."""
        known = len(self.record.notifications) if after is None else after
        await self.until(lambda: len(self.record.notifications) > known)
        return self.record.notifications[known]

    async def updated_to(self, package: str, version: str) -> None:
        """The server has acknowledged that the device idles with this version running."""
        await self.until(lambda: self._updater.settled.get(package) == version)

    @property
    def is_up_to_date(self) -> bool:
        """Whether it runs, and has reported, everything of a manifest that is not empty."""
        if self.manifest is None or not self.manifest.components:
            return False
        return self.manifest.versions.items() <= self._updater.settled.items()

    @property
    def state(self) -> State:
        return self._updater.state

    def _changed(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    # ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────
    async def _live(self) -> None:
        while True:
            started = self._loop.time()
            try:
                pause = await self._session()
            except HandshakeFailed:
                # family L reports a refused handshake after its whole response timeout, however early it came
                self.record.refused_handshakes += 1
                pause = max(0.0, started + self._timing.response - self._loop.time()) + self._timing.reconnect
            except SessionLost:
                self.record.lost_sessions += 1
                pause = self._timing.reconnect
            self._changed()
            await asyncio.sleep(pause)

    async def _session(self) -> float:
        """One DTLS session. The seconds until the next; raise HandshakeFailed or SessionLost."""
        async with self._admission:
            link = await connect(
                self._address, self.identity, self._key, chance=self._chance, seconds=self._timing.response
            )
        self.record.handshakes += 1
        ending = Pause(0)
        try:
            ending = await self._serve(self._exchanges(link))
        finally:
            self.is_observing = False
            if ending.says_goodbye:
                link.close()
            else:
                link.abandon()
        return ending.seconds

    def _exchanges(self, link: Link) -> Exchanges:
        exchanges = Exchanges(link.send, self._take_notification, record=self.record, timing=self._timing)

        def end(reason: str) -> None:
            exchanges.fail(SessionLost(reason))
            self._news.set()

        link.received, link.ended = exchanges.receive, end
        return exchanges

    async def _serve(self, exchanges: Exchanges) -> Pause:
        if self._observe_token is None:
            await exchanges.request(Code.DELETE, token=KEEP_ALIVE_TOKEN)
        await self._updater.confirm(exchanges)
        await self._observe(exchanges)
        while True:
            if self._unread is not None:
                await self._read_manifest(exchanges, self._unread)
                continue
            component = self._updater.due(self.manifest) if self.manifest else None
            if component is None:
                await self._idle(exchanges)
                continue
            outcome = await self._updater.run(component, exchanges, lambda: self._unread is not None)
            self._changed()
            if outcome is Outcome.INSTALLED:
                return self._reboot()
            if outcome is Outcome.AWAY:
                return Pause(self._chance.faults.offline_seconds, says_goodbye=False)

    def _reboot(self) -> Pause:
        self._observe_token = self.manifest = self._unread = None
        return Pause(self._chance.spread(self._timing.reboot))

    async def _idle(self, exchanges: Exchanges) -> None:
        """Until news, the next attempt at an update, or the keep-alive that is sent then."""
        keep_alive_at = exchanges.last_activity + self._timing.keep_alive
        attempt_at = self._updater.next_attempt(self.manifest) if self.manifest else None
        exchanges.check()
        self._news.clear()
        try:
            async with asyncio.timeout_at(min(keep_alive_at, attempt_at or keep_alive_at)):
                await self._news.wait()
        except TimeoutError:
            if self._loop.time() >= keep_alive_at:
                await exchanges.request(Code.DELETE, token=KEEP_ALIVE_TOKEN)

    # ── The manifest ─────────────────────────────────────────────────────────────────────────────────────────
    async def _observe(self, exchanges: Exchanges) -> None:
        """Register, with the same token again within one power cycle."""
        self._observe_token = self._observe_token or exchanges.new_token()
        self._observed = self._unread = None
        options = ((Option.OBSERVE, b""), (Option.ACCEPT, encode_uint(ContentFormat.CBOR)))
        response = await exchanges.request(Code.GET, _DESIRED, options=options, token=self._observe_token)
        if not self._is_manifest(response):
            raise SessionLost("the registration was refused")
        self.record.registrations += 1
        self.is_observing = True
        self._unread = self._unread or response  # a notification may have overtaken it

    def _take_notification(self, message: Message) -> None:
        if message.token != self._observe_token:
            return
        at = time.perf_counter()
        if not self._is_manifest(message) or not self._is_fresh(message):
            return
        self.record.notifications.append(Notification(at, message))
        self._unread = message
        self._news.set()
        self._changed()

    def _is_manifest(self, message: Message) -> bool:
        """Success, registered, in the format asked for; anything else is against the contract."""
        content_format, sequence = message.uint(Option.CONTENT_FORMAT), message.uint(Option.OBSERVE)
        if message.is_success and content_format == ContentFormat.CBOR and sequence is not None:
            return True
        self.record.violations.append(f"{_DESIRED}: {message.code_text}, format {content_format}, observe {sequence}")
        return False

    def _is_fresh(self, message: Message) -> bool:
        """RFC 7641 §3.4; the first notification after a registration always is."""
        sequence, now = message.uint(Option.OBSERVE) or 0, self._loop.time()
        if self._observed is not None and now <= self._observed[1] + _SEQUENCE_LIFETIME:
            ahead = (sequence - self._observed[0]) % (2 * _SEQUENCE_HALF)
            if not 0 < ahead < _SEQUENCE_HALF:
                self.record.stale += 1
                return False
        self._observed = (sequence, now)
        return True

    async def _read_manifest(self, exchanges: Exchanges, message: Message) -> None:
        """Fetch the rest when there is more, decode, and report what runs; a bad manifest changes nothing."""
        self._unread = None
        try:
            is_whole = not block_of(message).more
            payload = message.payload if is_whole else await fetch_manifest(exchanges, _DESIRED, self._block_size)
            self.manifest = decode_manifest(payload)
        except (ManifestError, TransferFailed) as error:
            self.record.violations.append(f"manifest: {error}")
            return
        await self._updater.report_idle(exchanges)
        self._changed()
