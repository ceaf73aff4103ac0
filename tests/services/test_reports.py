"""Reports: stored once, together with their OTA events, in whatever batches they come."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.models import Artifact, Cohort
from deployments.services import start_deployment
from devices.models import Device, OtaEvent, PackageState
from devices.selectors import EventFilter, Progress, deployment_progress, ota_events
from devices.services import Report, create_device, delete_device, record_reports
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid
from ota_console.tenancy.models import Project

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
Upload = Callable[..., Artifact]


@pytest.fixture
def device(project: Project, operator: Actor) -> Device:
    return create_device(project=project, name="d", actor=operator)


def report(device: Device, *, seconds: int = 0, opens: bool = False, **more: object) -> Report:
    first = Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id=None,
        deployment_id=None,
        package="main",
        state=0,
        reason=0,
        version="1.0.0",
        target="",
        received_at=NOW + timedelta(seconds=seconds),
        opens_session=opens,
    )
    return dataclasses.replace(first, **more)  # type: ignore[arg-type]


def test_a_report_is_an_event_and_the_last_word_about_its_package(device: Device) -> None:
    outcomes = record_reports([report(device), report(device, seconds=1, state=1, target="2.0.0")])
    assert outcomes == [None, None]
    assert list(OtaEvent.objects.values_list("state", flat=True)) == [1, 0]
    state = PackageState.objects.get()
    assert (state.state, state.target, state.version) == (1, "2.0.0", "1.0.0")
    device.refresh_from_db()
    assert device.last_report_at == NOW + timedelta(seconds=1)


def test_the_first_report_of_a_session_that_repeats_the_last_one_is_the_same_report(device: Device) -> None:
    record_reports([report(device, state=2)])
    record_reports([report(device, state=2, opens=True, seconds=1)])
    assert OtaEvent.objects.count() == 1
    record_reports([report(device, state=2, seconds=2)])
    record_reports([report(device, state=3, opens=True, seconds=3)])
    assert OtaEvent.objects.count() == 3


def test_a_repetition_is_recognised_within_one_batch(device: Device) -> None:
    record_reports([report(device, state=2), report(device, state=2, opens=True, seconds=1)])
    assert OtaEvent.objects.count() == 1


def test_one_report_that_cannot_be_stored_does_not_take_the_others_with_it(device: Device) -> None:
    outcomes = record_reports([report(device), _unstorable(report(device)), report(device, seconds=1, state=1)])
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Invalid)
    assert outcomes[2] is None
    assert OtaEvent.objects.count() == 2


def _unstorable(report: Report) -> Report:
    """SQLite has no room for the number, PostgreSQL none for the character."""
    if connection.vendor == "sqlite":
        return dataclasses.replace(report, state=2**70)
    return dataclasses.replace(report, version="\0")


def test_a_report_of_a_deleted_device_is_dropped(device: Device, operator: Actor) -> None:
    late = report(device)
    delete_device(device=device, actor=operator)
    assert record_reports([late]) == [None]
    assert not PackageState.objects.exists()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 11), st.booleans()), max_size=20), st.integers(1, 7))
def test_batches_of_any_size_store_what_single_reports_store(
    device: Device, contents: list[tuple[int, int, bool]], size: int
) -> None:
    PackageState.objects.all().delete()
    OtaEvent.objects.all().delete()
    reports = [
        report(device, state=state, reason=reason, opens=opens, seconds=at)
        for at, (state, reason, opens) in enumerate(contents)
    ]
    for start in range(0, len(reports), size):
        record_reports(reports[start : start + size])
    stored = list(OtaEvent.objects.order_by("pk").values_list("state", "reason"))
    assert stored == _expected(contents)


def _expected(contents: list[tuple[int, int, bool]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for state, reason, opens in contents:
        if not (opens and kept and kept[-1] == (state, reason)):
            kept.append((state, reason))
    return kept


def test_events_page_backwards_without_gap_or_repetition(device: Device, project: Project, viewer: Actor) -> None:
    record_reports([report(device, reason=number % 12, seconds=number // 3) for number in range(25)])
    seen, before = [], None
    while True:
        page = ota_events(project=project, actor=viewer, where=EventFilter(), limit=4, before=before)
        seen += [event.pk for event in page.events]
        before = page.older
        if before is None:
            break
    assert seen == list(OtaEvent.objects.values_list("pk", flat=True))
    assert len(seen) == 25


def test_reason_zero_filters_on_zero(device: Device, project: Project, viewer: Actor) -> None:
    record_reports([report(device, reason=number, seconds=number) for number in range(3)])
    page = ota_events(project=project, actor=viewer, where=EventFilter(reason=0), limit=10)
    assert [event.reason for event in page.events] == [0]


def test_progress_is_judged_by_what_devices_reported(
    upload: Upload, cohort: Cohort, project: Project, operator: Actor, viewer: Actor
) -> None:
    devices = [create_device(project=project, name=name, cohort=cohort, actor=operator) for name in "abcdef"]
    bundle = [upload("main", "2.0.0"), upload("modem", "7")]
    deployment = start_deployment(cohort=cohort, artifacts=bundle, actor=operator)
    later = deployment.created_at + timedelta(seconds=5)
    finished, half, busy, broken, backing_off, _ = devices
    record_reports(
        [
            report(finished, version="2.0.0", received_at=later),
            report(finished, package="modem", version="7", received_at=later),
            report(half, version="2.0.0", received_at=later),
            report(busy, state=1, target="2.0.0", received_at=later),
            report(broken, state=1, reason=5, target="2.0.0", received_at=later),
            report(backing_off, state=0, reason=11, received_at=later),
        ]
    )
    assert deployment_progress(deployment, actor=viewer) == Progress(up_to_date=1, updating=1, failed=2, waiting=2)
