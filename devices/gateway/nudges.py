"""Tells consoles that reports came in: one message a second per cohort or device, and nothing lost if none arrives."""

import asyncio
from typing import Any

import structlog
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from devices.services import Report

log = structlog.get_logger(__name__)

_PERIOD = 1.0
_MOST = 50  # objects named per period; beyond, a nudge without an id concerns every page of its kind


class Nudges:
    def __init__(self) -> None:
        self._changed: dict[tuple[int, str, str], None] = {}

    def reported(self, report: Report) -> None:
        """A report of this device was committed."""
        if report.cohort_id is not None:
            self._note(report.project_pk, "cohort", report.cohort_id)
        self._note(report.project_pk, "device", report.device_id)

    def _note(self, project_pk: int, kind: str, public_id: str) -> None:
        named = (project_pk, kind, public_id)
        is_room = named in self._changed or len(self._changed) < _MOST
        self._changed[named if is_room else (project_pk, kind, "")] = None

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_PERIOD)
            changed, self._changed = self._changed, {}
            try:
                for project_pk, kind, public_id in changed:
                    await _send(f"console.{project_pk}", {"type": "console.nudge", "changed": kind, "id": public_id})
            except (RedisError, OSError) as error:
                log.info("nudge_lost", reason=str(error))  # pages refresh by themselves; the next nudge may arrive


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(group, message)
