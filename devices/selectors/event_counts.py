"""OTA events counted over time (contract/rest.md §3.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDay, TruncHour, TruncMinute

from devices.models import OtaEvent
from devices.selectors.ota_events import EventFilter, event_condition
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_TRUNCATED = {MINUTE: TruncMinute, HOUR: TruncHour, DAY: TruncDay}


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many events of each state there were in one minute, hour or day that begins at `start`."""

    start: datetime
    duration: timedelta
    by_state: Sequence[tuple[int, int]]


def event_counts(
    *, project: Project, actor: Actor, where: EventFilter, start: datetime, end: datetime, limit: int
) -> list[EventCounts]:
    """Newest first, the newest `limit` of those that saw events. Their length follows from how long the whole is."""
    duration = _resolution(end - start)
    events = OtaEvent.objects.visible_to(actor).filter(project_id=project.pk).filter(event_condition(where))
    counted = (
        events.filter(received_at__gte=start, received_at__lte=end)
        .annotate(moment=_TRUNCATED[duration]("received_at"))
        .values("moment", "state")
        .annotate(number=Count("pk"))
        .order_by("-moment", "state")
    )
    found: dict[datetime, list[tuple[int, int]]] = {}
    for moment, state, number in counted.values_list("moment", "state", "number"):
        found.setdefault(moment, []).append((state, number))
    return [EventCounts(moment, duration, states) for moment, states in list(found.items())[:limit]]


def _resolution(whole: timedelta) -> timedelta:
    if whole <= 2 * HOUR:
        return MINUTE
    return HOUR if whole <= 4 * DAY else DAY
