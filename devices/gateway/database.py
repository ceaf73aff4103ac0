"""The gateway's way to the ORM: threads, so that the event loop never waits for the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Result = TypeVar("Result")

_READERS = 4


class Database:
    """Reads share a few threads; writes have one of their own, so that a burst of handshakes never delays a report."""

    def __init__(self) -> None:
        self._readers = ThreadPoolExecutor(_READERS, "gateway-read")
        self._writer = ThreadPoolExecutor(1, "gateway-write")
        self._connections: set[BaseDatabaseWrapper] = set()

    async def read(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run `function` in a reader thread. Raises whatever it raises, `django.db.Error` when the database is down."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._fresh, function, *arguments)

    async def write(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run `function` in the writer thread, after everything asked of it before."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._fresh, function, *arguments)

    async def close(self) -> None:
        """Wait for what runs, then close the connections that the threads leave behind."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        for connection in self._connections:
            connection.inc_thread_sharing()
            connection.close()

    def _fresh(self, function: Callable[..., Result], *arguments: object) -> Result:
        """A process that lives for weeks must not keep a connection that the server dropped."""
        close_old_connections()
        self._connections.add(connections[DEFAULT_DB_ALIAS])
        return function(*arguments)
