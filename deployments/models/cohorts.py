"""Cohorts and the deployments that they run."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from deployments.models.artifacts import Artifact
from deployments.models.base import ImmutableModel, ImmutableQuerySet
from ota_console.core.actors import Actor
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import Project


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)

    def existing(self) -> Self:
        return self.filter(deleted_at=None)


class Cohort(models.Model):
    """Devices that should run the same. Deleted softly, so that history, events and sequence numbers stay true."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="cohorts")
    name = models.CharField(max_length=255)
    active_deployment = models.ForeignKey(
        "Deployment", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(deleted_at=None),
                name="cohort_name_once_per_project",
                violation_error_message="A cohort with this name already exists in the project.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DeploymentQuerySet(ImmutableQuerySet["Deployment"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)

    def with_artifacts(self) -> Self:
        """Two more queries, however many deployments."""
        return self.prefetch_related(
            models.Prefetch(
                "deploymentartifact_set",
                DeploymentArtifact.objects.select_related("artifact__version__package").order_by("position"),
            )
        )


class Deployment(ImmutableModel):
    """A numbered bundle of artifacts, with the manifest that devices get. The cohort points to its active one."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deployments")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="deployments")
    name = models.CharField(max_length=255)
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    artifacts: "models.ManyToManyField[Artifact, DeploymentArtifact]" = models.ManyToManyField(
        Artifact, through="DeploymentArtifact", related_name="deployments"
    )
    sequence_number = models.PositiveIntegerField()
    manifest_cbor = models.BinaryField()
    manifest_json = models.BinaryField()
    manifest_hash = models.CharField(max_length=64)
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["cohort", "-id"], name="deployment_by_cohort")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sequence_number"], name="sequence_number_once_per_project")
        ]

    def __str__(self) -> str:
        return f"{self.name} (#{self.sequence_number})"

    def bundled(self) -> list[Artifact]:
        """Its artifacts in the order they were posted; no query after `with_artifacts()`."""
        return [entry.artifact for entry in self.deploymentartifact_set.all()]


class DeploymentArtifact(models.Model):
    """One place in a bundle."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE)
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deployment", "artifact"], name="artifact_once_per_deployment"),
            models.UniqueConstraint(fields=["deployment", "position"], name="position_once_per_deployment"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.artifact_id}"
