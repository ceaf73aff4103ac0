"""Versions of a package: listed with their artifacts, noted on. Ours, beyond the contract."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Artifact, Package, Version
from deployments.selectors import visible_package, visible_version
from deployments.services import note_version
from ota_console.api.fields import Body, Moment, Text
from ota_console.api.views import Page, Paging, ProjectView, data, listing


class VersionArtifactOutput(serializers.Serializer[Artifact]):
    id = Text(source="public_id")
    blueprintId = serializers.SlugRelatedField[Any](source="blueprint", slug_field="public_id", read_only=True)
    size = serializers.CharField()
    sha256 = Text()
    type = Text(source="kind")


class VersionOutput(serializers.Serializer[Version]):
    """For versions read `with_artifacts()`: one without a blueprint, or one per blueprint."""

    version = Text(source="label")
    note = Text()
    createdBy = Text(source="created_by")
    createdAt = Moment(source="created_at")
    artifacts = VersionArtifactOutput(many=True)


class NoteBody(Body):
    note = Text(allow_blank=True)


class _PackageView(ProjectView):
    package: Package

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.package = visible_package(project=self.project, name=kwargs["package"], actor=self.actor)


class VersionList(_PackageView):
    def get(self, request: Request, **ids: Any) -> Response:
        versions = Version.objects.visible_to(self.actor).with_artifacts().filter(package=self.package)
        return listing(Page.of(versions, self.query(Paging)), VersionOutput)


class VersionDetail(_PackageView):
    def patch(self, request: Request, **ids: Any) -> Response:
        """Replace the note."""
        version = visible_version(package=self.package, label=ids["version"], actor=self.actor)
        given = self.body(NoteBody)
        return data(VersionOutput(note_version(version=version, note=given["note"], actor=self.actor)))
