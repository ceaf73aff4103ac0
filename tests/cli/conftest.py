"""`ota` as a person runs it, with a home folder of its own: in this process, or as the installed executable."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Any
from unittest.mock import patch

import pytest

from ota_console.cli.main import main
from tests.cli.strange import StrangeServer

EXECUTABLE = Path(sys.executable).with_name("ota")
SETTINGS = {"OTA_URL", "OTA_API_KEY", "OTA_PROJECT", "OTA_PROFILE"}


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
    """`ota("cohort", "list")` runs it in this process; `environment` adds to what every run sees."""

    home: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> Result:
        result = self.run(*arguments, stdin=stdin)
        assert result.code == code, result.err
        return result

    def run(self, *arguments: str, stdin: str = "") -> Result:
        out, err = stream(), stream()
        with self._world(stream(stdin), out, err), pytest.raises(SystemExit) as ended:
            main(arguments)
        return Result(int(ended.value.code or 0), text_of(out), text_of(err))

    @contextmanager
    def _world(self, stdin: IO[str], out: IO[str], err: IO[str]) -> Iterator[None]:
        environment = {"HOME": str(self.home)} | self.environment
        with (
            chdir(self.home),
            patch.dict(os.environ, environment),
            patch.object(sys, "stdin", stdin),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            for name in SETTINGS - environment.keys():
                os.environ.pop(name, None)
            yield

    @property
    def config(self) -> Path:
        return self.home / ".config" / "ota" / "config.toml"


class Executable(Ota):
    """The same, each time in a process of its own."""

    def run(self, *arguments: str, stdin: str = "") -> Result:
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TZ": "UTC"} | self.environment
        done = subprocess.run(
            [EXECUTABLE, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.home,
            timeout=60,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)


def stream(text: str = "") -> io.TextIOWrapper:
    """As strict about what is no text as a terminal is."""
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")


def text_of(written: io.TextIOWrapper) -> str:
    written.flush()
    written.seek(0)
    return written.read()


@pytest.fixture
def ota(tmp_path: Path) -> Ota:
    return Ota(tmp_path, {})


@pytest.fixture
def executable(tmp_path: Path) -> Executable:
    return Executable(tmp_path, {})


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with StrangeServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def signed_in(ota: Ota, server: StrangeServer) -> Ota:
    """Knows project `p` of organization `o` on the strange server, so that nothing else is asked."""
    ota.config.parent.mkdir(parents=True)
    ota.config.write_text(
        f'[profiles.default]\nurl = "{server.url}"\napi_key = "key"\nproject = "p"\norganization = "o"\n'
    )
    return ota
