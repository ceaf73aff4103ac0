"""How many devices there are, kept with every change, so that lists need not count them."""

from typing import ClassVar

from django.db import models

from deployments.models import Cohort
from ota_console.tenancy.models import Project


class DeviceBucket(models.Model):
    """Devices of a project whose primary keys are in the same bucket (devices/buckets.py)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    bucket = models.BigIntegerField()
    number = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-bucket"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "bucket"], name="device_bucket_once_per_project")
        ]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.number}"


class CohortSize(models.Model):
    """Devices that are in a cohort now."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="+")
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.number}"
