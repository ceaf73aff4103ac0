"""Prepares an installation, starts its parts in order, says when all of them serve, and stops them again."""

import asyncio
import os
import signal
import socket
import time

from ota_console.run import data_folder, parts, sockets, valkey
from ota_console.run.child import Child, Part, describe
from ota_console.run.configuration import Configuration
from ota_console.run.errors import CannotStart
from ota_console.run.keeper import PATIENCE, Keeper
from ota_console.run.readiness import missing_parts
from ota_console.run.terminal import say

_SLOW_START = 30.0  # seconds after which we say what is still missing


class Supervisor:
    """Runs until SIGINT, SIGTERM or SIGHUP cancels it; cancelled once more, it kills instead of waiting."""

    def __init__(self, configuration: Configuration, http: socket.socket, coaps: socket.socket) -> None:
        self._configuration = configuration
        self._http = http
        self._coaps = coaps
        self._keepers: list[Keeper] = []

    async def run(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (a coroutine runs in a task)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            await self._start()
            await self._announce()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            say("Stopping.")
        finally:
            await self._stop()

    async def _start(self) -> None:
        data_dir = self._configuration.data_dir
        if not self._configuration.redis_url:
            valkey.clear(data_dir)
            self._keep(parts.private_valkey(data_dir))
            await valkey.answers(data_dir)
        await _run_to_end(parts.preparation())
        for part in (parts.web(self._http.fileno()), parts.worker(), parts.gateway(self._coaps.fileno())):
            self._keep(part)

    async def _announce(self) -> None:
        address = sockets.bound_address(self._http).reachable
        warned_at = time.monotonic() + _SLOW_START
        while missing := await missing_parts(address):
            if time.monotonic() > warned_at:
                say(f"Not ready yet; still waiting for: {', '.join(missing)}")
                warned_at = time.monotonic() + _SLOW_START
            await asyncio.sleep(0.2)
        sign_in = self._configuration.data_dir / "first-run.json"
        say("OTA Console is ready.")
        say(f"  Console  {os.environ.get('OTA_PUBLIC_URL') or f'http://{address}'}/")
        say(f"  Devices  coaps://{sockets.bound_address(self._coaps)}")
        say(f"  Sign in  with the user name and password in {self._configuration.shown(sign_in)}")
        say("  Stop     with Ctrl-C")

    def _keep(self, part: Part) -> None:
        self._keepers.append(Keeper(part, self._write_processes))

    def _write_processes(self) -> None:
        running = {keeper.name: keeper.pid for keeper in self._keepers if keeper.pid is not None}
        try:
            data_folder.write_processes(self._configuration.data_dir, {"supervisor": os.getpid(), **running})
        except OSError as error:  # a full disk: the parts must go on
            say(f"processes.json could not be written: {error.strerror}")

    async def _stop(self) -> None:
        """All at once, but Valkey last: the others say good-bye through it."""
        others = [keeper for keeper in self._keepers if keeper.name != "valkey"]
        try:
            await asyncio.gather(*(keeper.stop() for keeper in others))
            for keeper in self._keepers:
                await keeper.stop()
        finally:
            for keeper in self._keepers:
                keeper.kill()
            (self._configuration.data_dir / "processes.json").unlink(missing_ok=True)


async def _run_to_end(part: Part) -> None:
    child = await Child.start(part)
    try:
        code = await child.wait()
    except asyncio.CancelledError:
        await child.stop(patience=PATIENCE)
        raise
    if code:
        raise CannotStart(f"{part.name} failed ({describe(code)}); what it printed above says why")
