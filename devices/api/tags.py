"""Tags (contract/rest.md §3.10)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Tag
from devices.selectors import visible_tag
from devices.services import create_tag, delete_tag
from ota_console.api.fields import Body, Moment, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, filters, listing


class TagOutput(serializers.Serializer[Tag]):
    id = Text(source="public_id")
    name = Text()
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")


class TagBody(Body):
    name = Text()


class TagQuery(Paging):
    tagName = Text(required=False, source="name")
    ids = Texts(required=False, source="public_id__in")


class TagList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(TagQuery)
        tags = Tag.objects.visible_to(self.actor).filter(project=self.project, **filters(query))
        return listing(Page.of(tags, query), TagOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        given = self.body(TagBody)
        return data(TagOutput(create_tag(project=self.project, name=given["name"], actor=self.actor)))


class TagDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(TagOutput(self._tag(ids)))

    def delete(self, request: Request, **ids: Any) -> Response:
        """Devices and releases lose the tag."""
        delete_tag(tag=self._tag(ids), actor=self.actor)
        return deleted()

    def _tag(self, ids: dict[str, str]) -> Tag:
        return visible_tag(project=self.project, tag_id=ids["tag"], actor=self.actor)
