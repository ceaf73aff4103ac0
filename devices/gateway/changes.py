"""How the gateway hears that something moved, and how it never misses it.

A channel message is a hint that comes at once; the change feed in the database is read every few seconds and is the
truth. Both only name what moved: what is there now is read again, so hearing of a change twice does no harm.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import ChannelLayerManager
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.utils import timezone
from redis.exceptions import RedisError

from devices.gateway.database import Database
from devices.gateway.ending import end
from devices.gateway.observers import Observers
from devices.gateway.registry import DeviceEntry, Registry
from devices.selectors import changes_since

log = structlog.get_logger(__name__)

GROUP = "gateways"
_OVERLAP = timedelta(seconds=60)  # longer than any transaction: rows become visible in the order of their commits
_BATCH = 500
_RETRY = 1.0


class Changes:
    def __init__(self, database: Database, registry: Registry, observers: Observers) -> None:
        self._database = database
        self._registry = registry
        self._observers = observers
        self._pending: dict[str, set[int]] = {"cohort": set(), "device": set()}
        self._wake = asyncio.Event()
        self._since = timezone.now()
        self._seen: set[int] = set()
        self._is_hearing = True

    def note(self, kind: str, keys: Iterable[int]) -> None:
        """These moved. They stay noted until they have been read again."""
        keys = set(keys)
        self._registry.mark(kind, keys)
        self._pending[kind] |= keys
        self._wake.set()

    # ── Reading again what moved ────────────────────────────────────────────────────────────────────────────
    async def apply(self) -> None:
        """Run for ever: read again what was noted and tell the observers."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while any(self._pending.values()):
                await self._apply_some()

    async def _apply_some(self) -> None:
        cohorts, devices = (_take(self._pending[kind]) for kind in ("cohort", "device"))
        try:
            moved, again = await self._registry.reload_devices(devices)
            touched = await self._registry.reload_cohorts(cohorts)
        except DatabaseFailure as error:
            log.warning("changes_not_read", reason=str(error), cohorts=len(cohorts), devices=len(devices))
            self._pending["cohort"] |= cohorts
            self._pending["device"] |= devices
            await asyncio.sleep(_RETRY)
            return
        self._pending["device"] |= again
        await self._tell([*moved, *touched])

    async def _tell(self, entries: list[DeviceEntry]) -> None:
        await self._observers.consider_all(session for entry in entries for session in tuple(entry.sessions))

    # ── The durable feed ────────────────────────────────────────────────────────────────────────────────────
    async def reconcile(self) -> None:
        """Run for ever: read the feed with an overlap and note what was not noted from it before."""
        while True:
            await asyncio.sleep(settings.OTA_RECONCILE_SECONDS)
            try:
                await self._reconcile_once()
            except DatabaseFailure as error:
                log.warning("feed_not_read", reason=str(error))

    async def _reconcile_once(self) -> None:
        started = timezone.now()
        rows = await self._database.read(changes_since, self._since - _OVERLAP)
        for row in rows:
            if row.pk not in self._seen:
                self.note(row.kind, row.keys)
        self._seen = {row.pk for row in rows}
        self._since = started

    # ── The channel layer ───────────────────────────────────────────────────────────────────────────────────
    async def listen(self) -> None:
        """Run for ever: note what channel messages name. Survives the loss of the message server."""
        layer = ChannelLayerManager()[DEFAULT_CHANNEL_LAYER]  # our own: a layer that receives belongs to one loop
        while True:
            try:
                await self._hear(layer)
            except (RedisError, OSError) as error:
                self._say(is_hearing=False, reason=str(error))
            await asyncio.sleep(_RETRY)

    async def _hear(self, layer: Any) -> None:
        channel = await layer.new_channel()
        tasks = [asyncio.create_task(part(layer, channel)) for part in (self._stay_member, self._receive)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for failure in [task.exception() for task in done]:
                if failure is not None:
                    raise failure
        finally:
            await end(tasks)

    async def _stay_member(self, layer: Any, channel: str) -> None:
        """Membership is only a key in the message server: it may be wiped there without any connection failing."""
        while True:
            await layer.group_add(GROUP, channel)
            self._say(is_hearing=True)
            await asyncio.sleep(settings.OTA_RECONCILE_SECONDS)

    async def _receive(self, layer: Any, channel: str) -> None:
        while True:
            message = await layer.receive(channel)
            self.note(message["kind"], message["keys"])

    def _say(self, *, is_hearing: bool, reason: str = "") -> None:
        if is_hearing != self._is_hearing:
            self._is_hearing = is_hearing
            log.warning("messages_lost", reason=reason) if not is_hearing else log.info("messages_heard")


def _take(pending: set[int]) -> set[int]:
    return {pending.pop() for _ in range(min(_BATCH, len(pending)))}
