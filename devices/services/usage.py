"""Counting what was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from devices.models import Usage

# Added up by the database, so that gateways need not read, nor wait for each other longer than for the row.
_ADD = f"""
    INSERT INTO {Usage._meta.db_table} AS known (project_id, month, bytes_delivered, devices_updated) VALUES {{rows}}
    ON CONFLICT (project_id, month) DO UPDATE SET
        bytes_delivered = known.bytes_delivered + excluded.bytes_delivered,
        devices_updated = known.devices_updated + excluded.devices_updated
"""  # noqa: S608 - nothing of it comes from outside


@dataclass(frozen=True, slots=True)
class Delivered:
    """What is to be added to this month."""

    bytes: int = 0
    updates: int = 0


def record_usage(by_project: Mapping[int, Delivered]) -> None:
    """One statement. The keys are projects; in their order, so that two writers do not deadlock."""
    if not by_project:
        return
    month = timezone.now().date().replace(day=1)
    rows = [(pk, month, delivered.bytes, delivered.updates) for pk, delivered in sorted(by_project.items())]
    with connection.cursor() as cursor:
        places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        cursor.execute(_ADD.format(rows=places), [value for row in rows for value in row])
