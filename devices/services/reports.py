"""Reports of devices: stored with their OTA events, many in one commit, each acknowledged only after it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DataError, InterfaceError, OperationalError, transaction

from devices.models import Device, OtaEvent, PackageState
from devices.services.usage import Delivered, record_usage
from devices.vocabulary import UPDATED
from ota_console.core.errors import DomainError, Invalid, Unavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Report:
    """One state report (contract/coap.md §7) with what the gateway knows about its sender.

    `opens_session` marks the first report about this package in a session: when it equals the last one stored, the
    device repeats what it never saw acknowledged, and it is the same report.
    """

    device_pk: int
    device_id: str
    project_pk: int
    cohort_id: str | None
    deployment_id: str | None
    package: str
    state: int
    reason: int
    version: str
    target: str
    received_at: datetime
    opens_session: bool

    @property
    def key(self) -> tuple[int, str]:
        return self.device_pk, self.package

    @property
    def content(self) -> tuple[int, int, str, str]:
        return self.state, self.reason, self.version, self.target


def record_reports(batch: Sequence[Report]) -> list[DomainError | None]:
    """Store all in one transaction, or each alone when that fails. Per report: None when committed, else its error.

    Raise Unavailable when the database does not answer: nothing is stored then, and the devices will try again.
    """
    try:
        _store(batch)
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("the database does not answer") from error
    except Exception as error:  # noqa: BLE001 - one bad report must not take the others with it
        if len(batch) == 1:
            return [_refusal(error)]
        return [_record_alone(report) for report in batch]
    return [None] * len(batch)


def _record_alone(report: Report) -> DomainError | None:
    """What others of the batch have stored stays stored, so even a database that goes away is its own error."""
    try:
        return record_reports([report])[0]
    except Unavailable as error:
        return error


@transaction.atomic
def _store(batch: Sequence[Report]) -> None:
    existing = _lock_devices(batch)
    last = _last_reports(batch)
    reports = [report for report in batch if report.device_pk in existing]
    new = [report for report in reports if not _is_repeated(report, last)]
    OtaEvent.objects.bulk_create(_event(report) for report in new)
    latest = {report.key: report for report in new}
    PackageState.objects.bulk_create(
        (_state(report) for report in latest.values()),
        update_conflicts=True,
        unique_fields=["device", "package"],
        update_fields=["state", "reason", "version", "target", "reported_at"],
    )
    _touch(reports)
    _count_updates(new)


def _lock_devices(batch: Sequence[Report]) -> set[int]:
    """Those that still exist, kept from deletion until the commit; in order, so that batches do not deadlock."""
    pks = {report.device_pk for report in batch}
    rows = Device.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def _last_reports(batch: Sequence[Report]) -> dict[tuple[int, str], tuple[int, int, str, str]]:
    opening = {report.key for report in batch if report.opens_session}
    if not opening:
        return {}
    rows = PackageState.objects.filter(
        device__in={device for device, _ in opening}, package__in={package for _, package in opening}
    )
    values = rows.values_list("device", "package", "state", "reason", "version", "target")
    return {(device, package): tuple(content) for device, package, *content in values}  # type: ignore[misc]


def _is_repeated(report: Report, last: dict[tuple[int, str], tuple[int, int, str, str]]) -> bool:
    """Also notes the report as the last one, for those that follow in the same batch."""
    is_same = report.opens_session and last.get(report.key) == report.content
    last[report.key] = report.content
    return is_same


def _touch(reports: Sequence[Report]) -> None:
    if reports:
        at = max(report.received_at for report in reports)
        Device.objects.filter(pk__in={report.device_pk for report in reports}).update(last_report_at=at)


def _count_updates(new: Sequence[Report]) -> None:
    """Last in the transaction: the project's row stays locked until its commit."""
    updates = Counter(report.project_pk for report in new if report.reason == UPDATED)
    record_usage({pk: Delivered(updates=number) for pk, number in updates.items()})


def _event(report: Report) -> OtaEvent:
    return OtaEvent(
        project_id=report.project_pk,
        device_id=report.device_id,
        cohort_id=report.cohort_id or "",
        deployment_id=report.deployment_id or "",
        package=report.package,
        state=report.state,
        reason=report.reason,
        version=report.version,
        target=report.target,
        received_at=report.received_at,
    )


def _state(report: Report) -> PackageState:
    return PackageState(
        device_id=report.device_pk,
        package=report.package,
        state=report.state,
        reason=report.reason,
        version=report.version,
        target=report.target,
        reported_at=report.received_at,
    )


def _refusal(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, DataError | OverflowError | ValueError):
        return Invalid("the report holds a value that cannot be stored")
    log.error("report_failed", exc_info=error)
    return Unavailable("the report could not be stored")
