"""Uploading an artifact: base64 in JSON as published clients do, or a form with the file (contract/rest.md §3.5, §7).

Both are stored as they arrive. The project stands in the body and may come after gigabytes of content, so a caller who
may upload nowhere is refused first.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.api.artifacts import ArtifactOutput
from deployments.models import Artifact
from deployments.selectors import visible_blueprint
from deployments.services import ArtifactWriter, Blob, create_artifact
from deployments.uploads import streamed_upload
from ota_console.api.base64_stream import read_upload
from ota_console.api.fields import Body, Text, checked
from ota_console.api.views import ApiView, data
from ota_console.core.actors import Actor
from ota_console.core.errors import Forbidden
from ota_console.tenancy.selectors import visible_project

_CHUNK = 256 * 1024


class ArtifactFields(Body):
    projectId = Text()
    package = Text(default="main")
    version = Text()
    blueprintId = Text(required=False, allow_null=True, allow_blank=True)


class ArtifactUpload(ApiView):
    def post(self, request: Request) -> Response:
        _require_uploader(self.actor)
        media_type = request.content_type.partition(";")[0].strip().lower()
        if media_type not in _RECEIVERS:
            raise UnsupportedMediaType(media_type)
        return data(ArtifactOutput(_RECEIVERS[media_type](request._request, self.actor)))


def _receive_json(request: HttpRequest, actor: Actor) -> Artifact:
    with ArtifactWriter() as writer:
        fields = read_upload(iter(partial(request.read, _CHUNK), b""), writer.write)
        return _claim(fields, writer.finish, actor)


def _receive_form(request: HttpRequest, actor: Actor) -> Artifact:
    with streamed_upload(request) as upload:
        return _claim(request.POST.dict(), upload.blob, actor)


_RECEIVERS = {"application/json": _receive_json, "multipart/form-data": _receive_form}


def _claim(fields: Mapping[str, Any], finish: Callable[[], Blob], actor: Actor) -> Artifact:
    """The bytes are made durable only when what is said about them is right."""
    given = checked(ArtifactFields(data=fields))
    project = visible_project(given["projectId"], actor=actor)
    wanted = given.get("blueprintId")
    blueprint = visible_blueprint(project=project, blueprint_id=wanted, actor=actor) if wanted else None
    return create_artifact(
        project=project,
        blob=finish(),
        package=given["package"],
        version=given["version"],
        blueprint=blueprint,
        actor=actor,
    )


def _require_uploader(actor: Actor) -> None:
    if not any(actor.can("artifacts.upload", project=pk) for pk in actor.project_ids):
        raise Forbidden("this key may upload nowhere; it needs the role operator")
