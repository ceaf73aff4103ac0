"""Blueprints (contract/rest.md §3.9)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Blueprint
from deployments.selectors import addressed_blueprint
from deployments.services import create_blueprint, delete_blueprint
from ota_console.api.fields import Body, Moment, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, filters, listing


class BlueprintOutput(serializers.Serializer[Blueprint]):
    id = Text(source="public_id")
    name = Text()
    boardId = Text(source="board_id", allow_null=True)
    platform = Text(allow_null=True)
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")


class BlueprintBody(Body):
    name = Text()
    boardId = Text(default=None, allow_null=True, allow_blank=True)
    platform = Text(default=None, allow_null=True, allow_blank=True)


class BlueprintQuery(Paging):
    blueprintName = Text(required=False, source="name")
    boardId = Text(required=False, source="board_id")
    platform = Text(required=False)
    ids = Texts(required=False, source="public_id__in")


class BlueprintList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(BlueprintQuery)
        blueprints = Blueprint.objects.visible_to(self.actor).filter(project=self.project, **filters(query))
        return listing(Page.of(blueprints, query), BlueprintOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        given = self.body(BlueprintBody)
        blueprint = create_blueprint(
            project=self.project,
            name=given["name"],
            board_id=given["boardId"],
            platform=given["platform"],
            actor=self.actor,
        )
        return data(BlueprintOutput(blueprint))


class BlueprintDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(BlueprintOutput(self._blueprint(ids)))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_blueprint(blueprint=self._blueprint(ids), actor=self.actor)
        return deleted()

    def _blueprint(self, ids: dict[str, str]) -> Blueprint:
        return addressed_blueprint(project=self.project, blueprint_id=ids["blueprint"], actor=self.actor)
