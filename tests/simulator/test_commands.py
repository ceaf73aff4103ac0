"""`manage.py simulate` and `manage.py demo` as someone at a terminal runs them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ota_console.core.embedded import valkey_socket
from ota_console.run.configuration import BASE_DIR
from ota_console.tenancy.models import Project
from tests.stack import Stack

_LONGEST = 120


def manage(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=_LONGEST,
    )


@pytest.fixture
def environment(live_stack: Stack) -> dict[str, str]:
    """What a terminal beside `make run` has: the data folder, and nothing of this test process's installation."""
    foreign = dict.fromkeys(("OTA_SECRET_KEY", "OTA_ENCRYPTION_KEY", "OTA_STORAGE_BUCKET"), "")
    database = f"sqlite:///{live_stack.data_dir / 'ota.sqlite3'}"
    redis = f"unix://{valkey_socket(live_stack.data_dir)}?db=0"
    own = {"OTA_DATA_DIR": str(live_stack.data_dir), "DATABASE_URL": database, "REDIS_URL": redis}
    return {**foreign, **own, "OTA_COAPS": live_stack.coaps}


def deploy(stack: Stack, cohort: str, version: str) -> None:
    first = stack.first_run
    base = f"/v1/organizations/{first['organization']}/projects/{first['project']}/cohorts"
    with stack.client() as client:

        def call(method: str, path: str, **body: Any) -> Any:
            response = client.request(method, path, json=body or None)
            assert response.status_code == 200, response.text
            return response.json()

        cohorts = {entry["name"]: entry["cohortId"] for entry in call("GET", base)["list"]}
        upload = {"projectId": first["project"], "package": cohort, "version": version, "content": "YWJj"}
        artifact = call("POST", "/v1/artifacts", **upload)["data"]
        call("POST", f"{base}/{cohorts[cohort]}/deployments", name=version, artifactIds=[artifact["id"]])


def test_simulate_makes_its_devices_and_ends_when_they_are_up_to_date(
    live_stack: Stack, environment: dict[str, str]
) -> None:
    fleet = ("simulate", "--devices", "3", "--cohort", "fleet", "--package", "fleet")
    first = manage(*fleet, "--seconds", "2", **environment)
    assert first.returncode == 0, first.stderr
    deploy(live_stack, "fleet", "1.1.0")
    second = manage(*fleet, "--until-updated", "--seconds", "60", **environment)
    assert second.returncode == 0, second.stdout + second.stderr
    where, counts = second.stdout.splitlines()
    assert where == f"3 devices sign in at coaps://{live_stack.coaps}"
    assert counts.startswith("3 devices · 3 observing · 0 downloading · 3 up to date · 3 updates · 0 failures")
    third = manage(*fleet, "--until-updated", "--seconds", "60", **environment)
    assert "3 up to date · 0 updates" in third.stdout


def test_simulate_fails_when_its_devices_do_not_get_there(live_stack: Stack, environment: dict[str, str]) -> None:
    result = manage("simulate", "--prefix", "idle", "--until-updated", "--seconds", "1", **environment)
    assert result.returncode == 1
    assert "0 up to date" in result.stdout


def test_simulate_with_credentials_touches_no_database(
    live_stack: Stack, environment: dict[str, str], tmp_path: Path
) -> None:
    first = live_stack.first_run
    with live_stack.client() as client:
        project = f"/v1/projects/{first['project']}"
        device = client.post(f"{project}/devices", json={"name": "filed", "hardwareIds": ["filed"]}).json()["data"]
        path = f"{project}/devices/{device['id']}/credentials"
        credential = client.post(path, json={"type": "PRE_SHARED_KEY", "identity": "filed"}).json()["data"]
    file = tmp_path / "credentials.jsonl"
    file.write_text(json.dumps(credential) + "\n")
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'none' / 'db.sqlite3'}"
    state_dir = tmp_path / "state"
    result = manage("simulate", "--credentials", file, "--state-dir", state_dir, "--seconds", "2", **environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 observing" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--drop-blocks", "1.5"], "--drop-blocks: 1.5 is not from 0 to 1"),
        (["--offline-at", "-1"], "--offline-at: -1 is not from 0 to 100"),
        (["--devices", "0"], "--devices: 0 is not from 1 to 100000"),
        (["--devices", "some"], "--devices: 'some' is not a number"),
        (["--coaps", "somewhere"], "'somewhere' is not host:port"),
        (["--fail-reason", "1"], "--fail-reason"),
        (["--credentials", "/no/such/file"], "/no/such/file: cannot be read"),
    ],
)
def test_simulate_names_what_is_wrong(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=re.escape(complaint)):
        call_command("simulate", *arguments)


def test_an_entry_that_is_no_credential_is_named(tmp_path: Path) -> None:
    file = tmp_path / "credentials.jsonl"
    file.write_text('{"identity": "a@b", "preSharedKey": "k"}\n{"identity": "c@d"}\n')
    with pytest.raises(CommandError, match="entry 2"):
        call_command("simulate", "--credentials", str(file))


@pytest.mark.django_db
def test_simulate_says_which_project_is_missing(project: Project, foreign_project: Project) -> None:
    with pytest.raises(CommandError, match="there is no project unknown"):
        call_command("simulate", "--project", "unknown")
    with pytest.raises(CommandError, match="name one with --project"):
        call_command("simulate")


def test_the_demo_updates_its_devices_and_runs_again(live_stack: Stack, environment: dict[str, str]) -> None:
    for deployments in (2, 1):
        result = manage("demo", "--deployments", str(deployments), "--pause", "0", **environment)
        assert result.returncode == 0, result.stderr
        assert result.stdout.count("is everywhere: 20 devices") == deployments
    cohort_page = result.stdout.split("update: ")[1].split()[0]
    with live_stack.client() as client:
        assert client.get(cohort_page).status_code == 302  # to the sign-in: the page exists


def test_the_demo_says_what_it_needs(tmp_path: Path) -> None:
    result = manage("demo", OTA_DATA_DIR=str(tmp_path))
    assert result.returncode == 1
    assert "start one first with `make run`" in result.stderr
