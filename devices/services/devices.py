"""Devices: create, update, move between cohorts, delete."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F

from deployments.events import CohortDeleted
from deployments.models import Blueprint, Cohort
from devices.events import DeviceCreated, DeviceDeleted, DeviceMoved, DeviceUpdated
from devices.models import Device, HardwareId, Tag
from devices.services.counts import count_devices, count_members
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound
from ota_console.core.events import Event, publish
from ota_console.core.ids import new_public_id
from ota_console.core.text import require_name
from ota_console.tenancy.models import Project

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edit(Generic[T]):
    """What joins a list and what leaves it, whatever else others did to the list meanwhile."""

    added: Sequence[T] = ()
    removed: Sequence[T] = ()

    def apply(self, current: Iterable[T]) -> list[T]:
        return [entry for entry in [*current, *self.added] if entry not in self.removed]


@transaction.atomic
def create_device(
    *,
    project: Project,
    name: str,
    actor: Actor,
    hardware_ids: Sequence[str] = (),
    tags: Iterable[Tag] = (),
    blueprint: Blueprint | None = None,
    cohort: Cohort | None = None,
) -> Device:
    """Without a hardware id one is generated. Raise Conflict for a name or hardware id that is taken."""
    actor.require("devices.edit", project=project.pk)
    _require_cohort(cohort, project_pk=project.pk)
    try:
        with transaction.atomic():
            device = Device.objects.create(project=project, name=require_name(name, field="name"))
    except IntegrityError as error:
        raise _name_taken(name) from error
    publish(
        DeviceCreated(
            project_id=project.pk,
            object_id=device.public_id,
            actor=actor,
            device_pk=device.pk,
            changes={"name": [None, device.name]},
        )
    )
    _set_hardware_ids(device, hardware_ids or [new_public_id()])
    _set_tags(device, tags)
    _set_blueprint(device, blueprint)
    device.save(update_fields=["blueprint", "updated_at"])
    count_devices(project_pk=project.pk, device_pks=[device.pk], sign=+1)
    _move(device, cohort, actor)
    return device


@transaction.atomic
def update_device(
    *,
    device: Device,
    actor: Actor,
    name: str | EllipsisType = ...,
    enabled: bool | EllipsisType = ...,
    blueprint: Blueprint | None | EllipsisType = ...,
    cohort: Cohort | None | EllipsisType = ...,
    tags: Iterable[Tag] | Edit[Tag] | EllipsisType = ...,
    hardware_ids: Sequence[str] | Edit[str] | EllipsisType = ...,
) -> Device:
    """Change what is given and leave the rest. A new cohort tells the device at once; leaving one tells it nothing.

    Tags and hardware ids are given whole, or as an Edit of what the device has.

    Raise Conflict for a name or hardware id that is taken, Invalid for things of another project, NotFound when gone.
    """
    actor.require("devices.edit", project=device.project_id)
    if cohort is not ...:
        _require_cohort(cohort, project_pk=device.project_id)
    device = _locked(device)
    before = _summary(device)
    if name is not ...:
        device.name = require_name(name, field="name")
    if enabled is not ...:
        device.enabled = enabled
    if blueprint is not ...:
        _set_blueprint(device, blueprint)
    if tags is not ...:
        _set_tags(device, tags)
    if hardware_ids is not ...:
        _set_hardware_ids(device, hardware_ids)
    _save(device)
    _publish_update(device, before, actor)
    if cohort is not ...:
        _move(device, cohort, actor)
    return device


def assign_device(*, device: Device, cohort: Cohort | None, actor: Actor) -> Device:
    """Put the device into this cohort, or take it out of the one it is in."""
    return update_device(device=device, cohort=cohort, actor=actor)


@transaction.atomic
def delete_device(*, device: Device, actor: Actor) -> None:
    """Its credentials go with it and its session ends; its OTA events stay."""
    actor.require("devices.delete", project=device.project_id)
    device = _locked(device)
    publish(
        DeviceDeleted(
            project_id=device.project_id,
            object_id=device.public_id,
            actor=actor,
            device_pk=device.pk,
            changes={"name": [device.name, None]},
        )
    )
    project_pk, device_pk, cohort_pk = device.project_id, device.pk, device.cohort_id
    device.delete()
    count_devices(project_pk=project_pk, device_pks=[device_pk], sign=-1)
    count_members({cohort_pk: -1})


def release_devices(event: Event) -> None:
    """Take all devices out of a cohort that is being deleted, in its transaction (settings.EVENT_RECORDERS)."""
    if isinstance(event, CohortDeleted):
        devices = Device.objects.filter(cohort=event.cohort_pk)
        released = devices.update(cohort=None, assignment=F("assignment") + 1)
        count_members({event.cohort_pk: -released})


def _move(device: Device, cohort: Cohort | None, actor: Actor) -> None:
    before = device.cohort
    if before == cohort:
        return
    device.cohort = cohort
    device.assignment += 1
    device.save(update_fields=["cohort", "assignment", "updated_at"])
    count_members({before.pk if before else None: -1, cohort.pk if cohort else None: +1})
    ids = [entry.public_id if entry else None for entry in (before, cohort)]
    publish(
        DeviceMoved(
            project_id=device.project_id,
            object_id=device.public_id,
            actor=actor,
            device_pk=device.pk,
            cohort_ids=tuple(entry for entry in ids if entry),
            changes={"cohort": ids},
        )
    )


def _require_cohort(cohort: Cohort | None, *, project_pk: int) -> None:
    """Locks it, before any device, so that it cannot be deleted under our hands."""
    if cohort is None:
        return
    cohorts = Cohort.objects.select_for_update().existing()
    if cohorts.filter(pk=cohort.pk, project=project_pk).first() is None:
        raise Invalid("cohortId: there is no such cohort in the project", field="cohortId")


def _locked(device: Device) -> Device:
    """Read once it is locked: PostgreSQL would join it to what it belonged to before it waited for the lock."""
    if not Device.objects.select_for_update().filter(pk=device.pk).values_list("pk").first():
        raise NotFound("device not found")
    return Device.objects.select_related("cohort", "blueprint").get(pk=device.pk)


def _save(device: Device) -> None:
    try:
        with transaction.atomic():
            device.save(update_fields=["name", "enabled", "blueprint", "updated_at"])
    except IntegrityError as error:
        raise _name_taken(device.name) from error


def _summary(device: Device) -> dict[str, Any]:
    return {
        "name": device.name,
        "enabled": device.enabled,
        "blueprint": device.blueprint.public_id if device.blueprint else None,
        "tags": sorted(device.tags.values_list("name", flat=True)),
        "hardwareIds": sorted(device.hardware_ids.values_list("value", flat=True)),
    }


def _publish_update(device: Device, before: dict[str, Any], actor: Actor) -> None:
    after = _summary(device)
    changes = {field: [before[field], after[field]] for field in before if before[field] != after[field]}
    if changes:
        publish(
            DeviceUpdated(
                project_id=device.project_id,
                object_id=device.public_id,
                actor=actor,
                device_pk=device.pk,
                changes=changes,
            )
        )


def _set_blueprint(device: Device, blueprint: Blueprint | None) -> None:
    if blueprint is not None and blueprint.project_id != device.project_id:
        raise Invalid("blueprintId: there is no such blueprint in the project", field="blueprintId")
    device.blueprint = blueprint


def _set_tags(device: Device, tags: Iterable[Tag] | Edit[Tag]) -> None:
    wanted = tags.apply(device.tags.all()) if isinstance(tags, Edit) else list(tags)
    if any(tag.project_id != device.project_id for tag in wanted):
        raise Invalid("tagIds: there is no such tag in the project", field="tagIds")
    device.tags.set(wanted)


def _set_hardware_ids(device: Device, values: Sequence[str] | Edit[str]) -> None:
    if isinstance(values, Edit):
        values = values.apply(device.hardware_ids.values_list("value", flat=True))
    wanted = list(dict.fromkeys(require_name(value, field="hardwareIds") for value in values))
    if not wanted:
        raise Invalid("hardwareIds: a device needs at least one", field="hardwareIds")
    device.hardware_ids.exclude(value__in=wanted).delete()
    known = set(device.hardware_ids.values_list("value", flat=True))
    new = [
        HardwareId(project_id=device.project_id, device=device, value=value) for value in wanted if value not in known
    ]
    try:
        with transaction.atomic():
            HardwareId.objects.bulk_create(new)
    except IntegrityError as error:
        raise Conflict("hardwareIds: another device of the project has one of these", field="hardwareIds") from error


def _name_taken(name: str) -> Conflict:
    return Conflict(f"a device named {name} already exists in the project", field="name")
