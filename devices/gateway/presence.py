"""When devices came, were last heard and went: gathered and written at most once a second."""

import asyncio
from dataclasses import replace
from datetime import datetime
from itertools import islice

import structlog
from django.db import Error as DatabaseFailure
from django.utils import timezone

from devices.gateway.database import Database
from devices.gateway.session import Session
from devices.services import Presence, record_presence

log = structlog.get_logger(__name__)

_PERIOD = 1.0
_REFRESH = 20.0  # seconds between two notes that a connected device was heard
_BATCH = 500


class PresenceNotes:
    """The latest note per device. A batch that cannot be written is kept and merged with what comes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notes: dict[int, Presence] = {}

    def connected(self, session: Session, now: float) -> None:
        session.presence_due = now + _REFRESH
        self._note(session, connected=timezone.now())

    def heard(self, session: Session, now: float) -> None:
        session.presence_due = now + _REFRESH
        self._note(session)

    def gone(self, session: Session) -> None:
        """The device's last session ended."""
        self._note(session, disconnected=timezone.now())

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_PERIOD)
            await self._flush()

    async def finish(self) -> None:
        """Write everything that is left, or give up on the first failure."""
        while self._notes and await self._flush():
            pass

    def _note(
        self, session: Session, *, connected: datetime | None = None, disconnected: datetime | None = None
    ) -> None:
        pk = session.device.record.device_pk
        note = Presence(pk, disconnected or timezone.now(), connected, disconnected, session.peer)
        self._notes[pk] = _merged(self._notes.get(pk), note)

    async def _flush(self) -> bool:
        batch = [self._notes.pop(pk) for pk in list(islice(self._notes, _BATCH))]
        if not batch:
            return True
        try:
            await self._database.write(record_presence, batch)
        except DatabaseFailure as error:
            log.warning("presence_not_written", count=len(batch), reason=str(error))
            for note in batch:
                newer = self._notes.get(note.device_pk)
                self._notes[note.device_pk] = note if newer is None else _merged(note, newer)
            return False
        return True


def _merged(older: Presence | None, newer: Presence) -> Presence:
    if older is None:
        return newer
    return replace(
        newer,
        connected_at=newer.connected_at or older.connected_at,
        disconnected_at=newer.disconnected_at or older.disconnected_at,
    )
