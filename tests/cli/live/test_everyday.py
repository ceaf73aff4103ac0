"""`ota` against the real API: what a person types, what is stored, what scripts read."""

import hashlib
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from deployments.models import Artifact, Cohort
from devices.models import Device
from devices.services import create_device, create_tag
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from ota_console.tenancy.services import NewApiKey
from tests.cli.conftest import Ota
from tests.cli.reports import report
from tests.cli.terminal import on_terminal

HASH = hashlib.sha256(b"firmware").hexdigest()


# ── Signing in ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_login_stores_a_checked_key_for_its_owner_alone(ota: Ota, project: Project, api_key: NewApiKey) -> None:
    assert stat.S_IMODE(ota.config.stat().st_mode) == 0o600
    assert api_key.secret in ota.config.read_text()
    shown = ota("whoami", "-o", "json").json
    assert (shown["project"]["id"], shown["project"]["organizationId"]) == ("sensors", "acme")


@pytest.mark.parametrize("flags", [["--api-key", "KEY"], ["--api-key", "-"], []])
def test_login_takes_the_key_from_a_flag_or_standard_input(stranger: Ota, api_key: NewApiKey, flags: list[str]) -> None:
    arguments = [api_key.secret if flag == "KEY" else flag for flag in flags]
    result = stranger("login", *arguments, stdin=f"{api_key.secret}\n")
    assert api_key.secret not in result.out + result.err
    assert api_key.secret in stranger.config.read_text()


def test_a_wrong_key_is_refused_and_not_stored(stranger: Ota) -> None:
    result = stranger("login", "--api-key", "not-a-key", code=3)
    assert "Error: " in result.err
    assert not stranger.config.exists()
    assert stranger("cohort", "list", "--api-key", "not-a-key", code=3).out == ""


def test_profiles_are_kept_apart(ota: Ota, live_server: LiveServer, api_key: NewApiKey) -> None:
    ota("login", "--url", live_server.url, "--profile", "second", stdin=api_key.secret)
    assert "second" in ota("whoami", "--profile", "second").out
    assert ota.config.read_text().count("[profiles.") == 2


def test_a_key_of_another_project_sees_nothing_here(ota: Ota, foreign_project: Project) -> None:
    assert ota("device", "list", "--project", "rival-sensors", code=1).out == ""


# ── The main job ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_update_from_upload_to_status(ota: Ota, upload: Callable[..., Any]) -> None:
    artifact = upload("main", "1.1.0")
    assert artifact["binaryInfo"]["digests"]["sha256"]["digest"] == HASH
    assert Artifact.objects.get().sha256 == HASH

    ota("cohort", "create", "field")
    created = ota("device", "create", "pump-1", "--psk", "--cohort", "field", "-o", "json").json
    assert created["credential"]["identity"].endswith("@sensors")
    assert created["credential"]["preSharedKey"]

    deployed = ota("deploy", "field", "main@1.1.0", "-o", "json").json
    assert deployed["artifactIds"] == [artifact["id"]]
    cohort = Cohort.objects.get()
    assert cohort.active_deployment is not None
    assert cohort.active_deployment.public_id == deployed["deploymentId"]

    device = Device.objects.get()
    report(device, version="1.0.0", state=1, target="1.1.0")
    assert ota("status", "field", "-o", "json").json == [
        {
            "deviceId": device.public_id,
            "deviceName": "pump-1",
            "package": "main",
            "currentVersion": "1.0.0",
            "targetVersion": "1.1.0",
            "state": "DOWNLOADING",
            "reason": 0,
            "lastReport": ota("device", "show", "pump-1", "-o", "json").json["metadata"]["update"]["main"]["timestamp"],
            "progress": "updating",
        }
    ]
    assert "0 of 1 devices run it" in ota("status", "field").err
    report(device, version="1.1.0", state=0, reason=1)
    shown = ota("status", "field")
    assert shown.out.splitlines()[1].split()[:6] == ["pump-1", "main", "1.1.0", "1.1.0", "IDLE", "1"]
    assert "1 of 1 devices run it" in shown.err
    assert "1 of 1 devices run it" in ota("cohort", "show", "field").out


