"""Pages of the device list: the last of a million costs what the first does."""

import re
from dataclasses import dataclass, replace

from deployments.models import Cohort
from devices.models import CohortSize, Device, DeviceBucket
from devices.models.counts import BUCKET_BITS
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
        devices, offset, total = _place(devices, project, offset)
    else:
        total = _total(devices, project, where)
    rows = list(devices.with_details()[offset : offset + size + 1])
    more = f"{rows[size - 1].pk:x}" if len(rows) > size else ""
    return DevicePage(devices=rows[:size], total=total, cursor=more)


def _place(devices: DeviceQuerySet, project: Project, offset: int) -> tuple[DeviceQuerySet, int, int]:
    """Start at the bucket that holds the place, so that the database skips less than one bucket of rows."""
    buckets = list(DeviceBucket.objects.filter(project=project).values_list("bucket", "number"))
    total = sum(number for _, number in buckets)
    for bucket, number in buckets:
        if offset < number:
            return devices.filter(pk__lt=(bucket + 1) << BUCKET_BITS), offset, total
        offset -= number
    return devices.none(), 0, total


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
