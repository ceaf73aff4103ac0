"""Deployments of a cohort: started, listed, read; never changed (contract/rest.md §3.7)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Cohort, Deployment
from deployments.selectors import visible_artifacts, visible_cohort, visible_deployment
from deployments.services import start_deployment
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


class DeploymentBody(Body):
    name = Text(default="", allow_blank=True)
    artifactIds = Texts()


class DeploymentQuery(Paging):
    name = Text(required=False)


class CohortView(ProjectView):
    """Something in a cohort."""

    cohort: Cohort

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.cohort = visible_cohort(project=self.project, cohort_id=kwargs["cohort"], actor=self.actor)

    def one(self, deployment_id: str) -> Response:
        found = visible_deployment(cohort=self.cohort, deployment_id=deployment_id, actor=self.actor)
        return data(DeploymentOutput(found))


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
        started = start_deployment(cohort=self.cohort, name=given["name"], artifacts=artifacts, actor=self.actor)
        return self.one(started.public_id)


class DeploymentDetail(CohortView):
    def get(self, request: Request, **ids: Any) -> Response:
        return self.one(ids["deployment"])
