"""Releases: the predecessor of deployments, kept for clients that still list them. They change nothing on a device."""

from typing import ClassVar, Self

from django.db import models

from deployments.models import Artifact
from devices.models.devices import Tag
from ota_console.core.actors import Actor
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import Project


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)

    def with_details(self) -> Self:
        """Three more queries, however many releases."""
        entries = ReleaseArtifact.objects.select_related("artifact__blueprint")
        return self.prefetch_related("release_tags", "device_tags", models.Prefetch("entries", entries))


class Release(models.Model):
    """Artifacts under one or more release tags, for devices that carry the device tags."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="releases")
    device_tags = models.ManyToManyField(Tag, blank=True, related_name="releases")
    rollout = models.BooleanField(default=False)
    sequence_number = models.PositiveIntegerField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.public_id

    def bundled(self) -> list[Artifact]:
        """Its artifacts in the order they were posted; no query after `with_details()`."""
        return [entry.artifact for entry in self.entries.all()]


class ReleaseTag(models.Model):
    """A name of a release, unique in the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="release_tags")
    name = models.CharField(max_length=255)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="release_tag_once_per_project")
        ]

    def __str__(self) -> str:
        return self.name


class ReleaseArtifact(models.Model):
    """One place in a release."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="entries")
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "artifact"], name="artifact_once_per_release")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.artifact_id}"
