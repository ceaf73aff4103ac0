"""Cohorts (contract/rest.md §3.6)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Cohort
from deployments.selectors import visible_cohort
from deployments.services import create_cohort, delete_cohort, rename_cohort
from devices.selectors import device_counts
from ota_console.api.fields import Body, Moment, Text
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, listing


class CohortOutput(serializers.Serializer[Cohort]):
    """The context's `device_counts` maps primary keys to numbers; a cohort without devices is missing there."""

    cohortId = Text(source="public_id")
    name = Text()
    deviceCount = serializers.SerializerMethodField()
    activeDeploymentId = serializers.SlugRelatedField[Any](
        source="active_deployment", slug_field="public_id", read_only=True
    )
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")

    def get_deviceCount(self, cohort: Cohort) -> int:
        return int(self.context["device_counts"].get(cohort.pk, 0))


class CohortBody(Body):
    name = Text()


class CohortList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        cohorts = Cohort.objects.visible_to(self.actor).existing().filter(project=self.project)
        page = Page.of(cohorts.select_related("active_deployment"), self.query(Paging))
        return listing(page, CohortOutput, device_counts=device_counts(cohort.pk for cohort in page.rows))

    def post(self, request: Request, **ids: Any) -> Response:
        given = self.body(CohortBody)
        return _one(create_cohort(project=self.project, name=given["name"], actor=self.actor))


class CohortDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return _one(self._cohort(ids))

    def put(self, request: Request, **ids: Any) -> Response:
        cohort = self._cohort(ids)
        given = self.body(CohortBody)
        return _one(rename_cohort(cohort=cohort, name=given["name"], actor=self.actor))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_cohort(cohort=self._cohort(ids), actor=self.actor)
        return deleted()

    def _cohort(self, ids: dict[str, str]) -> Cohort:
        return visible_cohort(project=self.project, cohort_id=ids["cohort"], actor=self.actor)


def _one(cohort: Cohort) -> Response:
    return data(CohortOutput(cohort, context={"device_counts": device_counts([cohort.pk])}))
