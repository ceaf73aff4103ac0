"""When devices were connected and last seen: noted by the gateways in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from devices.models import Device


@dataclass(frozen=True, slots=True)
class Presence:
    """What changed for one device since the last batch; None leaves the stored moment."""

    device_pk: int
    last_seen_at: datetime
    connected_at: datetime | None
    disconnected_at: datetime | None
    address: str


@transaction.atomic
def record_presence(batch: Sequence[Presence]) -> None:
    """One read and one statement, however many devices; those deleted meanwhile are passed over."""
    by_pk = {presence.device_pk: presence for presence in batch}
    devices = list(
        Device.objects.select_for_update(no_key=True)
        .filter(pk__in=by_pk)
        .order_by("pk")
        .only("last_seen_at", "connected_at", "disconnected_at", "address")
    )
    for device in devices:
        presence = by_pk[device.pk]
        device.last_seen_at = presence.last_seen_at
        device.connected_at = presence.connected_at or device.connected_at
        device.disconnected_at = presence.disconnected_at or device.disconnected_at
        device.address = presence.address
    Device.objects.bulk_update(devices, ["last_seen_at", "connected_at", "disconnected_at", "address"], batch_size=500)
