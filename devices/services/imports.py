"""Importing devices: all of a file or nothing of it, with the same number of statements for every thousand rows."""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from devices.events import DevicesImported
from devices.models import Credential, Device, HardwareId, seal_key
from devices.services.counts import count_devices, count_members
from devices.services.credentials import full_identity
from devices.services.import_rows import ImportRow, Known, RowChecks, RowError
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid
from ota_console.core.events import publish
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import Project

__all__ = ["Import", "ImportRow", "RowError", "import_devices"]

MOST_ROWS = 20_000  # a few seconds, in which SQLite lets nobody else write
_AT_ONCE = 1_000  # rows of one round of statements
_NAMED = 100  # this many are named in the audit trail


@dataclass(frozen=True, slots=True)
class Import:
    """How many devices were created, or would be; none when there are errors."""

    created: int
    errors: Sequence[RowError]


@transaction.atomic
def import_devices(*, project: Project, rows: Sequence[ImportRow], actor: Actor, dry_run: bool = False) -> Import:
    """Create all these devices, or none and say what is wrong with which row.

    Raise Invalid for more than 20,000 rows, Conflict when something they name was taken while they were written.
    """
    actor.require("devices.edit", project=project.pk)
    if any(row.has_credential for row in rows):
        actor.require("credentials.edit", project=project.pk)
    if len(rows) > MOST_ROWS:
        raise Invalid(f"more than {MOST_ROWS} devices at once")
    checks = RowChecks(project)
    for part in _parts(rows):
        checks.check(part)
    if checks.errors:
        return Import(0, sorted(checks.errors, key=lambda error: error.line))
    if rows and not dry_run:
        _create(project, rows, checks.known, actor)
    return Import(len(rows), [])


def _create(project: Project, rows: Sequence[ImportRow], known: Known, actor: Actor) -> None:
    pks: list[int] = []
    try:
        with transaction.atomic():
            for part in _parts(rows):
                pks += _create_part(project, part, known)
    except IntegrityError as error:
        raise Conflict("a name, hardware id or identity of these was taken meanwhile; try again") from error
    count_devices(project_pk=project.pk, device_pks=pks, sign=+1)
    count_members(Counter(known.cohorts[row.cohort].pk for row in rows if row.cohort))
    names = [row.name for row in rows[:_NAMED]]
    changes = {"devices": {"created": len(rows)}, "names": names}
    publish(DevicesImported(project_id=project.pk, object_id=project.slug, actor=actor, changes=changes))


def _create_part(project: Project, rows: Sequence[ImportRow], known: Known) -> list[int]:
    devices = Device.objects.bulk_create(_device(project, row, known) for row in rows)
    pairs = list(zip(devices, rows, strict=True))
    HardwareId.objects.bulk_create(entry for device, row in pairs for entry in _hardware_ids(device, row))
    Device.tags.through.objects.bulk_create(
        Device.tags.through(device_id=device.pk, tag_id=known.tags[name].pk)
        for device, row in pairs
        for name in dict.fromkeys(row.tags)
    )
    Credential.objects.bulk_create(_credential(project, device, row) for device, row in pairs if row.has_credential)
    return [device.pk for device in devices]


def _device(project: Project, row: ImportRow, known: Known) -> Device:
    """One that is created in a cohort has moved once, as any other has."""
    cohort = known.cohorts[row.cohort] if row.cohort else None
    blueprint = known.blueprints[row.blueprint] if row.blueprint else None
    return Device(
        project=project, name=row.name.strip(), cohort=cohort, blueprint=blueprint, assignment=1 if cohort else 0
    )


def _hardware_ids(device: Device, row: ImportRow) -> Iterator[HardwareId]:
    for value in dict.fromkeys(value.strip() for value in row.hardware_ids or [new_public_id()]):
        yield HardwareId(project_id=device.project_id, device=device, value=value)


def _credential(project: Project, device: Device, row: ImportRow) -> Credential:
    identity = full_identity(project, row.identity or device.name)
    key = row.key or secrets.token_hex(16)
    return Credential(device=device, identity=identity, sealed_key=seal_key(key, identity=identity))


def _parts(rows: Sequence[ImportRow]) -> Iterator[Sequence[ImportRow]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
