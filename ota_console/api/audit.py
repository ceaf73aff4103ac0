"""The trail of a project: one entry for every change, through whatever face it was made."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console.api.fields import Moment, Query, Text
from ota_console.api.views import ProjectView, many
from ota_console.tenancy.models import AuditEntry
from ota_console.tenancy.selectors import AuditFilter, audit_trail


class AuditOutput(serializers.Serializer[AuditEntry]):
    """`changes` maps fields to what was before and what is after, or is null."""

    actorKind = Text(source="actor_kind")
    actor = Text(source="actor_name")
    address = Text()
    action = Text()
    objectType = Text(source="object_type")
    objectId = Text(source="object_id")
    changes = serializers.DictField(allow_null=True)
    timestamp = Moment(source="at")


class AuditQuery(Query):
    """`limit` cuts to the newest; both times are inclusive, with an offset or Z."""

    actor = Text(required=False)
    action = Text(required=False)
    objectType = Text(required=False)
    objectId = Text(required=False)
    startTime = Moment(required=False)
    endTime = Moment(required=False)
    limit = serializers.IntegerField(default=100, min_value=1, max_value=1000)
    pageToken = Text(required=False)


class AuditList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(AuditQuery)
        where = AuditFilter(
            actor=query.get("actor"),
            action=query.get("action"),
            object_type=query.get("objectType"),
            object_id=query.get("objectId"),
            start=query.get("startTime"),
            end=query.get("endTime"),
        )
        found = audit_trail(
            project=self.project, actor=self.actor, where=where, limit=query["limit"], before=query.get("pageToken")
        )
        return Response({"list": many(found.entries, AuditOutput), "nextPageToken": found.older or ""})
