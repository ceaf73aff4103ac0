"""Devices, their hardware ids and tags."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from deployments.models import Blueprint, Cohort
from ota_console.core.actors import Actor
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import Project

#: A connected device keeps its session alive every 9 s by default and the gateways note it every 20 s at most.
ONLINE_WINDOW = timedelta(seconds=60)


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)


class Tag(models.Model):
    """A word that devices can carry, to be found by it."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="tag_name_once_per_project")]

    def __str__(self) -> str:
        return self.name


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)

    def online(self) -> Self:
        return self.filter(_is_online())

    def never_seen(self) -> Self:
        return self.filter(last_seen_at=None)

    def with_details(self) -> Self:
        """What the API shows of a device: three more queries, however many devices."""
        return self.select_related("cohort", "blueprint").prefetch_related("tags", "hardware_ids", "package_states")

    def with_online(self) -> Self:
        """Annotates `is_online`, so that a page of devices agrees with the filter."""
        return self.annotate(is_online=models.ExpressionWrapper(_is_online(), models.BooleanField()))


def _is_online() -> Q:
    seen = Q(last_seen_at__gte=timezone.now() - ONLINE_WINDOW)
    return seen & (Q(disconnected_at=None) | Q(disconnected_at__lt=F("last_seen_at")))


class Device(models.Model):
    """One device of the fleet. `assignment` counts its moves, so that joining a cohort again is a change of its own."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=255)
    enabled = models.BooleanField(default=True)
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="devices")
    assignment = models.BigIntegerField(default=0, editable=False)
    blueprint = models.ForeignKey(Blueprint, on_delete=models.SET_NULL, null=True, blank=True, related_name="devices")
    certificate_id = models.CharField(max_length=255, null=True, blank=True, editable=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="devices")
    connected_at = models.DateTimeField(null=True, blank=True, editable=False)
    disconnected_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_report_at = models.DateTimeField(null=True, blank=True, editable=False)
    address = models.CharField(max_length=64, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["project", "-id"], name="device_by_project"),
            models.Index(fields=["cohort", "-id"], name="device_by_cohort"),
            models.Index(fields=["project", "last_seen_at"], name="device_by_last_seen"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="device_name_once_per_project",
                violation_error_message="A device with this name already exists in the project.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class HardwareId(models.Model):
    """A serial number or the like that is printed on a device; unique in the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="hardware_ids")
    value = models.CharField(max_length=255)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "value"], name="hardware_id_once_per_project")
        ]

    def __str__(self) -> str:
        return self.value
