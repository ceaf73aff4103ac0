"""Artifacts: listed, read, deleted (contract/rest.md §3.5). How they come in: uploads.py."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Artifact
from deployments.selectors import visible_artifact
from deployments.services import delete_artifact
from ota_console.api.fields import Moment, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, listing


class ArtifactOutput(serializers.Serializer[Artifact]):
    """For artifacts read `with_names()`. `size` is text, as 64-bit numbers are in this API."""

    id = Text(source="public_id")
    package = Text(source="version.package.name")
    version = Text(source="version.label")
    blueprintId = serializers.SlugRelatedField[Any](source="blueprint", slug_field="public_id", read_only=True)
    size = serializers.CharField()
    binaryInfo = serializers.SerializerMethodField()
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="created_at")

    def get_binaryInfo(self, artifact: Artifact) -> dict[str, Any]:
        digest = {"digest": artifact.sha256, "size": artifact.size}
        return {"type": artifact.kind, "size": artifact.size, "digests": {"sha256": digest}}


class ArtifactQuery(Paging):
    package = Text(required=False, source="version__package__name")
    version = Text(required=False, source="version__label")
    blueprintId = Text(required=False, source="blueprint__public_id")
    ids = Texts(required=False, source="public_id__in")


class ArtifactList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(ArtifactQuery)
        wanted = {name: value for name, value in query.items() if name not in Paging().fields}
        artifacts = Artifact.objects.visible_to(self.actor).with_names().filter(project=self.project, **wanted)
        return listing(Page.of(artifacts, query), ArtifactOutput)


class ArtifactDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(ArtifactOutput(self._artifact(ids)))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_artifact(artifact=self._artifact(ids), actor=self.actor)
        return deleted()

    def _artifact(self, ids: dict[str, str]) -> Artifact:
        return visible_artifact(project=self.project, artifact_id=ids["artifact"], actor=self.actor)
