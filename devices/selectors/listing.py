"""Devices of a project by what is known of them (contract/rest.md §3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from devices.models import Device, HardwareId
from devices.models.devices import DeviceQuerySet
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """Unset fields do not filter. `term` is a part of the name or of a hardware id; all the tags must be there.

    `unassigned` devices are in no cohort.
    """

    name: str | None = None
    hardware_id: str | None = None
    tag_ids: Sequence[str] = ()
    blueprint_id: str | None = None
    cohort_id: str | None = None
    enabled: bool | None = None
    term: str | None = None
    unassigned: bool | None = None


def devices_matching(*, project: Project, actor: Actor, where: DeviceFilter) -> DeviceQuerySet:
    """Newest first. An id that the project does not have matches nothing."""
    devices = Device.objects.visible_to(actor).filter(project=project).filter(_condition(where))
    if where.hardware_id is not None:
        devices = devices.filter(pk__in=_with_hardware_id(project, Q(value=where.hardware_id)))
    if where.term is not None:
        by_hardware = _with_hardware_id(project, Q(value__icontains=where.term))
        devices = devices.filter(Q(name__icontains=where.term) | Q(pk__in=by_hardware))
    if where.tag_ids:
        devices = devices.filter(pk__in=_with_tags(set(where.tag_ids)))
    return devices


def _condition(where: DeviceFilter) -> Q:
    wanted = {
        "name": where.name,
        "blueprint__public_id": where.blueprint_id,
        "cohort__public_id": where.cohort_id,
        "enabled": where.enabled,
        "cohort__isnull": where.unassigned,
    }
    return Q(**{field: value for field, value in wanted.items() if value is not None})


def _with_hardware_id(project: Project, condition: Q) -> QuerySet[HardwareId, int]:
    return HardwareId.objects.filter(condition, project=project).values_list("device", flat=True)


def _with_tags(tag_ids: set[str]) -> QuerySet[Device, int]:
    tagged = Device.objects.filter(tags__public_id__in=tag_ids).order_by()
    counted = tagged.annotate(number=Count("tags")).filter(number=len(tag_ids))
    return counted.values_list("pk", flat=True)
