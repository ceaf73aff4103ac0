"""The older view of OTA events (contract/rest.md §3.14)."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import OtaEvent
from devices.vocabulary import STATE_NAMES, reason_text, state_name
from ota_console.api.fields import Moment, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, listing
from ota_console.core.errors import Invalid

_LEAST, _MOST = -(2**63), 2**63 - 1  # what devices may report and we store


class FirmwareLogOutput(serializers.Serializer[OtaEvent]):
    """Every value is text."""

    time = Moment(source="received_at")
    deviceId = Text(source="device_id")
    package = Text()
    version = Text()
    target = Text()
    state = serializers.SerializerMethodField()
    stateCode = serializers.CharField(source="state")
    reason = serializers.SerializerMethodField()
    reasonCode = serializers.CharField(source="reason")

    def get_state(self, event: OtaEvent) -> str:
        return state_name(event.state)

    def get_reason(self, event: OtaEvent) -> str:
        return reason_text(event.reason)


class FirmwareLogQuery(Paging):
    """`state` is a name or its number, `reason` a number; both times are inclusive."""

    perPage = serializers.IntegerField(default=100, min_value=1, max_value=500)
    version = Text(required=False)
    target = Text(required=False)
    state = Text(required=False)
    reason = serializers.IntegerField(required=False, min_value=_LEAST, max_value=_MOST)
    deviceId = Texts(required=False)
    start = Moment(required=False)
    end = Moment(required=False)


class FirmwareLogList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(FirmwareLogQuery)
        events = OtaEvent.objects.visible_to(self.actor).filter(project_id=self.project.pk).filter(_condition(query))
        return listing(Page.of(events, query), FirmwareLogOutput)


_LOOKUPS = {
    "version": "version",
    "target": "target",
    "reason": "reason",
    "deviceId": "device_id__in",
    "start": "received_at__gte",
    "end": "received_at__lte",
}


def _condition(query: dict[str, Any]) -> Q:
    wanted = {lookup: query[name] for name, lookup in _LOOKUPS.items() if name in query}
    if "state" in query:
        wanted["state"] = _state(query["state"])
    return Q(**wanted)


def _state(text: str) -> int:
    for number, name in STATE_NAMES.items():
        if text in (name, str(number)):
            return number
    raise Invalid(f"state: one of {', '.join(STATE_NAMES.values())}", field="state")
