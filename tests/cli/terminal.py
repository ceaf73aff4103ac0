"""The installed command on a terminal of its own."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.cli.conftest import EXECUTABLE, Ota


@dataclass
class Terminal:
    """`process` runs on it; what it shows is read as it comes."""

    process: subprocess.Popen[bytes]
    screen: int

    def read_until(self, words: str) -> str:
        seen = ""
        while words not in seen:
            seen += os.read(self.screen, 4096).decode()
        return seen

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())


def _interruptible() -> None:
    """Whoever runs the tests in the background has its children ignore the interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def on_terminal(ota: Ota, *arguments: str) -> Iterator[Terminal]:
    screen, terminal = pty.openpty()
    environment = {"HOME": str(ota.home), "PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": "120", "LINES": "20"}
    process = subprocess.Popen(
        [EXECUTABLE, *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=ota.home,
        env=environment,
        preexec_fn=_interruptible,
    )
    os.close(terminal)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)
