"""Keeps the numbers of devices true. Called last in a transaction: the rows stay locked until its commit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F

from devices.buckets import bucket_of
from devices.models import CohortSize, DeviceBucket


def count_devices(*, project_pk: int, device_pks: Iterable[int], sign: int) -> None:
    """These devices were created (`sign` +1) or deleted (−1)."""
    for bucket, number in sorted(Counter(bucket_of(pk) for pk in device_pks).items()):
        row: dict[str, Any] = {"project_id": project_pk, "bucket": bucket}
        if not DeviceBucket.objects.filter(**row).update(number=F("number") + sign * number):
            DeviceBucket.objects.get_or_create(**row)
            DeviceBucket.objects.filter(**row).update(number=F("number") + sign * number)


def count_members(moves: Mapping[int | None, int]) -> None:
    """`moves` says by how many devices each cohort grew or shrank; in order of keys, so that moves do not deadlock."""
    for cohort_pk, number in sorted((pk, number) for pk, number in moves.items() if pk is not None and number):
        if not CohortSize.objects.filter(cohort=cohort_pk).update(number=F("number") + number):
            CohortSize.objects.get_or_create(cohort_id=cohort_pk)
            CohortSize.objects.filter(cohort=cohort_pk).update(number=F("number") + number)
