"""Packages and their versions."""

from typing import ClassVar, Self

from django.db import models

from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project


class PackageQuerySet(models.QuerySet["Package"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)


class Package(models.Model):
    """Something that is updated on a device under one name: firmware, a modem image, a model, a picture."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="packages")
    name = models.CharField(max_length=253, editable=False)
    description = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="package_name_once_per_project",
                violation_error_message="A package with this name already exists in the project.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(package__project__in=actor.project_ids)

    def with_artifacts(self) -> Self:
        """One more query, however many versions."""
        return self.select_related("package").prefetch_related("artifacts__blueprint")


class Version(models.Model):
    """One label of a package. Its bytes are an artifact: one without a blueprint, or one per blueprint."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="versions")
    label = models.CharField(max_length=253, editable=False)
    note = models.TextField(blank=True, default="")
    created_by = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["package", "label"], name="version_label_once_per_package")
        ]

    def __str__(self) -> str:
        return f"{self.package}@{self.label}"
