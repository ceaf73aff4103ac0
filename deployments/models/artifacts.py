"""Artifacts, and the blueprints that tell several of one version apart."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from deployments.models.base import ImmutableModel, ImmutableQuerySet
from deployments.models.packages import Version
from deployments.rules import LARGEST_ARTIFACT
from ota_console.core.actors import Actor
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import Project


class BlueprintQuerySet(models.QuerySet["Blueprint"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)


class Blueprint(models.Model):
    """A kind of hardware, for devices and artifacts to name."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="blueprints")
    name = models.CharField(max_length=255)
    board_id = models.CharField(max_length=255, null=True, blank=True)
    platform = models.CharField(max_length=255, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BlueprintQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="blueprint_name_once_per_project")
        ]

    def __str__(self) -> str:
        return self.name


class ArtifactQuerySet(ImmutableQuerySet["Artifact"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)

    def with_names(self) -> Self:
        return self.select_related("version__package", "blueprint")


class Artifact(ImmutableModel):
    """The stored bytes of one version. The row exists only when the bytes are safely stored."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="artifacts")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="artifacts")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, null=True, blank=True, related_name="artifacts")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    storage_name = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "blueprint"], name="artifact_once_per_blueprint"),
            models.UniqueConstraint(
                fields=["version"], condition=Q(blueprint=None), name="artifact_once_without_blueprint"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=LARGEST_ARTIFACT), name="artifact_size_fits_devices"
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)
