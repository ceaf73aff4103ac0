"""Maintained numbers of devices: true after every change, and good for finding any page."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.models import Cohort
from deployments.services import create_cohort, delete_cohort
from devices.buckets import bucket_of
from devices.models import CohortSize, Device, DeviceBucket
from devices.selectors import DeviceFilter, device_counts, device_page
from devices.services import assign_device, create_device, delete_device
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid
from ota_console.tenancy.models import Project

ALL = DeviceFilter()


def spread(project: Project, keys: list[int]) -> list[int]:
    """Devices with these primary keys, as if those between had been deleted or belonged to others."""
    Device.objects.filter(project=project).delete()
    DeviceBucket.objects.all().delete()
    rows = [Device(pk=key, project=project, name=str(key)) for key in keys]
    Device.objects.bulk_create(rows)
    buckets: dict[int, int] = {}
    for key in keys:
        buckets[bucket_of(key)] = buckets.get(bucket_of(key), 0) + 1
    DeviceBucket.objects.bulk_create(
        DeviceBucket(project=project, bucket=bucket, number=number) for bucket, number in buckets.items()
    )
    return sorted(keys, reverse=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40_000), unique=True, max_size=40), st.integers(1, 7))
def test_any_page_holds_what_an_offset_would_give(project: Project, viewer: Actor, keys: list[int], size: int) -> None:
    newest_first = spread(project, keys)
    for start in range(0, len(keys) + size, size):
        page = device_page(project=project, actor=viewer, where=ALL, offset=start, size=size)
        assert [device.pk for device in page.devices] == newest_first[start : start + size]
        assert page.total == len(keys)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40_000), unique=True, max_size=30), st.integers(1, 7))
def test_cursors_walk_through_everything_once(project: Project, viewer: Actor, keys: list[int], size: int) -> None:
    newest_first, seen, cursor = spread(project, keys), [], ""
    while True:
        page = device_page(project=project, actor=viewer, where=ALL, size=size, cursor=cursor)
        seen += [device.pk for device in page.devices]
        cursor = page.cursor
        if not cursor:
            break
    assert seen == newest_first


@pytest.mark.parametrize("cursor", ["x", "-1", "1" * 16, "٣"])
def test_a_foreign_cursor_is_refused(project: Project, viewer: Actor, cursor: str) -> None:
    with pytest.raises(Invalid) as refusal:
        device_page(project=project, actor=viewer, where=ALL, cursor=cursor)
    assert refusal.value.field == "cursor"


def test_numbers_follow_every_change(project: Project, cohort: Cohort, operator: Actor, viewer: Actor) -> None:
    other = create_cohort(project=project, name="other", actor=operator)
    devices = [create_device(project=project, name=name, cohort=cohort, actor=operator) for name in "abcd"]
    assign_device(device=devices[0], cohort=other, actor=operator)
    assign_device(device=devices[1], cohort=None, actor=operator)
    delete_device(device=devices[2], actor=operator)
    assert device_counts([cohort.pk, other.pk]) == {cohort.pk: 1, other.pk: 1}
    assert device_page(project=project, actor=viewer, where=ALL).total == 3
    in_other = DeviceFilter(cohort_id=other.public_id)
    assert device_page(project=project, actor=viewer, where=in_other).total == 1
    delete_cohort(cohort=other, actor=operator)
    assert device_counts([other.pk]) == {other.pk: 0}


@pytest.mark.django_db(transaction=True)
def test_numbers_stay_true_when_many_change_at_once(project: Project, cohort: Cohort, operator: Actor) -> None:
    other = create_cohort(project=project, name="other", actor=operator)
    work: list[Callable[[int], object]] = [
        lambda number: create_device(project=project, name=f"{number}", cohort=cohort, actor=operator),
        lambda number: delete_device(
            device=create_device(project=project, name=f"{number}", cohort=other, actor=operator), actor=operator
        ),
        lambda number: assign_device(
            device=create_device(project=project, name=f"{number}", cohort=cohort, actor=operator),
            cohort=other,
            actor=operator,
        ),
    ]

    def run(number: int) -> None:
        try:
            work[number % len(work)](number)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(30)))
    sizes = dict(CohortSize.objects.values_list("cohort", "number"))
    assert sizes == {cohort.pk: cohort.devices.count(), other.pk: other.devices.count()}
    assert sum(DeviceBucket.objects.values_list("number", flat=True)) == Device.objects.count() == 20
