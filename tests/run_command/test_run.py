"""`make run`, whole: refused starts, the first run, restarts, clean stops, and what remains after a SIGKILL."""

import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ota_console.run.leftovers import MARK
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.embedded
PARTS = {"supervisor", "valkey", "web", "worker", "gateway"}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Not started yet."""
    stack = Stack(tmp_path / "var")
    yield stack
    if stack.process is not None:
        stack.stop()


def _processes_in(data_dir: Path) -> list[int]:
    """Every process that runs for this data folder, its forks included."""
    mark = f"{MARK}={data_dir}".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            is_ours = mark in environment.read_bytes().split(b"\0")
        except OSError:
            continue
        if is_ours:
            found.append(int(environment.parent.name))
    return found


def test_everything_serves_and_every_part_is_named(live_stack: Stack) -> None:
    assert set(live_stack.processes) == PARTS
    for path in ("/healthz", "/readyz"):
        answer = httpx.get(f"http://{live_stack.http}{path}")
        assert answer.status_code == 200, answer.text
    assert answer.json() == {"ready": True, "missing": []}


def test_first_run_file_is_private_and_its_sign_in_works(live_stack: Stack) -> None:
    file = live_stack.data_dir / "first-run.json"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(live_stack.first_run) == {
        "url", "username", "password", "organization", "project", "api_key", "coaps"
    }  # fmt: skip
    with live_stack.client() as client:
        projects = client.get("/v1/projects").json()["list"]
    assert [project["id"] for project in projects] == [live_stack.first_run["project"]]


def test_no_secret_is_shown(live_stack: Stack) -> None:
    shown = live_stack.output()
    generated = [path.read_text().strip() for path in (live_stack.data_dir / "secrets").iterdir()]

    assert len(generated) == 2
    for secret in [*generated, live_stack.first_run["password"], live_stack.first_run["api_key"]]:
        assert secret not in shown
    assert str(live_stack.data_dir / "first-run.json") in shown


def test_a_second_supervisor_on_the_folder_is_refused(live_stack: Stack) -> None:
    second = Stack(live_stack.data_dir)
    second.log = live_stack.data_dir.with_suffix(".second.log")

    assert second.launch().wait(30) == 1

    assert "in use by another `make run`" in second.output()
    assert live_stack.missing() == []


@pytest.mark.parametrize(("variable", "kind"), [("OTA_HTTP", socket.SOCK_STREAM), ("OTA_COAPS", socket.SOCK_DGRAM)])
def test_a_port_in_use_is_refused_before_anything_starts(stack: Stack, variable: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        stack.environment[variable] = address

        assert stack.launch().wait(30) == 1

    assert f"Cannot start: {variable}: {address} is in use by another program" in stack.output()
    assert {path.name for path in stack.data_dir.iterdir()} == {"run.lock"}


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("OTA_HTTP", "8000", "OTA_HTTP: '8000' is not host:port"),
        ("OTA_COAPS", "localhost", "OTA_COAPS: 'localhost' is not host:port"),
        ("OTA_PUBLIC_URL", "ota.example.com", "OTA_PUBLIC_URL: does not begin with http:// or https://"),
        ("OTA_RECONCILE_SECONDS", "often", "OTA_RECONCILE_SECONDS: could not convert"),
        ("OTA_ENCRYPTION_KEY", "c2hvcnQ=", "OTA_ENCRYPTION_KEY: an encryption key has 32 bytes"),
        ("OTA_SECRET_KEY_FILE", "/nowhere", "OTA_SECRET_KEY: [Errno 2] No such file"),
        ("OTA_LOG_LEVEL", "loud", "OTA_LOG_LEVEL: 'LOUD' is no level"),
        ("DATABASE_URL", "postgres", "DATABASE_URL: is no database"),
        ("DATABASE_URL", "postgres://ota@127.0.0.1:1/ota", "DATABASE_URL: the database does not answer"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL: does not begin with redis://"),
    ],
)
def test_a_malformed_value_is_refused_by_name(stack: Stack, variable: str, value: str, complaint: str) -> None:
    stack.environment[variable] = value

    assert stack.launch().wait(30) == 1

    assert complaint in stack.output()
    assert "Cannot start: " in stack.output()
    assert "Traceback" not in stack.output()
    assert _processes_in(stack.data_dir) == []


def test_a_crashed_part_comes_back_on_the_same_ports(live_stack: Stack) -> None:
    for part in ("web", "gateway"):
        killed = live_stack.kill(part)
        live_stack.wait_for_restart(part, of=killed)

        assert f"{part} ended (SIGKILL); it is started again in 0.5 s" in live_stack.output()


def test_interrupt_stops_everything_and_the_next_start_keeps_the_first_run(stack: Stack) -> None:
    first_run = stack.start().first_run

    assert stack.stop() == 0

    assert "did not stop" not in stack.output()
    assert _processes_in(stack.data_dir) == []
    assert not (stack.data_dir / "processes.json").exists()
    assert stack.start().first_run == first_run


def test_nothing_of_a_killed_supervisor_blocks_the_next_start(stack: Stack) -> None:
    first = stack.start().processes
    # A beat that its worker leaves behind, as no supervisor is there to end it.
    os.kill(first["worker"], signal.SIGKILL)
    os.kill(first["supervisor"], signal.SIGKILL)
    assert stack.process is not None
    stack.process.wait()

    second = stack.start().processes

    assert not set(first.values()) & set(_processes_in(stack.data_dir))
    assert set(second) == PARTS
    assert stack.missing() == []


def test_termination_during_the_start_stops_what_was_started(stack: Stack) -> None:
    process = stack.launch()
    wait_until(lambda: "valkey" in stack.processes, 30, stack.output)

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert _processes_in(stack.data_dir) == []


def test_addresses_in_the_first_run_file_follow_the_configuration(stack: Stack) -> None:
    before = stack.start().first_run
    stack.stop()
    stack.http = "127.0.0.1:0"

    after = stack.start().first_run

    assert after["url"] != before["url"]
    assert json.dumps({**after, "url": before["url"]}, sort_keys=True) == json.dumps(before, sort_keys=True)
