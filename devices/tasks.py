"""Background work of devices: telling the gateways what moved, and keeping the change feed short."""

from datetime import timedelta

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.utils import timezone
from kombu.exceptions import OperationalError

from devices.models import Change
from devices.services import change_of
from ota_console.celery import app
from ota_console.core.events import Event

log = structlog.get_logger()

GATEWAYS = "gateways"  # the channel-layer group that every gateway process joins
CHANGES_KEPT = timedelta(days=1)


def announce_change(event: Event) -> None:
    """Start the fan-out of a committed event (settings.EVENT_SUBSCRIBERS). A hint: the gateways also reconcile."""
    notice = change_of(event)
    if notice is None:
        return
    try:
        fan_out.delay(notice.kind, list(notice.keys))
    except OperationalError as error:
        log.warning("broker_silent", kind=notice.kind, reason=str(error))


@app.task(expires=60)  # the gateways have reconciled long before
def fan_out(kind: str, keys: list[int]) -> None:
    """One message for all gateways, whatever the number of devices."""
    message = {"type": "gateway.change", "kind": kind, "keys": keys}
    async_to_sync(get_channel_layer().group_send)(GATEWAYS, message)


@app.task
def prune_changes() -> int:
    """Delete rows that every gateway has long seen."""
    deleted, _ = Change.objects.filter(at__lt=timezone.now() - CHANGES_KEPT).delete()
    return deleted