def test_status_shows_devices_that_never_spoke(ota: Ota) -> None:
    ota("cohort", "create", "field")
    ota("device", "create", "silent", "--cohort", "field")
    (row,) = ota("status", "field", "-o", "json").json
    assert (row["deviceName"], row["package"], row["state"]) == ("silent", None, None)
    assert "silent" in ota("status", "field").out


def test_events_are_listed_and_filtered(ota: Ota, project: Project, operator: Actor) -> None:
    first, second = (create_device(project=project, name=name, actor=operator) for name in ("a", "b"))
    report(first, state=1, target="2.0.0")
    report(second, state=0, reason=5)
    events = ota("event", "list", "-o", "json").json
    assert [event["deviceId"] for event in events] == [second.public_id, first.public_id]
    assert [event["deviceId"] for event in ota("event", "list", "--device", "a", "-o", "json").json] == [
        first.public_id
    ]
    assert len(ota("event", "list", "--reason", "0", "-o", "json").json) == 1
    assert len(ota("event", "list", "--type", "downloading", "-o", "json").json) == 1
    assert len(ota("event", "list", "--since", "1h", "-o", "json").json) == 2
    assert ota("event", "list", "--until", "1h", "-o", "json").json == []
    assert ota("event", "list", "--limit", "1", "-o", "json").json == events[:1]
    row = ota("event", "list").out.splitlines()[1]
    assert row.split()[2:6] == ["b", "main", "IDLE", "5"]


def test_events_are_counted(ota: Ota, project: Project, operator: Actor) -> None:
    device = create_device(project=project, name="a", actor=operator)
    for state in (1, 1, 0):
        report(device, state=state, version=str(state))
    spans = ota("event", "stats", "--device", "a", "--since", "1h", "-o", "json").json
    counted = [one for span in spans for one in span["stats"] if one["count"]]
    assert counted == [{"eventType": "IDLE", "count": 1}, {"eventType": "DOWNLOADING", "count": 2}]
    head, *rows = ota("event", "stats", "--since", "1h").out.splitlines()
    assert head.split() == ["FROM", "IDLE", "DOWNLOADING", "DOWNLOADED", "UPDATING"]
    assert any(row.split()[2:] == ["1", "2", "0", "0"] for row in rows)
    assert ota("event", "stats", "--since", "2020-01-01", "--until", "2020-01-02", "-o", "json").json == []


def test_deploy_keeps_what_it_does_not_name(ota: Ota, upload: Callable[..., Any]) -> None:
    for package, version in [("main", "1"), ("modem", "1"), ("main", "2")]:
        upload(package, version)
    ota("cohort", "create", "field")
    result = ota("deploy", "field", "main@1", "modem@1", "--name", "both")
    assert "more than one package" in result.err
    assert len(ota("deployment", "list", "field", "-o", "json").json) == 1
    ota("deploy", "field", "main@2", "--keep")
    newest, oldest = ota("deployment", "list", "field").out.splitlines()[1:]
    assert "main@2" in newest
    assert "modem@1" in newest
    assert "yes" in newest
    assert "both" in oldest
    assert "yes" not in oldest
    shown = ota("deployment", "show", "field", "both").out.splitlines()
    assert [line.split()[:2] for line in shown[-2:]] == [["main", "1"], ["modem", "1"]]


def test_refused_deployments_exit_with_1_and_change_nothing(ota: Ota, upload: Callable[..., Any]) -> None:
    upload("main", "1")
    upload("main", "2")
    ota("cohort", "create", "field")
    assert "Error: " in ota("deploy", "field", "main@1", "main@2", code=1).err
    assert "'main@9'" in ota("deploy", "field", "main@9", code=1).err
    assert ota("deployment", "list", "field", "-o", "json").json == []


# ── Uploads ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_large_file_arrives_whole(ota: Ota, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(os.urandom(8 * 1024 * 1024 + 1))
    ota("artifact", "upload", str(file), "--version", "1.0.0")
    stored = Artifact.objects.get()
    assert stored.size == file.stat().st_size
    assert stored.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_key_refused_before_the_file_was_sent_is_reported_as_such(stranger: Ota, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(8 * 1024 * 1024))
    flags = ["--api-key", "not-a-key", "--project", "sensors"]
    assert "Error: " in stranger("artifact", "upload", str(file), "--version", "1", *flags, code=3).err


