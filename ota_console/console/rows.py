"""Devices, their reports and events as rows of a table, on whatever page."""

from collections.abc import Iterable
from dataclasses import dataclass

from devices.models import Device, OtaEvent, PackageState
from devices.models.devices import DeviceQuerySet
from devices.vocabulary import (
    AWAITING_RETRY,
    DOWNLOADED,
    DOWNLOADING,
    FAILURES,
    IDLE,
    UPDATED,
    UPDATING,
    reason_text,
    state_name,
)
from ota_console.console.pages import Scope
from ota_console.console.states import DISABLED, NEVER_SEEN, OFFLINE, ONLINE, State
from ota_console.core.actors import Actor

PROGRESS_STATES = {
    "up_to_date": State("Up to date", "green", "circle-check"),
    "updating": State("Updating", "blue", "refresh"),
    "failed": State("Failed", "red", "alert-triangle"),
    "waiting": State("Waiting", "yellow", "clock"),
}
_REPORT_STATES = {
    IDLE: State("Idle", "grey", "circle-dashed"),
    DOWNLOADING: State("Downloading", "blue", "download"),
    DOWNLOADED: State("Downloaded", "blue", "file-upload"),
    UPDATING: State("Installing", "blue", "refresh"),
}
_FAILED = State("Failed", "red", "alert-triangle")
_RETRYING = State("Waiting to retry", "yellow", "hourglass")
_UPDATED = State("Updated", "green", "circle-check")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """`last` is its newest report, `progress` where it is with its deployment if the query asked for that."""

    device: Device
    presence: State
    reports: list[PackageState]
    last: PackageState | None
    last_state: State | None
    progress: State | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An OTA event in words; `device_name` is None when the device is gone."""

    event: OtaEvent
    state: State
    reason: str
    device_name: str | None


def project_devices(scope: Scope) -> DeviceQuerySet:
    """With everything that a table of them shows: one more query, however many rows."""
    devices = Device.objects.visible_to(scope.actor).filter(project=scope.project).with_online()
    return devices.select_related("cohort__active_deployment").prefetch_related("package_states")


def report_state(state: int, reason: int) -> State:
    """What a device said, as a state; numbers that we do not know keep their name in events."""
    if reason in FAILURES:
        return _FAILED
    if reason == AWAITING_RETRY:
        return _RETRYING
    if reason == UPDATED:
        return _UPDATED
    return _REPORT_STATES.get(state, State(state_name(state), "grey", "help-circle"))


def presence_of(device: Device) -> State:
    """For devices of a query `with_online()`."""
    if not device.enabled:
        return DISABLED
    if device.last_seen_at is None:
        return NEVER_SEEN
    return ONLINE if device.is_online else OFFLINE  # type: ignore[attr-defined]


def device_rows(devices: Iterable[Device]) -> list[DeviceRow]:
    """For devices of a query that began with `project_devices`."""
    return [_device_row(device) for device in devices]


def _device_row(device: Device) -> DeviceRow:
    reports = list(device.package_states.all())
    last = max(reports, key=lambda report: report.reported_at, default=None)
    return DeviceRow(
        device=device,
        presence=presence_of(device),
        reports=reports,
        last=last,
        last_state=report_state(last.state, last.reason) if last else None,
        progress=PROGRESS_STATES.get(getattr(device, "progress", "")),
    )


def event_rows(events: Iterable[OtaEvent], *, actor: Actor) -> list[EventRow]:
    """One query for the names of all devices."""
    events = list(events)
    devices = Device.objects.visible_to(actor).filter(public_id__in={event.device_id for event in events})
    names = dict(devices.values_list("public_id", "name"))
    return [
        EventRow(event, report_state(event.state, event.reason), reason_text(event.reason), names.get(event.device_id))
        for event in events
    ]
