"""What starting a deployment would mean, without starting it. Ours, beyond the contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import rules
from deployments.api.deployments import CohortView, DeploymentBody
from deployments.comparison import ADDED, REMOVED, SAME, Change, compare, download_size, warnings_about
from deployments.selectors import active_bundle, visible_artifacts
from devices.selectors import Members, cohort_members
from ota_console.api.fields import Text
from ota_console.api.views import data

_WORDS = {ADDED: "added", REMOVED: "removed", SAME: "unchanged"}  # any other kind is "changed"


@dataclass(frozen=True, slots=True)
class DryRun:
    changes: Sequence[Change]
    members: Members

    @property
    def bytes_each(self) -> int:
        return download_size(self.changes)

    @property
    def bytes_all(self) -> int:
        return self.members.devices * self.bytes_each

    @property
    def warnings(self) -> list[str]:
        return warnings_about(self.changes)


class ChangeOutput(serializers.Serializer[Change]):
    """`from` and `to` are versions, null where the package is not there; `downgrade` goes by semantic versions."""

    package = Text()
    to = Text(source="after.version.label", default=None, allow_null=True)
    change = serializers.SerializerMethodField()
    downgrade = serializers.BooleanField(source="is_downgrade")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": Text(source="before.version.label", default=None, allow_null=True)}

    def get_change(self, change: Change) -> str:
        return _WORDS.get(change.kind, "changed")


class DryRunOutput(serializers.Serializer[DryRun]):
    """`bytes` is what all devices of the cohort will fetch together, `bytesPerDevice` one that is up to date now."""

    changes = ChangeOutput(many=True)
    devices = serializers.IntegerField(source="members.devices")
    online = serializers.IntegerField(source="members.online")
    bytes = serializers.CharField(source="bytes_all")
    bytesPerDevice = serializers.CharField(source="bytes_each")
    warnings = serializers.ListField(child=serializers.CharField())


class DeploymentDryRun(CohortView):
    def post(self, request: Request, **ids: Any) -> Response:
        """Refused for the same reasons as the deployment itself."""
        self.actor.require("deployments.start", project=self.project.pk)
        given = self.body(DeploymentBody)
        bundle = visible_artifacts(project=self.project, artifact_ids=given["artifactIds"], actor=self.actor)
        rules.require_bundle([artifact.version.package.name for artifact in bundle])
        changes = compare(active_bundle(self.cohort, actor=self.actor), bundle)
        return data(DryRunOutput(DryRun(changes, cohort_members(self.cohort, actor=self.actor))))
