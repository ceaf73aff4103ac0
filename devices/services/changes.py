"""Which events the gateways must hear of, and the durable row that each leaves."""

from dataclasses import dataclass

from deployments.events import CohortDeleted, DeploymentStarted
from devices.events import CredentialDeleted, DeviceDeleted, DeviceMoved, DevicesMoved, DeviceUpdated
from devices.models import Change
from ota_console.core.events import Event


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """`kind` is "cohort" or "device"; `keys` are primary keys."""

    kind: str
    keys: tuple[int, ...]


def change_of(event: Event) -> ChangeNotice | None:
    """What a gateway must look at again after this event, or None."""
    if isinstance(event, DeploymentStarted | CohortDeleted):
        return ChangeNotice(Change.COHORT, (event.cohort_pk,))
    if isinstance(event, DeviceMoved | DeviceDeleted | CredentialDeleted):
        return ChangeNotice(Change.DEVICE, (event.device_pk,))
    if isinstance(event, DevicesMoved):
        return ChangeNotice(Change.DEVICE, event.device_pks)
    if isinstance(event, DeviceUpdated) and "enabled" in (event.changes or {}):
        return ChangeNotice(Change.DEVICE, (event.device_pk,))
    return None


def record_change(event: Event) -> None:
    """Write the row in the event's transaction (settings.EVENT_RECORDERS)."""
    notice = change_of(event)
    if notice is not None:
        Change.objects.create(kind=notice.kind, keys=list(notice.keys))
