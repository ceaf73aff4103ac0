"""Deployments of a cohort: started, listed, read; never changed (contract/rest.md §3.7).

Ours, beyond the contract: what is in one, how far devices are with it, what it changes, and going back.
"""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.comparison import warnings_about
from deployments.models import Artifact, Cohort, Deployment
from deployments.selectors import (
    changes_by,
    chosen_deployment,
    visible_artifacts,
    visible_cohort,
    visible_deployment,
)
from deployments.services import roll_back, start_deployment
from devices.selectors import Progress, deployment_progress
from ota_console.api.fields import Body, Moment, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, data, listing


class DeploymentOutput(serializers.Serializer[Deployment]):
    """For deployments read `with_artifacts()`. `sequenceNumber` is our addition: the number that devices are told."""

    deploymentId = Text(source="public_id")
    name = Text()
    artifactIds = serializers.SerializerMethodField()
    sequenceNumber = serializers.IntegerField(source="sequence_number")
    createdAt = Moment(source="created_at")

    def get_artifactIds(self, deployment: Deployment) -> list[str]:
        return [artifact.public_id for artifact in deployment.bundled()]


class StartedOutput(DeploymentOutput):
    """The context's `warnings` says what the operator should know of it."""

    warnings = serializers.SerializerMethodField()

    def get_warnings(self, deployment: Deployment) -> list[str]:
        return list(self.context["warnings"])


class ComponentOutput(serializers.Serializer[Artifact]):
    id = Text(source="public_id")
    package = Text(source="version.package.name")
    version = Text(source="version.label")
    size = serializers.CharField()
    sha256 = Text()


class ProgressOutput(serializers.Serializer[Progress]):
    """Numbers of devices that are in the cohort now."""

    upToDate = serializers.IntegerField(source="up_to_date")
    updating = serializers.IntegerField()
    failed = serializers.IntegerField()
    waiting = serializers.IntegerField()


class DeploymentDetailOutput(StartedOutput):
    """The context's `progress` is None for a deployment that is not the active one."""

    active = serializers.SerializerMethodField()
    createdBy = Text(source="created_by")
    artifacts = ComponentOutput(source="bundled", many=True)
    manifest = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    def get_active(self, deployment: Deployment) -> bool:
        return self.context["progress"] is not None

    def get_manifest(self, deployment: Deployment) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads(bytes(deployment.manifest_json))
        return manifest

    @extend_schema_field(ProgressOutput(allow_null=True))
    def get_progress(self, deployment: Deployment) -> dict[str, int] | None:
        progress = self.context["progress"]
        return None if progress is None else dict(ProgressOutput(progress).data)


class DeploymentBody(Body):
    name = Text(default="", allow_blank=True)
    artifactIds = Texts()


class RollbackBody(Body):
    """Without a deployment: the one before the active."""

    deploymentId = Text(required=False, allow_null=True)
    name = Text(default="", allow_blank=True)


class DeploymentQuery(Paging):
    name = Text(required=False)


class CohortView(ProjectView):
    """Something in a cohort."""

    cohort: Cohort

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.cohort = visible_cohort(project=self.project, cohort_id=kwargs["cohort"], actor=self.actor)

    def deployment(self, deployment_id: str) -> Deployment:
        return visible_deployment(cohort=self.cohort, deployment_id=deployment_id, actor=self.actor)

    def started(self, deployment: Deployment) -> Response:
        """What was just started. Devices are not counted: that would take longer the more there are."""
        shown = self.deployment(deployment.public_id)
        warnings = warnings_about(changes_by(shown, actor=self.actor))
        return data(StartedOutput(shown, context={"warnings": warnings}))


class DeploymentList(CohortView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(DeploymentQuery)
        deployments = Deployment.objects.visible_to(self.actor).filter(cohort=self.cohort)
        if "name" in query:
            deployments = deployments.filter(name=query["name"])
        shown = deployments.with_artifacts().defer("manifest_cbor", "manifest_json")
        return listing(Page.of(shown, query), DeploymentOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        """Make a bundle what the cohort runs; its devices are told at once."""
        given = self.body(DeploymentBody)
        artifacts = visible_artifacts(project=self.project, artifact_ids=given["artifactIds"], actor=self.actor)
        return self.started(
            start_deployment(cohort=self.cohort, name=given["name"], artifacts=artifacts, actor=self.actor)
        )


class DeploymentDetail(CohortView):
    def get(self, request: Request, **ids: Any) -> Response:
        """Progress is judged for the active deployment alone: devices report to no other."""
        shown = self.deployment(ids["deployment"])
        is_active = shown.pk == self.cohort.active_deployment_id
        context = {
            "progress": deployment_progress(shown, actor=self.actor) if is_active else None,
            "warnings": warnings_about(changes_by(shown, actor=self.actor)),
        }
        return data(DeploymentDetailOutput(shown, context=context))


class DeploymentRollback(CohortView):
    def post(self, request: Request, **ids: Any) -> Response:
        """Start a new deployment with the artifacts of an earlier one."""
        given = self.body(RollbackBody)
        wanted = given.get("deploymentId")
        earlier = chosen_deployment(cohort=self.cohort, deployment_id=wanted, actor=self.actor) if wanted else None
        return self.started(roll_back(cohort=self.cohort, deployment=earlier, name=given["name"], actor=self.actor))
