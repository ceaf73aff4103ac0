"""The event log, newest first, filtered as contract/rest.md §3.8 says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from devices.models import OtaEvent
from devices.vocabulary import STATE_NAMES
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid
from ota_console.tenancy.models import Project


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Unset fields do not filter; zero is a reason like any other. Both times are inclusive."""

    device_id: str | None = None
    cohort_id: str | None = None
    deployment_id: str | None = None
    package: str | None = None
    event_type: str | None = None
    reason: int | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """`older` is the token of the next page, or None at the end."""

    events: Sequence[OtaEvent]
    older: str | None


def ota_events(
    *, project: Project, actor: Actor, where: EventFilter, limit: int, before: str | None = None
) -> EventPage:
    """The newest `limit` events, or those older than the token `before`. Raise Invalid for a token we did not give."""
    events = OtaEvent.objects.visible_to(actor).filter(project_id=project.pk).filter(event_condition(where))
    if before is not None:
        events = events.filter(_older_than(before))
    rows = list(events[: limit + 1])
    older = event_token(rows[limit - 1]) if len(rows) > limit else None
    return EventPage(events=rows[:limit], older=older)


def event_condition(where: EventFilter) -> Q:
    """Raise Invalid, field `eventType`, for a name that is none."""
    wanted = {
        "device_id": where.device_id,
        "cohort_id": where.cohort_id,
        "deployment_id": where.deployment_id,
        "package": where.package,
        "reason": where.reason,
        "received_at__gte": where.start,
        "received_at__lte": where.end,
        "state": None if where.event_type is None else _state(where.event_type),
    }
    return Q(**{field: value for field, value in wanted.items() if value is not None})


def _state(event_type: str) -> int:
    for number, name in STATE_NAMES.items():
        if name == event_type:
            return number
    raise Invalid(f"eventType: one of {', '.join(STATE_NAMES.values())}", field="eventType")


def event_token(event: OtaEvent) -> str:
    """The place of an event in the log."""
    return f"{event.received_at.isoformat()}~{event.pk}"


def place_of(token: str, *, field: str) -> tuple[datetime, int]:
    """When the event of a token was received, and its primary key. Raise Invalid for a token we did not give."""
    try:
        moment, pk = token.split("~")
        return datetime.fromisoformat(moment).astimezone(UTC), int(pk)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{field}: not a token of this list", field=field) from error


def _older_than(token: str) -> Q:
    moment, pk = place_of(token, field="pageToken")
    return Q(received_at__lt=moment) | Q(received_at=moment, pk__lt=pk)
