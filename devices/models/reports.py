"""What devices reported: the latest word per package, and every event."""

from typing import ClassVar, Self

from django.db import models

from devices.models.devices import Device
from ota_console.core.actors import Actor


class PackageState(models.Model):
    """The last report of a device about one package. Named by text: a device may run what we never stored."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="package_states")
    package = models.CharField(max_length=255)
    state = models.BigIntegerField()
    reason = models.BigIntegerField()
    version = models.CharField(max_length=255, blank=True)
    target = models.CharField(max_length=255, blank=True)
    reported_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["package"]
        indexes: ClassVar = [models.Index(fields=["package", "version"], name="state_by_version")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "package"], name="state_once_per_package")]

    def __str__(self) -> str:
        return f"{self.package}@{self.version}: {self.state}/{self.reason}"


class OtaEventQuerySet(models.QuerySet["OtaEvent"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project_id__in=actor.project_ids)


class OtaEvent(models.Model):
    """One report, as it was received. Append-only, no foreign keys: it can be partitioned and outlives all."""

    project_id = models.BigIntegerField()
    device_id = models.CharField(max_length=24)
    cohort_id = models.CharField(max_length=24, blank=True)
    deployment_id = models.CharField(max_length=24, blank=True)
    package = models.CharField(max_length=255)
    state = models.BigIntegerField()
    reason = models.BigIntegerField()
    version = models.CharField(max_length=255, blank=True)
    target = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField()

    objects = OtaEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-received_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["project_id", "-received_at", "-id"], name="event_by_project"),
            models.Index(fields=["device_id", "-received_at", "-id"], name="event_by_device"),
            models.Index(fields=["cohort_id", "-received_at", "-id"], name="event_by_cohort"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.package}: {self.state}/{self.reason}"