def test_refused_uploads_say_why(ota: Ota, upload: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "firmware.bin"
    file.write_bytes(b"")
    assert "Error: " in ota("artifact", "upload", str(file), "--version", "1", code=1).err
    file.write_bytes(b"firmware")
    assert "Error: " in ota("artifact", "upload", str(file), "--version", "a@b", code=1).err
    upload("main", "1")
    assert "artifact already exists" in ota("artifact", "upload", str(file), "--version", "1", code=1).err
    assert Artifact.objects.count() == 1


def test_the_version_can_come_from_the_image(ota: Ota, tmp_path: Path) -> None:
    file = tmp_path / "image.bin"
    file.write_bytes(struct.pack("<I16xBBHI", 0x96F3B83D, 1, 2, 3, 4) + b"code")
    ota("artifact", "upload", str(file), "--mcuboot")
    shown = ota("artifact", "show", "main@1.2.3+4", "-o", "json").json
    assert shown["binaryInfo"]["type"] == "mcuboot"
    file.write_bytes(b"plain")
    assert "no MCUboot image" in ota("artifact", "upload", str(file), "--mcuboot", code=1).err


def test_names_too_long_for_default_devices_are_warned_of(ota: Ota, upload: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "firmware.bin"
    file.write_bytes(b"firmware")
    arguments = ["artifact", "upload", str(file), "--package", "p" * 17, "--version", "v" * 17]
    warned = ota(*arguments).err
    assert "The package name ppppppppppppppppp is longer than 16" in warned
    assert "The version vvvvvvvvvvvvvvvvv is longer than 16" in warned
    assert ota("-q", "artifact", "upload", str(file), "--version", "v" * 18).err == ""


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_is_exactly_what_the_api_says(ota: Ota, api: httpx.Client, upload: Callable[..., Any]) -> None:
    upload("main", "1")
    ota("cohort", "create", "field")
    ota("device", "create", "pump", "--cohort", "field", "--hw-id", "serial-1")
    ota("credential", "add", "pump", "--identity", "pump", "--psk", "secret-key-1")
    ota("deploy", "field", "main@1")
    device = Device.objects.get().public_id
    cohort = Cohort.objects.get().public_id
    scope = "organizations/acme/projects/sensors"
    for command, where in {
        "project list": "projects",
        "package list": f"{scope}/packages",
        "artifact list": "projects/sensors/artifacts",
        "cohort list": f"{scope}/cohorts",
        "deployment list field": f"{scope}/cohorts/{cohort}/deployments",
        "device list": "projects/sensors/devices",
        "credential list pump --show-keys": f"projects/sensors/devices/{device}/credentials",
        "event list": f"{scope}/ota-events",
    }.items():
        assert ota(*command.split(), "-o", "json").json == api.get(where).json()["list"], command
    for command, where in {
        "cohort show field": f"{scope}/cohorts/{cohort}",
        "device show pump": f"projects/sensors/devices/{device}",
        "package show main": f"{scope}/packages/main",
    }.items():
        assert ota(*command.split(), "-o", "json").json == api.get(where).json()["data"], command


def test_lists_follow_paging_to_the_end(ota: Ota, project: Project, operator: Actor) -> None:
    with transaction.atomic():
        for number in range(203):
            create_device(project=project, name=f"device {number}", actor=operator)
    names = [device["name"] for device in ota("device", "list", "-o", "json").json]
    assert names == [f"device {number}" for number in reversed(range(203))]
    assert len(ota("device", "list", "--limit", "101", "-o", "json").json) == 101
    assert len(ota("device", "list").out.splitlines()) == 204


def test_devices_are_filtered(ota: Ota, project: Project, operator: Actor) -> None:
    tag = create_tag(project=project, name="north", actor=operator)
    create_device(project=project, name="tagged", actor=operator, tags=[tag])
    ota("device", "create", "other")
    ota("cohort", "create", "field")
    ota("cohort", "add", "field", "other")

    def names(*filters: str) -> list[str]:
        return [device["name"] for device in ota("device", "list", *filters, "-o", "json").json]

    assert names("--tag", tag.public_id) == ["tagged"]
    assert names("--cohort", "field") == names("--search", "oth") == ["other"]
    assert names("--enabled") == ["other", "tagged"]
    assert names("--disabled") == []
    assert "field" in ota("device", "list").out


def test_things_are_found_by_name_or_id(ota: Ota, upload: Callable[..., Any]) -> None:
    artifact = upload("main", "1")
    cohort = ota("cohort", "create", "field with blanks/ü", "-o", "json").json
    device = ota("device", "create", "Pump No. 1", "-o", "json").json
    for ref in (cohort["cohortId"], "field with blanks/ü"):
        assert ota("cohort", "show", ref, "-o", "json").json["cohortId"] == cohort["cohortId"]
    for ref in (device["id"], "Pump No. 1"):
        assert ota("device", "show", ref, "-o", "json").json["id"] == device["id"]
    for ref in (artifact["id"], "main@1"):
        assert ota("artifact", "show", ref, "-o", "json").json["id"] == artifact["id"]


MISSING = [
    "package show none",
    "artifact show none@1",
    "artifact show 0123456789abcdef01234567",
    "cohort show none",
    "cohort show 0123456789abcdef01234567",
    "deployment list none",
    "status none",
    "device show none",
    "device list --cohort none",
    "device list --tag none",
    "credential list none",
    "event list --device none",
    "deploy none main@1",
    "rollback none",
    "deployment diff none",
    "package update none --description x",
    "package note none@1 x",
    "artifact download none@1",
    "cohort rename none other",
    "cohort devices none",
    "cohort add none device",
    "cohort remove none",
    "device update none --enable",
    "device update none --add-tag none",
    "device delete none --yes",
    "tag show none",
    "tag delete 0123456789abcdef01234567 --yes",
    "blueprint show none",
    "certificate show 0123456789abcdef01234567",
    "event list --cohort none --follow",
]


def test_what_does_not_exist_exits_with_1(ota: Ota) -> None:
    for command in MISSING:
        result = ota(*command.split(), code=1)
        assert "Error: " in result.err, command
        assert result.out == "", command


# ── Moving, keys, deleting ──────────────────────────────────────────────────────────────────────────────────────


def test_keys_are_shown_only_when_asked_for(ota: Ota) -> None:
    ota("device", "create", "pump")
    added = ota("credential", "add", "pump", "-o", "json").json
    key = added["preSharedKey"]
    assert key not in ota("credential", "list", "pump").out
    assert key not in ota("credential", "list", "pump", "-o", "json").out
    assert key in ota("credential", "list", "pump", "--show-keys").out
    assert key not in ota("device", "show", "pump").out


def test_deleting_needs_a_yes(ota: Ota, upload: Callable[..., Any]) -> None:
    upload("main", "1")
    ota("cohort", "create", "field")
    ota("device", "create", "pump")
    credential = ota("credential", "add", "pump", "-o", "json").json["id"]
    commands = [
        ["credential", "delete", "pump", credential],
        ["device", "delete", "pump"],
        ["cohort", "delete", "field"],
        ["artifact", "delete", "main@1"],
        ["package", "delete", "main"],
    ]
    for command in commands:
        assert "--yes" in ota(*command, code=2).err
    assert Device.objects.count() == Artifact.objects.count() == 1
    for command in commands:
        ota(*command, "--yes")
    assert Device.objects.count() == Artifact.objects.count() == 0
    assert ota("cohort", "list", "-o", "json").json == ota("package", "list", "-o", "json").json == []


@pytest.mark.parametrize(("answer", "code", "left"), [("n", 1, 1), ("y", 0, 0)])
def test_on_a_terminal_the_question_is_asked(ota: Ota, answer: str, code: int, left: int) -> None:
    ota("device", "create", "pump")
    with on_terminal(ota, "device", "delete", "pump") as terminal:
        terminal.read_until("Delete pump?")
        terminal.type(f"{answer}\n")
        assert terminal.process.wait(timeout=30) == code
    assert Device.objects.count() == left


def test_on_a_terminal_a_bar_shows_how_far_a_file_is(ota: Ota, upload: Callable[..., Any]) -> None:
    upload("main", "1", bytes(3 * 1024 * 1024))
    with on_terminal(ota, "artifact", "download", "main@1") as terminal:
        assert "3.0/3.0 MiB" in terminal.read_until("Saved")
    with on_terminal(ota, "artifact", "upload", "main-1.bin", "--version", "2") as terminal:
        assert "3.0/3.0 MiB" in terminal.read_until("SHA-256")
