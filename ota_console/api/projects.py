"""Projects: what an API key belongs to (contract/rest.md §3.1)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console.api.fields import Moment, Query, Text
from ota_console.api.views import ApiView, ProjectView, data, many
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project


class ProjectOutput(serializers.Serializer[Project]):
    id = Text(source="slug")
    name = Text()
    organizationId = Text(source="organization.slug")
    roles = serializers.SerializerMethodField()
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")

    def get_roles(self, project: Project) -> list[str]:
        actor: Actor = self.context["actor"]
        return [actor.grants[project.pk].name.lower()]


class ProjectQuery(Query):
    organizationId = Text(required=False)


class ProjectList(ApiView):
    def get(self, request: Request) -> Response:
        """The projects of the key, which is one."""
        projects = Project.objects.visible_to(self.actor).select_related("organization")
        query = self.query(ProjectQuery)
        if "organizationId" in query:
            projects = projects.filter(organization__slug=query["organizationId"])
        return Response({"list": many(projects, ProjectOutput, actor=self.actor)})


class ProjectDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(ProjectOutput(self.project, context={"actor": self.actor}))
