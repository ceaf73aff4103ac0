"""What was delivered, counted by project and month."""

from typing import ClassVar, Self

from django.db import models

from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project


class UsageQuerySet(models.QuerySet["Usage"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)


class Usage(models.Model):
    """`month` is its first day, in UTC. `bytes_delivered` are those of artifacts, as blocks to devices, repeats too.

    `devices_updated` counts the reports "firmware updated successfully" (reason 1) that were new: a device that updates
    two packages reports two.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    bytes_delivered = models.BigIntegerField(default=0)
    devices_updated = models.BigIntegerField(default=0)

    objects = UsageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["month"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "month"], name="usage_once_per_month")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month:%Y-%m}"
