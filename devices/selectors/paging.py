"""Pages of the device list: the last of a million costs what the first does."""

import re
from dataclasses import dataclass, replace

from deployments.models import Cohort
from devices.buckets import first_key
from devices.models import CohortSize, Device, DeviceBucket
from devices.models.devices import DeviceQuerySet
from devices.selectors.listing import DeviceFilter, devices_matching
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid
from ota_console.tenancy.models import Project

_CURSOR = re.compile(r"[0-9a-f]{1,15}")  # a primary key, which has 63 bits


@dataclass(frozen=True, slots=True)
class DevicePage:
    """`cursor` continues after the last device of the page, "" at the end; `total` is of all pages."""

    devices: list[Device]
    total: int
    cursor: str


def device_page(
    *, project: Project, actor: Actor, where: DeviceFilter, offset: int = 0, size: int = 100, cursor: str = ""
) -> DevicePage:
    """Devices newest first: `size` of them after `offset`, or after a page's `cursor`.

    Without a filter both the place and the total come from maintained numbers. Raise Invalid for a cursor not ours.
    """
    devices = devices_matching(project=project, actor=actor, where=where)
    if cursor:
        total = _total(devices, project, where)
        devices = devices.filter(pk__lt=_key(cursor))
    elif where == DeviceFilter():
        devices, total = _from_place(devices, project, offset)
    else:
        total = _total(devices, project, where)
        devices = _skip(devices, offset)
    rows = list(devices.with_details()[: size + 1])
    more = f"{rows[size - 1].pk:x}" if len(rows) > size else ""
    return DevicePage(devices=rows[:size], total=total, cursor=more)


def _from_place(devices: DeviceQuerySet, project: Project, offset: int) -> tuple[DeviceQuerySet, int]:
    """Start at the bucket that holds the place, so that the database skips less than one bucket of keys."""
    buckets = list(DeviceBucket.objects.filter(project=project).values_list("bucket", "number"))
    total = sum(number for _, number in buckets)
    if buckets:  # or the search for one more device after the last walks through those of older projects
        devices = devices.filter(pk__gte=first_key(buckets[-1][0]))
    for bucket, number in buckets:
        if offset < number:
            return _skip(devices.filter(pk__lt=first_key(bucket + 1)), offset), total
        offset -= number
    return devices.none(), total


def _skip(devices: DeviceQuerySet, offset: int) -> DeviceQuerySet:
    """Find where to begin among the keys alone: skipping whole devices would join each with its details."""
    if not offset:
        return devices
    first = devices.values_list("pk", flat=True)[offset : offset + 1]
    return devices.filter(pk__lte=first[0]) if first else devices.none()


def _total(devices: DeviceQuerySet, project: Project, where: DeviceFilter) -> int:
    if where == DeviceFilter():
        return sum(DeviceBucket.objects.filter(project=project).values_list("number", flat=True))
    if replace(where, cohort_id=None) == DeviceFilter():
        cohorts = Cohort.objects.filter(project=project, public_id=where.cohort_id)
        return sum(CohortSize.objects.filter(cohort__in=cohorts).values_list("number", flat=True))
    return devices.count()


def _key(cursor: str) -> int:
    if _CURSOR.fullmatch(cursor) is None:
        raise Invalid("cursor: not a cursor of this list", field="cursor")
    return int(cursor, 16)
