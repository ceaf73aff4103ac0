"""The live channel: what changed, never how. A page that hears it re-requests its partial through the normal view.

Domain event → `nudge_on_event` → a thread of this process that gathers what changed for a moment → the group
"console.<project pk>" → `LiveConsumer` → at most one message a second for each (page, changed, id) → live.js.
A nudge is a hint: it may be lost with Redis, and pages refresh whenever their connection comes back.
"""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.urls import path

from deployments.events import ArtifactDeleted, ArtifactUploaded, DeploymentStarted
from devices.events import DeviceMoved, DevicesImported, DevicesMoved
from ota_console.core.errors import NotFound
from ota_console.core.events import Event
from ota_console.tenancy import selectors

logger = logging.getLogger(__name__)

GATHER_SECONDS = 0.1
NUDGE_SECONDS = 1.0
SEND_TIMEOUT = 2.0
MOST_IDS = 50  # of one kind in one round; beyond that a nudge names no id and concerns every page of the kind
SIGNED_OUT, NO_SUCH_PROJECT = 4401, 4404

Change = tuple[str, str]


def group_name(project_pk: int) -> str:
    return f"console.{project_pk}"


def nudge_on_event(event: Event) -> None:
    """Tell the project's open pages what an event changed (settings.EVENT_SUBSCRIBERS); returns at once."""
    if event.project_id is None:
        return
    for change in changes_of(event):
        nudger.add(event.project_id, change)


def changes_of(event: Event) -> set[Change]:
    """The pages that show something of this event: those of the thing itself, and those that list it."""
    changes = {(event.object_type, event.object_id)}
    if isinstance(event, DeviceMoved | DevicesMoved):
        changes |= {("cohort", cohort_id) for cohort_id in event.cohort_ids}
    if isinstance(event, DevicesImported):
        changes |= {("device", ""), ("cohort", "")}
    if isinstance(event, DeploymentStarted):
        changes.add(("cohort", event.cohort_id))
    if isinstance(event, ArtifactUploaded | ArtifactDeleted):
        changes.add(("package", ""))
    return changes


def merged(changes: set[Change]) -> set[Change]:
    """Too many ids of one kind become one change without an id."""
    kinds = [kind for kind, _ in changes]
    crowded = {kind for kind in kinds if kinds.count(kind) > MOST_IDS}
    return {(kind, "" if kind in crowded else key) for kind, key in changes}


class Nudger:
    """Sends changes from a thread of its own, so that no request waits for Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[int, set[Change]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nudges")
        self._runner: asyncio.Runner | None = None
        self._is_failing = False

    def add(self, project_pk: int, change: Change) -> None:
        with self._lock:
            is_idle = not self._pending
            self._pending.setdefault(project_pk, set()).add(change)
        if is_idle:
            self._thread.submit(self._send_pending)

    def _send_pending(self) -> None:
        self._runner = self._runner or asyncio.Runner()
        try:
            self._runner.run(asyncio.wait_for(self._gather_and_send(), GATHER_SECONDS + SEND_TIMEOUT))
        except Exception as error:  # noqa: BLE001 - whatever the channel layer's client raises: a nudge is a hint
            if not self._is_failing:
                logger.warning("live updates are not delivered: %s", error)
            self._is_failing = True
        else:
            self._is_failing = False

    async def _gather_and_send(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        with self._lock:
            pending, self._pending = self._pending, {}
        layer = get_channel_layer()
        for project_pk, changes in pending.items():
            for changed, key in merged(changes):
                await layer.group_send(group_name(project_pk), {"type": "console.nudge", "changed": changed, "id": key})


nudger = Nudger()


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One open page: /live/?project=<slug>. Sends {"changed": kind, "id": public id, "" for any}."""

    group: str | None = None

    async def connect(self) -> None:
        await self.accept()
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        slug = parse_qs(self.scope["query_string"].decode()).get("project", [""])[0]
        project_pk = await database_sync_to_async(_visible_project_pk)(user, slug)
        if project_pk is None:
            await self.close(NO_SUCH_PROJECT)
            return
        self.pending: set[Change] = set()
        self.sender: asyncio.Task[None] | None = None
        self.group = group_name(project_pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.send_json({"changed": "connection", "id": ""})

    async def disconnect(self, code: int) -> None:
        if self.group is None:
            return
        if self.sender is not None:
            self.sender.cancel()
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def console_nudge(self, message: dict[str, Any]) -> None:
        """The first change goes out at once, later ones together when the second is over."""
        self.pending.add((message["changed"], message["id"]))
        if self.sender is None or self.sender.done():
            self.sender = asyncio.create_task(self._send_pending())

    async def _send_pending(self) -> None:
        while self.pending:
            changes, self.pending = merged(self.pending), set()
            for changed, key in sorted(changes):
                await self.send_json({"changed": changed, "id": key})
            await asyncio.sleep(NUDGE_SECONDS)


def _visible_project_pk(user: Any, slug: str) -> int | None:
    try:
        return selectors.visible_project(slug, actor=selectors.operator(user)).pk
    except NotFound:
        return None


websocket_urlpatterns = [path("live/", LiveConsumer.as_asgi())]
