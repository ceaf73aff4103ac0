"""How many bytes of artifacts went out, by project: added up and written at most once a second."""

import asyncio
from collections import Counter

import structlog
from django.db import Error as DatabaseFailure

from devices.gateway.database import Database
from devices.services import Delivered, record_usage

log = structlog.get_logger(__name__)

_PERIOD = 1.0


class UsageNotes:
    """What cannot be written is kept and written with what comes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bytes: Counter[int] = Counter()

    def delivered(self, project_pk: int, length: int) -> None:
        self._bytes[project_pk] += length

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_PERIOD)
            await self.flush()

    async def flush(self) -> None:
        noted, self._bytes = self._bytes, Counter()
        try:
            await self._database.write(record_usage, {pk: Delivered(bytes=length) for pk, length in noted.items()})
        except DatabaseFailure as error:
            log.warning("usage_not_written", reason=str(error))
            self._bytes.update(noted)
