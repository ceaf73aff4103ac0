"""The real `ota` executable, each time in a process of its own with a home folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.cli.strange import StrangeServer

OTA = Path(sys.executable).with_name("ota")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Ota:
    """`ota("cohort", "list")` runs it; `environment` adds to what every run sees."""

    home: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> Result:
        result = self.run(*arguments, stdin=stdin)
        assert result.code == code, result.err
        return result

    def run(self, *arguments: str, stdin: str = "") -> Result:
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TZ": "UTC"} | self.environment
        done = subprocess.run(
            [OTA, *arguments], input=stdin, capture_output=True, text=True, env=environment, cwd=self.home, timeout=60
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    @property
    def config(self) -> Path:
        return self.home / ".config" / "ota" / "config.toml"


@pytest.fixture
def ota(tmp_path: Path) -> Ota:
    return Ota(tmp_path, {})


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with StrangeServer() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
