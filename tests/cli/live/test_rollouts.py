"""Deployments from a terminal: tried, waited for, compared, rolled back, watched."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deployments.models import Artifact, Cohort, Deployment
from deployments.services import start_deployment
from devices.models import Device
from devices.services import create_device
from ota_console.cli import waiting
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.cli.conftest import Ota
from tests.cli.reports import report
from tests.cli.terminal import on_terminal

Act = Callable[[], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Act]]:
    """What happens while `--wait` waits, one act for each of its pauses."""
    acts: list[Act] = []
    monkeypatch.setattr(waiting, "sleep", lambda seconds: acts.pop(0)())
    yield acts
    assert acts == []


@pytest.fixture
def cohort(ota: Ota, upload: Callable[..., Any], project: Project, operator: Actor) -> Cohort:
    """`field`, with the devices a and b; main 1 and 2 are there to be deployed."""
    for version in ("1", "2"):
        upload("main", version)
    ota("cohort", "create", "field")
    cohort = Cohort.objects.get()
    for name in ("a", "b"):
        create_device(project=project, name=name, actor=operator, cohort=cohort)
    return cohort


def device(name: str) -> Device:
    return Device.objects.get(name=name)


def test_a_dry_run_says_what_would_change_and_changes_nothing(ota: Ota, cohort: Cohort) -> None:
    ota("deploy", "field", "main@2")
    tried = ota("deploy", "field", "main@1", "--dry-run")
    assert tried.out.splitlines()[1].split() == ["main", "2", "1", "changed,", "lower"]
    assert "2 devices, 0 of them online, would fetch 16 B" in tried.err
    assert "goes back from 2 to 1" in tried.err
    assert ota("deploy", "field", "main@1", "--dry-run", "-o", "json").json["changes"] == [
        {"package": "main", "from": "2", "to": "1", "change": "changed", "downgrade": True}
    ]
    assert Deployment.objects.count() == 1


def test_wait_ends_when_the_last_device_runs_it(ota: Ota, cohort: Cohort, meanwhile: list[Act]) -> None:
    meanwhile += [
        lambda: report(device("a"), state=1, target="2"),
        lambda: report(device("a"), version="2"),
        lambda: report(device("b"), version="2"),
    ]
    waited = ota("deploy", "field", "main@2", "--wait")
    said = [line for line in waited.err.splitlines() if line.startswith("field: ")]
    assert said == [
        "field: 0 of 2 devices run it, 2 waiting",
        "field: 0 of 2 devices run it, 1 updating, 1 waiting",
        "field: 1 of 2 devices run it, 1 waiting",
        "field: 2 of 2 devices run it",
    ]
    assert waited.out == ""


def test_wait_names_the_devices_that_failed(ota: Ota, cohort: Cohort, meanwhile: list[Act]) -> None:
    meanwhile += [
        lambda: report(device("a"), version="2"),
        lambda: report(device("b"), state=0, reason=5),
    ]
    failed = ota("deploy", "field", "main@2", "--wait", "-o", "json", code=1)
    assert "Error: Failed: b (main: 5 integrity check failed)." in failed.err
    assert failed.json["progress"] == {"upToDate": 1, "updating": 0, "failed": 1, "waiting": 0}


def test_wait_ends_when_time_runs_out_and_names_who_is_left(ota: Ota, cohort: Cohort) -> None:
    report(device("a"), reason=11)
    ended = ota("deploy", "field", "main@2", "--wait", "--timeout", "1s", code=1)
    assert "Error: Not done after 1 s: 0 of 2 devices run it, 2 waiting." in ended.err
    assert "Left: b, a (main: 11 awaiting retry)." in ended.err


def test_wait_ends_when_another_deployment_takes_its_place(
    ota: Ota, cohort: Cohort, operator: Actor, meanwhile: list[Act]
) -> None:
    def other() -> None:
        start_deployment(cohort=cohort, artifacts=[Artifact.objects.earliest("pk")], actor=operator, name="other")

    meanwhile.append(other)
    assert "Another deployment took the place" in ota("deploy", "field", "main@2", "--wait", code=1).err


def test_wait_is_done_at_once_in_a_cohort_without_devices(ota: Ota, upload: Callable[..., Any]) -> None:
    upload("main", "1")
    ota("cohort", "create", "empty")
    assert "0 of 0 devices run it" in ota("deploy", "empty", "main@1", "--wait").err


@pytest.mark.parametrize("flags", [["--timeout", "1m"], ["--wait", "--timeout", "soon"], ["--wait", "--timeout", "0s"]])
def test_times_that_make_no_sense_deploy_nothing(ota: Ota, flags: list[str]) -> None:
    assert "Error: " in ota("deploy", "field", "main@1", *flags, code=2).err


def test_roll_back_to_the_one_before_or_the_one_named(ota: Ota, cohort: Cohort) -> None:
    ota("deploy", "field", "main@1", "--name", "first")
    ota("deploy", "field", "main@2", "--name", "second")
    back = ota("rollback", "field", "-o", "json").json
    assert back["artifactIds"] == [Artifact.objects.get(version__label="1").public_id]
    ota("rollback", "field", "--to", "second", "--name", "again")
    cohort.refresh_from_db()
    assert cohort.active_deployment is not None
    assert cohort.active_deployment.name == "again"
    assert cohort.active_deployment.bundled()[0].version.label == "2"


def test_there_is_nothing_before_the_first(ota: Ota, cohort: Cohort) -> None:
    assert "Error: " in ota("rollback", "field", code=1).err
    assert "Nothing is deployed" in ota("deployment", "diff", "field", code=1).err
    ota("deploy", "field", "main@1")
    assert "is the first deployment" in ota("deployment", "diff", "field", code=1).err


def test_two_deployments_are_compared(ota: Ota, cohort: Cohort, upload: Callable[..., Any]) -> None:
    upload("modem", "1")
    upload("boot", "1")
    for name, refs in {
        "one": ["main@1", "modem@1"],
        "two": ["main@2", "modem@1"],
        "three": ["main@2", "boot@1"],
    }.items():
        ota("deploy", "field", *refs, "--name", name)

    def changes(*names: str) -> set[tuple[str, ...]]:
        rows = ota("deployment", "diff", "field", *names, "-o", "json").json
        return {(row["package"], row["from"], row["to"], row["change"]) for row in rows}

    latest = {("main", "2", "2", "unchanged"), ("modem", "1", None, "removed"), ("boot", None, "1", "added")}
    assert changes() == changes("two") == latest
    assert changes("one", "two") == {("main", "1", "2", "changed"), ("modem", "1", "1", "unchanged")}
    assert "From one to two." in ota("deployment", "diff", "field", "one", "two").err


def test_a_deployment_is_shown_with_artifacts_and_progress(ota: Ota, cohort: Cohort) -> None:
    ota("deploy", "field", "main@1", "--name", "first")
    ota("deploy", "field", "main@2")
    assert "0 of 2 devices run it, 2 waiting" in ota("deployment", "show", "field", "main@2").out
    first = ota("deployment", "show", "field", "first").out
    assert "Progress" not in first
    assert "Created by  " in first


def test_the_live_table_follows_until_it_is_interrupted(ota: Ota, cohort: Cohort) -> None:
    ota("deploy", "field", "main@2")
    report(device("b"), state=0, reason=5)
    with on_terminal(ota, "status", "field", "--watch") as terminal:
        seen = terminal.read_until("1 failed, 1 waiting")
        assert seen.index("integrity check failed") < seen.index("a  ")
        report(device("a"), version="2")
        terminal.read_until("1 of 2 devices run it, 1 failed")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(timeout=30) == 0


def test_a_live_table_needs_a_terminal(ota: Ota, cohort: Cohort) -> None:
    assert "terminal" in ota("status", "field", "--watch", code=2).err
