"""The real thing for tests: the supervisor on a data folder of its own and on free ports, with every part it starts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ota_console.run.child import end_with_parent
from ota_console.run.configuration import BASE_DIR

_START = 90.0  # seconds until ready, on a busy machine
_STOP = 30.0


@dataclass
class Stack:
    """A running installation. `kill(part)` and `pause(part)` reach its processes; the supervisor restarts what dies."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = self.data_dir.with_suffix(".log")
        self.http = self.coaps = "127.0.0.1:0"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the supervisor without waiting for anything."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ota_console.run"],
                cwd=BASE_DIR,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,  # a test run that is killed leaves no installation behind
            )
        return self.process

    def start(self) -> "Stack":
        """Start and wait until it says that it is ready. A later start uses the ports of the first."""
        said_before = self.output().count("is ready")
        self.launch()
        wait_until(lambda: self._has_ended() or self.output().count("is ready") > said_before, _START, self.output)
        assert not self._has_ended(), self.output()
        self.http = self.first_run["url"].removeprefix("http://")
        self.coaps = self.first_run["coaps"]
        return self

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(_STOP)

    @property
    def first_run(self) -> dict[str, Any]:
        return dict(json.loads((self.data_dir / "first-run.json").read_text()))

    @property
    def processes(self) -> dict[str, int]:
        try:
            return dict(json.loads((self.data_dir / "processes.json").read_text()))
        except FileNotFoundError:
            return {}

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def missing(self) -> list[str]:
        """What /readyz names; everything when it does not answer."""
        try:
            return list(httpx.get(f"http://{self.http}/readyz", timeout=5).json()["missing"])
        except httpx.TransportError:
            return ["web"]

    def pause(self, part: str) -> None:
        """The part keeps its state and its sockets but does nothing until `resume`, or until it is killed."""
        os.killpg(self.processes[part], signal.SIGSTOP)

    def resume(self, part: str) -> None:
        os.killpg(self.processes[part], signal.SIGCONT)

    def kill(self, part: str) -> int:
        """SIGKILL; return the process that died. What it forked is left to the supervisor."""
        pid = self.processes[part]
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_process(self, part: str, *, not_: int) -> None:
        """Until another process than `not_` is the part."""
        wait_until(lambda: self.processes.get(part, not_) != not_, _START, self.output)

    def wait_for_restart(self, part: str, *, of: int) -> None:
        """Until another process than `of` is the part, and everything serves again."""
        self.wait_for_process(part, not_=of)
        self.wait_ready()

    def wait_ready(self) -> None:
        wait_until(lambda: not self.missing(), _START, self.output)

    def client(self) -> httpx.Client:
        """For the REST API, with the API key of the first run."""
        return httpx.Client(
            base_url=self.first_run["url"], headers={"x-api-key": self.first_run["api_key"]}, timeout=30
        )

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _environment(self) -> dict[str, str]:
        """Nothing of the test process's own installation: an embedded default, unless this test says otherwise."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OTA_", "PYTEST_", "DJANGO_")) and name not in ("DATABASE_URL", "REDIS_URL")
        }
        own = {"OTA_DATA_DIR": str(self.data_dir), "OTA_HTTP": self.http, "OTA_COAPS": self.coaps}
        return {**inherited, **own, **self.environment}


def wait_until(holds: Callable[[], bool], seconds: float, describe: Callable[[], str]) -> None:
    """Fail with `describe()` when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, describe()
        time.sleep(0.05)
