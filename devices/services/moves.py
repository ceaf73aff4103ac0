"""Many devices into a cohort or out of it: one transaction, one word to all gateways, one row in the audit trail."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from deployments.models import Cohort
from deployments.services.cohorts import lock_cohort
from devices.events import DevicesMoved
from devices.models import Device
from devices.models.devices import DeviceQuerySet
from devices.selectors import Choice
from devices.services.counts import count_members
from ota_console.core.actors import Actor
from ota_console.core.events import publish

_AT_ONCE = 5_000  # devices of one statement


@dataclass(frozen=True, slots=True)
class Moves:
    """How many devices were chosen, and how many of these did not yet have the cohort they were to have."""

    matched: int
    moved: int


@transaction.atomic
def add_devices(*, cohort: Cohort, choice: Choice, actor: Actor, dry_run: bool = False) -> Moves:
    """Put all of them into the cohort; they are told at once. A dry run only counts.

    Raise NotFound for a cohort that was deleted. Devices that were deleted since they were chosen are passed over.
    """
    actor.require("devices.edit", project=cohort.project_id)
    cohort = lock_cohort(cohort)
    others = Device.objects.filter(project=cohort.project_id).exclude(cohort=cohort)
    return _move(others, choice, cohort, cohort, actor, dry_run)


@transaction.atomic
def remove_devices(*, cohort: Cohort, choice: Choice, actor: Actor, dry_run: bool = False) -> Moves:
    """Take those that are in the cohort out of it; they keep what they run and are told nothing.

    Raises as `add_devices` does.
    """
    actor.require("devices.edit", project=cohort.project_id)
    cohort = lock_cohort(cohort)
    return _move(Device.objects.filter(cohort=cohort), choice, cohort, None, actor, dry_run)


def _move(
    movable: DeviceQuerySet, choice: Choice, cohort: Cohort, target: Cohort | None, actor: Actor, dry_run: bool
) -> Moves:
    moved: list[int] = []
    left: Counter[int | None] = Counter()
    for pks in _parts(sorted(choice.pks)):
        rows = dict(_locked(movable, dry_run).filter(pk__in=pks).order_by("pk").values_list("pk", "cohort"))
        moved += rows
        left.update(rows.values())
        if not dry_run:
            Device.objects.filter(pk__in=list(rows)).update(
                cohort=target, assignment=F("assignment") + 1, updated_at=timezone.now()
            )
    if moved and not dry_run:
        count_members({pk: -number for pk, number in left.items()} | ({target.pk: len(moved)} if target else {}))
        _publish(cohort, choice, moved, left, actor, "removed" if target is None else "added")
    return Moves(matched=len(choice.pks), moved=len(moved))


def _locked(movable: DeviceQuerySet, dry_run: bool) -> DeviceQuerySet:
    return movable if dry_run else movable.select_for_update(no_key=True)


def _parts(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    return (pks[start : start + _AT_ONCE] for start in range(0, len(pks), _AT_ONCE))


def _publish(
    cohort: Cohort, choice: Choice, moved: Sequence[int], left: Counter[int | None], actor: Actor, act: str
) -> None:
    others = Cohort.objects.filter(pk__in=[pk for pk in left if pk not in (None, cohort.pk)])
    publish(
        DevicesMoved(
            project_id=cohort.project_id,
            object_id=cohort.public_id,
            actor=actor,
            device_pks=tuple(moved),
            cohort_ids=tuple(others.values_list("public_id", flat=True)),
            changes={"devices": {act: len(moved), "matched": len(choice.pks)}, "selection": dict(choice.words)},
        )
    )
