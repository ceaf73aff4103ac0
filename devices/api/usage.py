"""What was delivered, month by month. Ours, beyond the contract."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Usage
from devices.selectors import monthly_usage
from ota_console.api.fields import Query
from ota_console.api.views import ProjectView, many

_MONTH = "%Y-%m"


class UsageOutput(serializers.Serializer[Usage]):
    """`bytesDelivered` counts artifact bytes sent to devices; `devicesUpdated` updates reported as done."""

    month = serializers.DateField(format=_MONTH)
    bytesDelivered = serializers.CharField(source="bytes_delivered")
    devicesUpdated = serializers.IntegerField(source="devices_updated")


class UsageQuery(Query):
    """Months such as 2026-01, both inclusive."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python."""
        return {name: serializers.DateField(required=False, input_formats=[_MONTH]) for name in ("from", "to")}


class UsageList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(UsageQuery)
        months = monthly_usage(project=self.project, actor=self.actor, start=query.get("from"), end=query.get("to"))
        return Response({"list": many(months, UsageOutput)})
