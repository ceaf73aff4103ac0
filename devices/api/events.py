"""The OTA event log (contract/rest.md §3.8)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import OtaEvent
from devices.selectors import EventFilter, ota_events
from devices.vocabulary import reason_text, state_name
from ota_console.api.fields import Moment, Query, Text
from ota_console.api.views import ProjectView, many

_LEAST, _MOST = -(2**63), 2**63 - 1  # what devices may report and we store


class OtaEventOutput(serializers.Serializer[OtaEvent]):
    deviceId = Text(source="device_id")
    packageId = Text(source="package")
    eventType = serializers.SerializerMethodField()
    status = serializers.IntegerField(source="reason")
    message = serializers.SerializerMethodField()
    currentVersion = Text(source="version")
    targetVersion = Text(source="target")
    timestamp = Moment(source="received_at")

    def get_eventType(self, event: OtaEvent) -> str:
        return state_name(event.state)

    def get_message(self, event: OtaEvent) -> str:
        return reason_text(event.reason)


class OtaEventFilters(Query):
    """Both times are inclusive, with an offset or Z."""

    deviceId = Text(required=False)
    cohortId = Text(required=False)
    packageId = Text(required=False)
    eventType = Text(required=False)
    status = serializers.IntegerField(required=False, min_value=_LEAST, max_value=_MOST)
    startTime = Moment(required=False)
    endTime = Moment(required=False)


class OtaEventQuery(OtaEventFilters):
    """`limit` cuts to the newest."""

    limit = serializers.IntegerField(default=100, min_value=1, max_value=1000)
    pageToken = Text(required=False)


def event_filter(query: Mapping[str, Any]) -> EventFilter:
    """Of a query read as OtaEventFilters."""
    return EventFilter(
        device_id=query.get("deviceId"),
        cohort_id=query.get("cohortId"),
        package=query.get("packageId"),
        event_type=query.get("eventType"),
        reason=query.get("status"),
        start=query.get("startTime"),
        end=query.get("endTime"),
    )


class OtaEventList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(OtaEventQuery)
        found = ota_events(
            project=self.project,
            actor=self.actor,
            where=event_filter(query),
            limit=query["limit"],
            before=query.get("pageToken"),
        )
        listed = many(found.events, OtaEventOutput)
        return Response({"list": listed, "nextPageToken": found.older or "", "prevPageToken": ""})
