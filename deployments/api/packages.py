"""Packages (contract/rest.md §3.4)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.metadata import with_metadata
from deployments.models import Package
from deployments.selectors import visible_package
from deployments.services import create_package, delete_package, update_package
from ota_console.api.fields import Body, Moment, Text, TextMap, checked
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, listing
from ota_console.core.errors import Invalid


class PackageOutput(serializers.Serializer[Package]):
    packageId = Text(source="name")
    description = Text()
    metadata = TextMap()
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")


class PackageBody(Body):
    packageId = Text()
    description = Text(default="", allow_blank=True)
    metadata = TextMap(default=dict)


class MetadataFilter(Body):
    metadata = TextMap()


class PackageReplacement(PackageBody):
    packageId = Text(required=False)


_METADATA = "metadata."


class PackageList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        """`metadata.<key>=<value>`, our addition, any number of times: only packages that have them all."""
        query = request.query_params
        wanted = {name.removeprefix(_METADATA): query[name] for name in query if name.startswith(_METADATA)}
        checked(MetadataFilter(data={"metadata": wanted}))
        packages = Package.objects.visible_to(self.actor).filter(project=self.project)
        return listing(Page.of(with_metadata(packages, wanted), self.query(Paging)), PackageOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        given = self.body(PackageBody)
        package = create_package(
            project=self.project,
            name=given["packageId"],
            description=given["description"],
            metadata=given["metadata"],
            actor=self.actor,
        )
        return data(PackageOutput(package))


class PackageDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(PackageOutput(self._package(ids)))

    def put(self, request: Request, **ids: Any) -> Response:
        """Replace description and metadata; what is left out is cleared."""
        package = self._package(ids)
        given = self.body(PackageReplacement)
        if given.get("packageId", package.name) != package.name:
            raise Invalid("packageId: the id of a package never changes", field="packageId")
        updated = update_package(
            package=package, description=given["description"], metadata=given["metadata"], actor=self.actor
        )
        return data(PackageOutput(updated))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_package(package=self._package(ids), actor=self.actor)
        return deleted()

    def _package(self, ids: dict[str, str]) -> Package:
        return visible_package(project=self.project, name=ids["package"], actor=self.actor)
