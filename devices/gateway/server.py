"""The gateway process: puts the rooms together, serves until it is told to stop, stops without losing a report."""

import asyncio
import os
import socket
from collections.abc import Collection, Coroutine
from typing import Any

import structlog
from django.conf import settings

from devices.gateway.artifacts import Artifacts
from devices.gateway.changes import Changes
from devices.gateway.database import Database
from devices.gateway.ending import end
from devices.gateway.endpoint import Endpoint
from devices.gateway.hot_road import HotRoad
from devices.gateway.messages import Messages
from devices.gateway.nudges import Nudges
from devices.gateway.observers import Observers
from devices.gateway.presence import PresenceNotes
from devices.gateway.registry import Registry
from devices.gateway.reports import Reports
from devices.gateway.resources import DeviceSite
from devices.gateway.session import Session
from devices.gateway.usage import UsageNotes
from ota_console.health import beat

log = structlog.get_logger(__name__)

#: Names the file descriptor of a bound socket that whoever started us keeps, so that a crash loses no address.
INHERITED_SOCKET = "OTA_GATEWAY_FD"
_BUFFER = 8 << 20  # bytes: what arrives while the loop is busy with a burst must wait somewhere
_HEARTBEAT = 2.0


class Gateway:
    """Must be made inside a running event loop."""

    def __init__(self) -> None:
        self._database = Database()
        self._registry = Registry(self._database)
        self._observers = Observers()
        self._artifacts = Artifacts()
        self._presence = PresenceNotes(self._database)
        self._usage = UsageNotes(self._database)
        self._nudges = Nudges()
        self._reports = Reports(self._database, self._nudges)
        self._changes = Changes(self._database, self._registry, self._observers)
        self._hot_road = HotRoad(self._observers, self._artifacts, self._usage)
        self._messages = Messages(DeviceSite(self._hot_road, self._artifacts, self._reports))
        self._endpoint = Endpoint(self._registry, self._presence, self._take)

    def _take(self, session: Session, message: bytes, now: float) -> None:
        if not self._hot_road.take(session, message, now):
            self._messages.take(session, message, now)

    @property
    def sessions(self) -> Collection[Session]:
        """The open ones."""
        return self._endpoint.sessions.values()

    async def serve(self, listening: socket.socket, stop: asyncio.Event) -> None:
        """Serve on the bound socket until `stop` is set. Raises what a part of the gateway failed with."""
        _enlarge_buffers(listening)
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self._endpoint, sock=listening)
        log.info("gateway_serving", address="{}:{}".format(*listening.getsockname()[:2]))
        writer = asyncio.create_task(self._reports.run())
        stopping = asyncio.create_task(stop.wait())
        parts = {writer, *map(asyncio.create_task, self._parts())}
        done, _ = await asyncio.wait({stopping, *parts}, return_when=asyncio.FIRST_COMPLETED)
        await self._stop(writer, parts - {writer})
        for part in done - {stopping}:
            part.result()

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        """What runs for ever beside the socket."""
        return [
            self._changes.apply(),
            self._changes.listen(),
            self._changes.reconcile(),
            self._presence.run(),
            self._usage.run(),
            self._nudges.run(),
            self._endpoint.sweep(),
            _keep_beating(),
        ]

    async def _stop(self, writer: asyncio.Task[None], parts: set[asyncio.Task[None]]) -> None:
        """Commit and acknowledge what was received, tell every device, write down that they went."""
        await end(parts)
        self._reports.finish()
        await writer
        await self._messages.finish()
        self._endpoint.close()
        await self._presence.finish()
        await self._usage.flush()
        self._artifacts.close()
        await self._database.close()
        log.info("gateway_stopped")


def open_socket() -> socket.socket:
    """The inherited socket, or one bound to `OTA_COAPS`. Raises OSError when the address is taken."""
    if descriptor := os.environ.get(INHERITED_SOCKET):
        return socket.socket(fileno=int(descriptor))
    host, _, port = settings.OTA_COAPS.rpartition(":")
    host = host.strip("[]")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind((host, int(port)))
    return listening


def _enlarge_buffers(listening: socket.socket) -> None:
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        listening.setsockopt(socket.SOL_SOCKET, option, _BUFFER)


async def _keep_beating() -> None:
    while True:
        await asyncio.to_thread(beat, "gateway")
        await asyncio.sleep(_HEARTBEAT)
