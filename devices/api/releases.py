"""Releases: listed and changed for clients that know them, without effect on devices (contract/rest.md §3.11)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.selectors import visible_artifacts
from devices.models import Release, Tag
from devices.selectors import visible_release, visible_tags
from devices.services import Edit, create_release, delete_release, update_release
from ota_console.api.fields import Body, Constant, Flag, Moment, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, listing


class ReleaseOutput(serializers.Serializer[Release]):
    """For releases read `with_details()`. `blueprintId` is that of its artifacts when all have the same."""

    id = Text(source="public_id")
    releaseTags = serializers.SlugRelatedField[Any](source="release_tags", slug_field="name", many=True, read_only=True)
    deviceTagIds = serializers.SlugRelatedField[Any](
        source="device_tags", slug_field="public_id", many=True, read_only=True
    )
    artifactIds = serializers.SerializerMethodField()
    rollout = serializers.BooleanField()
    blueprintId = serializers.SerializerMethodField()
    cohortId = Constant(None)
    sequenceNumber = serializers.CharField(source="sequence_number")
    suitManifest = Constant({})
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")

    def get_artifactIds(self, release: Release) -> list[str]:
        return [artifact.public_id for artifact in release.bundled()]

    def get_blueprintId(self, release: Release) -> str | None:
        blueprints = {artifact.blueprint for artifact in release.bundled()}
        shared = blueprints.pop() if len(blueprints) == 1 else None
        return shared.public_id if shared else None


class ReleaseBody(Body):
    releaseTags = Texts(default=list)
    deviceTagIds = Texts(default=list)
    artifactIds = Texts(default=list)
    rollout = Flag(default=False)


class ReleaseChanges(Body):
    rollout = Flag(required=False)
    addReleaseTag = Texts(required=False)
    removeReleaseTag = Texts(required=False)
    addDeviceTagId = Texts(required=False)
    removeDeviceTagId = Texts(required=False)


class ReleaseList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        releases = Release.objects.visible_to(self.actor).with_details().filter(project=self.project)
        return listing(Page.of(releases, self.query(Paging)), ReleaseOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        given = self.body(ReleaseBody)
        release = create_release(
            project=self.project,
            release_tags=given["releaseTags"],
            device_tags=visible_tags(
                project=self.project, tag_ids=given["deviceTagIds"], actor=self.actor, field="deviceTagIds"
            ),
            artifacts=visible_artifacts(project=self.project, artifact_ids=given["artifactIds"], actor=self.actor),
            rollout=given["rollout"],
            actor=self.actor,
        )
        return data(ReleaseOutput(release))


class ReleaseDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(ReleaseOutput(self._release(ids)))

    def patch(self, request: Request, **ids: Any) -> Response:
        """Change what the body names; the artifacts never change."""
        release = self._release(ids)
        given = self.body(ReleaseChanges)
        updated = update_release(
            release=release,
            rollout=given.get("rollout"),
            release_tags=Edit(added=given.get("addReleaseTag", ()), removed=given.get("removeReleaseTag", ())),
            device_tags=Edit(added=self._tags(given, "addDeviceTagId"), removed=self._tags(given, "removeDeviceTagId")),
            actor=self.actor,
        )
        return data(ReleaseOutput(updated))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_release(release=self._release(ids), actor=self.actor)
        return deleted()

    def _release(self, ids: dict[str, str]) -> Release:
        return visible_release(project=self.project, release_id=ids["release"], actor=self.actor)

    def _tags(self, given: Mapping[str, Any], field: str) -> list[Tag]:
        return visible_tags(project=self.project, tag_ids=given.get(field, []), actor=self.actor, field=field)
