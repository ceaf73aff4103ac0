"""Uploading an artifact: base64 in JSON as published clients do, or a form with the file (contract/rest.md §3.5, §7).

Ours, beyond the contract: the bytes alone, with what is said about them in the query.

All are stored as they arrive. In JSON and forms the project stands in the body and may come after gigabytes of content,
so a caller who may upload nowhere is refused first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.api.artifacts import ArtifactOutput
from deployments.models import Artifact, Blueprint
from deployments.selectors import visible_blueprint
from deployments.services import ArtifactWriter, Blob, create_artifact, require_upload
from deployments.uploads import streamed_upload
from ota_console.api.base64_stream import read_upload
from ota_console.api.fields import Body, Text, checked
from ota_console.api.views import ApiView, data
from ota_console.core.actors import Actor
from ota_console.core.errors import Forbidden
from ota_console.tenancy.models import Project
from ota_console.tenancy.selectors import visible_project

_CHUNK = 256 * 1024


class ArtifactFields(Body):
    projectId = Text()
    package = Text(default="main")
    version = Text()
    blueprintId = Text(required=False, allow_null=True, allow_blank=True)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is said about the bytes, found and checked; they are made durable only when it is right."""

    project: Project
    package: str
    version: str
    blueprint: Blueprint | None
    actor: Actor

    @classmethod
    def of(cls, fields: Mapping[str, Any], actor: Actor) -> "_Claim":
        given = checked(ArtifactFields(data=fields))
        project = visible_project(given["projectId"], actor=actor)
        wanted = given.get("blueprintId")
        blueprint = visible_blueprint(project=project, blueprint_id=wanted, actor=actor) if wanted else None
        return cls(project, given["package"], given["version"], blueprint, actor)

    def require(self) -> None:
        require_upload(
            project=self.project,
            package=self.package,
            version=self.version,
            blueprint=self.blueprint,
            actor=self.actor,
        )

    def artifact(self, blob: Blob) -> Artifact:
        return create_artifact(
            project=self.project,
            blob=blob,
            package=self.package,
            version=self.version,
            blueprint=self.blueprint,
            actor=self.actor,
        )


class ArtifactUpload(ApiView):
    streams = True

    def post(self, request: Request) -> Response:
        _require_uploader(self.actor)
        media_type = request.content_type.partition(";")[0].strip().lower()
        if media_type not in _RECEIVERS:
            raise UnsupportedMediaType(media_type)
        return data(ArtifactOutput(_RECEIVERS[media_type](request._request, self.actor)))


def _receive_json(request: HttpRequest, actor: Actor) -> Artifact:
    with ArtifactWriter() as writer:
        fields = read_upload(iter(partial(request.read, _CHUNK), b""), writer.write)
        return _Claim.of(fields, actor).artifact(writer.finish())


def _receive_form(request: HttpRequest, actor: Actor) -> Artifact:
    with streamed_upload(request) as upload:
        claim = _Claim.of(request.POST.dict(), actor)
        return claim.artifact(upload.blob())


def _receive_bytes(request: HttpRequest, actor: Actor) -> Artifact:
    """What would be refused at the end is refused before anything is read."""
    claim = _Claim.of(request.GET.dict(), actor)
    claim.require()
    with ArtifactWriter() as writer:
        for chunk in iter(partial(request.read, _CHUNK), b""):
            writer.write(chunk)
        return claim.artifact(writer.finish())


_RECEIVERS = {
    "application/json": _receive_json,
    "multipart/form-data": _receive_form,
    "application/octet-stream": _receive_bytes,
}


def _require_uploader(actor: Actor) -> None:
    if not any(actor.can("artifacts.upload", project=pk) for pk in actor.project_ids):
        raise Forbidden("this key may upload nowhere; it needs the role operator")
