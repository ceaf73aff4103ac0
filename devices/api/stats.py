"""OTA events counted over time (contract/rest.md §3.8)."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.selectors import EventCounts, EventFilter, event_counts
from devices.vocabulary import state_name
from ota_console.api.fields import Moment, Query, Text
from ota_console.api.views import ProjectView, many
from ota_console.core.errors import Invalid

USUAL_SPAN = timedelta(days=1)


class StateCountOutput(serializers.Serializer[Any]):
    eventType = serializers.CharField()
    count = serializers.IntegerField()


class EventCountsOutput(serializers.Serializer[EventCounts]):
    """`duration` is in seconds."""

    timestamp = Moment(source="start")
    duration = serializers.SerializerMethodField()
    stats = serializers.SerializerMethodField()

    def get_duration(self, counts: EventCounts) -> int:
        return int(counts.duration.total_seconds())

    def get_stats(self, counts: EventCounts) -> list[dict[str, Any]]:
        return [{"eventType": state_name(state), "count": number} for state, number in counts.by_state]


class StatsSpan(serializers.Serializer[Any]):
    """The envelope's times."""

    startTime = Moment()
    endTime = Moment()


class StatsQuery(Query):
    """The last 24 hours when no time is given; both times are inclusive."""

    deviceId = Text(required=False)
    cohortId = Text(required=False)
    startTime = Moment(required=False)
    endTime = Moment(required=False)
    limit = serializers.IntegerField(default=100, min_value=1, max_value=1000)


class OtaEventStats(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        """How many events of each type there were in each minute (of up to 2 hours), hour (4 days) or day."""
        query = self.query(StatsQuery)
        end = query.get("endTime") or timezone.now()
        start = query.get("startTime") or end - USUAL_SPAN
        if start > end:
            raise Invalid("startTime: must not be later than endTime", field="startTime")
        where = EventFilter(device_id=query.get("deviceId"), cohort_id=query.get("cohortId"))
        counted = event_counts(
            project=self.project, actor=self.actor, where=where, start=start, end=end, limit=query["limit"]
        )
        span = StatsSpan({"startTime": start, "endTime": end}).data
        return Response({"list": many(counted, EventCountsOutput), **span})
