"""One child process in a session of its own: output relayed, gone with us, killed with all that it forked."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from ota_console.run.configuration import BASE_DIR
from ota_console.run.terminal import relay, say

_PR_SET_PDEATHSIG = 1  # Linux: the signal a process gets when its parent dies
_LAST_WORDS = 2.0  # seconds to read the end of its output; something that left its session may hold the pipe
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Part:
    """A program to run, the socket descriptors it inherits, and what it gets besides our own environment."""

    name: str
    command: list[str]
    inherited: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A started part. Create it with `Child.start`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, output: asyncio.Task[None]) -> None:
        self._name = name
        self._process = process
        self._output = output
        self.pid = process.pid

    @classmethod
    async def start(cls, part: Part) -> "Child":
        # An own pipe: with asyncio's, wait() would also wait for forked grandchildren that hold it open.
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                cwd=BASE_DIR,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **part.environment},
                pass_fds=part.inherited,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 (the supervisor runs one thread)
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return cls(part.name, process, asyncio.create_task(_relay(reading, part.name)))

    async def wait(self) -> int:
        """Wait for its end, kill what it forked, return its exit code (negative: what signal ended it)."""
        code = await self._process.wait()
        self.kill()  # a SIGKILLed worker leaves its beat running, and every task would fire twice
        await asyncio.wait({self._output}, timeout=_LAST_WORDS)
        return code

    def terminate(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, *, patience: float) -> None:
        """Ask it to end; after `patience` seconds, or when cancelled, make it, and say so."""
        self.terminate()
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            say(f"{self._name} did not stop within {patience:g} s and is killed")
        finally:
            self.kill()
        await self.wait()


def describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return signal.Signals(-code).name


def end_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def _relay(descriptor: int, name: str) -> None:
    reader = asyncio.StreamReader()
    with open(descriptor, "rb", buffering=0) as pipe:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        try:
            await relay(reader, part=name)
        finally:
            transport.close()
