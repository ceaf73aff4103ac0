"""Group commit: while one batch of reports is stored the next gathers; each device hears after its own commit."""

import asyncio
from collections import deque

import structlog

from devices.gateway.database import Database
from devices.gateway.nudges import Nudges
from devices.services import Report, record_reports
from ota_console.core.errors import DomainError, Unavailable

log = structlog.get_logger(__name__)

_BATCH = 500  # keeps a write transaction well under 200 ms on SQLite
_QUEUE = 20_000


class Reports:
    def __init__(self, database: Database, nudges: Nudges) -> None:
        self._database = database
        self._nudges = nudges
        self._queue: deque[tuple[Report, asyncio.Future[DomainError | None]]] = deque()
        self._wake = asyncio.Event()
        self._is_closing = False

    async def submit(self, report: Report) -> None:
        """Return once the report is committed. Raises its refusal, or Unavailable when it cannot be stored now."""
        if self._is_closing or len(self._queue) >= _QUEUE:
            raise Unavailable("no report can be stored now")
        outcome: asyncio.Future[DomainError | None] = asyncio.get_running_loop().create_future()
        self._queue.append((report, outcome))
        self._wake.set()
        if error := await outcome:
            raise error

    async def run(self) -> None:
        """Store batches until `finish` is called and the queue is empty."""
        while self._queue or not self._is_closing:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._commit([self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))])

    def finish(self) -> None:
        self._is_closing = True
        self._wake.set()

    async def _commit(self, batch: list[tuple[Report, asyncio.Future[DomainError | None]]]) -> None:
        outcomes = await self._store([report for report, _ in batch])
        for (report, future), error in zip(batch, outcomes, strict=True):
            if error is None:
                self._nudges.reported(report)
            if not future.done():
                future.set_result(error)

    async def _store(self, reports: list[Report]) -> list[DomainError | None]:
        try:
            return await self._database.write(record_reports, reports)
        except Unavailable as error:
            log.warning("reports_refused", count=len(reports), reason=error.message)
            return [error] * len(reports)
        except Exception:
            log.exception("reports_failed", count=len(reports))
            return [Unavailable("the reports could not be stored")] * len(reports)
