"""The event log as it grows, oldest first: what a stream sends.

Followed by primary key, not by time: an event may be received early and stored late, while the database is busy. Keys
are handed out when a row is written and become visible at its commit, so a reader that takes the newest key at once may
pass over one that is still on its way: give `upto` a key that was the newest a second ago.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.models import OtaEvent
from devices.models.reports import OtaEventQuerySet
from devices.selectors.ota_events import EventFilter, event_condition, place_of
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project

#: Keys and times of reception run apart by no more than this many events.
_APART = 10_000


@dataclass(frozen=True, slots=True)
class EventFeed:
    project: Project
    actor: Actor
    where: EventFilter

    def place(self, last_token: str) -> int:
        """The key to start after: that of a token, of what the filter starts with, or the newest there is.

        Raise Invalid, field `Last-Event-ID`, for a token we did not give.
        """
        if last_token:
            return place_of(last_token, field="Last-Event-ID")[1]
        if self.where.start is None:
            return self.newest()
        since = self._events().filter(received_at__gte=self.where.start).order_by("received_at", "pk")
        first = since.values_list("pk", flat=True).first()
        return self.newest() if first is None else first - _APART

    def newest(self) -> int:
        """The highest key so far, of any project; 0 before the first event."""
        return OtaEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def read(self, *, after: int, upto: int, limit: int) -> Sequence[OtaEvent]:
        """Oldest first, those that the filter asks for. Raise Invalid for a filter that cannot be."""
        events = self._events().filter(event_condition(self.where), pk__gt=after, pk__lte=upto)
        return list(events.order_by("pk")[:limit])

    def _events(self) -> OtaEventQuerySet:
        return OtaEvent.objects.visible_to(self.actor).filter(project_id=self.project.pk)
