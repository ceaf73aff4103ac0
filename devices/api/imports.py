"""Many devices from a file. Ours, beyond the contract."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from devices.api.import_formats import READERS, read_rows
from devices.services import Import, RowError, import_devices
from ota_console.api.errors import GRPC
from ota_console.api.fields import Query, Text
from ota_console.api.large import large_body
from ota_console.api.views import ProjectView, data, many
from ota_console.core.errors import Invalid

MOST_ERRORS = 1_000  # told at once


class ImportQuery(Query):
    dryRun = serializers.BooleanField(default=False)


class RowErrorOutput(serializers.Serializer[RowError]):
    line = serializers.IntegerField()
    field = Text()
    message = Text()


class ImportOutput(serializers.Serializer[Import]):
    """Of a dry run, `created` is what would be created; nothing is while there are errors."""

    created = serializers.IntegerField()
    dryRun = serializers.SerializerMethodField()
    errors = RowErrorOutput(many=True)  # type: ignore[assignment] # fields leave the class: no clash

    def get_dryRun(self, done: Import) -> bool:
        return bool(self.context["dry_run"])


class DeviceImport(ProjectView):
    def post(self, request: Request, **ids: Any) -> Response:
        """All or nothing. Errors are told line by line: of a dry run in the reply, else in `details` of the refusal."""
        dry_run = self.query(ImportQuery)["dryRun"]
        done = self._done(request, dry_run)
        if done.errors and not dry_run:
            return _refused(done.errors)
        return data(ImportOutput(done, context={"dry_run": dry_run}))

    def _done(self, request: Request, dry_run: bool) -> Import:
        """What can be read is checked even when some lines cannot: all errors are told together."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        if media_type not in READERS:
            raise UnsupportedMediaType(media_type)
        rows, unread = read_rows(media_type, large_body(request))
        if not rows and not unread:
            raise Invalid("the body holds no devices")
        found = import_devices(project=self.project, rows=rows, actor=self.actor, dry_run=dry_run or bool(unread))
        errors = sorted([*unread, *found.errors], key=lambda error: error.line)[:MOST_ERRORS]
        return Import(0 if errors else found.created, errors)


def _refused(errors: Sequence[RowError]) -> Response:
    first = errors[0]
    message = f"nothing was imported; the first error is in line {first.line}: {first.field}: {first.message}"
    body = {"code": GRPC[400], "message": message, "details": many(errors, RowErrorOutput)}
    return Response(body, status=400)
