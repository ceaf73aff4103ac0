"""What was delivered, counted by project and month."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.models import Device, Usage
from devices.selectors import monthly_usage
from devices.services import Delivered, Report, create_device, record_reports, record_usage
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def device(project: Project, operator: Actor) -> Device:
    return create_device(project=project, name="d", actor=operator)


def counted(project: Project, viewer: Actor) -> list[tuple[date, int, int]]:
    months = monthly_usage(project=project, actor=viewer)
    return [(month.month, month.bytes_delivered, month.devices_updated) for month in months]


def report(device: Device, *, reason: int = 1, package: str = "main", opens: bool = False) -> Report:
    return Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id=None,
        deployment_id=None,
        package=package,
        state=0,
        reason=reason,
        version="1.0.0",
        target="",
        received_at=NOON,
        opens_session=opens,
    )


def test_amounts_are_added_up_in_one_statement(project: Project, foreign_project: Project, viewer: Actor) -> None:
    record_usage({project.pk: Delivered(bytes=5, updates=1)})
    with CaptureQueriesContext(connection) as queries:
        record_usage({foreign_project.pk: Delivered(bytes=7), project.pk: Delivered(bytes=2**40)})
    assert len(queries) == 1
    assert counted(project, viewer) == [(date(2026, 3, 1), 5 + 2**40, 1)]
    assert Usage.objects.count() == 2


def test_every_month_is_counted_for_itself(project: Project, viewer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    record_usage({project.pk: Delivered(bytes=1)})
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 4, 1, tzinfo=UTC))
    record_usage({project.pk: Delivered(bytes=2)})
    assert counted(project, viewer) == [(date(2026, 3, 1), 1, 0), (date(2026, 4, 1), 2, 0)]


def test_nothing_to_add_asks_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        record_usage({})
    assert len(queries) == 0


def test_an_update_is_counted_when_it_is_reported_as_done(project: Project, device: Device, viewer: Actor) -> None:
    record_reports([report(device, reason=reason) for reason in (0, 5, 11)])
    assert counted(project, viewer) == []
    record_reports([report(device), report(device, package="modem"), report(device, reason=0)])
    assert counted(project, viewer) == [(date(2026, 3, 1), 0, 2)]


def test_the_same_report_again_is_not_a_second_update(project: Project, device: Device, viewer: Actor) -> None:
    record_reports([report(device)])
    record_reports([report(device, opens=True)])
    assert counted(project, viewer) == [(date(2026, 3, 1), 0, 1)]
