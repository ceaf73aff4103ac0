"""Projects full of devices for the scenarios on PostgreSQL, written by SQL because nothing of it is measured."""

import hashlib
from collections.abc import Callable

import psycopg

from devices.buckets import BUCKET_BITS


def slug(size: int) -> str:
    return f"bench-{size}"


def key(size: int) -> str:
    return f"key-of-{slug(size)}"


def fill(database: psycopg.Connection, size: int) -> None:
    """A project with so many devices, each with a hardware id and a report, and as many events, a second apart."""
    run: Callable[..., psycopg.Cursor] = database.execute
    row = run(
        "INSERT INTO tenancy_project (organization_id, slug, name, last_sequence_number, created_at, updated_at)"
        " SELECT id, %s, %s, 0, now(), now() FROM tenancy_organization LIMIT 1 RETURNING id",
        [slug(size), slug(size)],
    ).fetchone()
    assert row is not None
    project = row[0]
    run(
        "INSERT INTO tenancy_apikey (public_id, project_id, name, key_hash, role, tags, created_at)"
        " VALUES (%s, %s, 'bench', %s, 3, '[]', now())",
        [slug(size), project, hashlib.sha256(key(size).encode()).hexdigest()],
    )
    run(
        "INSERT INTO devices_device (public_id, project_id, name, enabled, assignment, address, created_at, updated_at)"
        " SELECT lpad(to_hex(%s::bigint), 8, '0') || lpad(to_hex(n::bigint), 16, '0'), %s, 'device-' || n, true, 0, '',"
        " now(), now()"
        " FROM generate_series(1, %s) AS n",
        [project, project, size],
    )
    run(
        "INSERT INTO devices_hardwareid (project_id, device_id, value)"
        " SELECT project_id, id, 'hardware-' || id FROM devices_device WHERE project_id = %s",
        [project],
    )
    run(
        "INSERT INTO devices_packagestate (device_id, package, state, reason, version, target, reported_at)"
        " SELECT id, 'main', 0, 0, '1.0.0', '', now() FROM devices_device WHERE project_id = %s",
        [project],
    )
    run(
        "INSERT INTO devices_devicebucket (project_id, bucket, number)"
        " SELECT project_id, id >> %s, count(*) FROM devices_device WHERE project_id = %s GROUP BY 1, 2",
        [BUCKET_BITS, project],
    )
    run(
        "INSERT INTO devices_otaevent"
        " (project_id, device_id, cohort_id, deployment_id, package, state, reason, version, target, received_at)"
        " SELECT %s, lpad(to_hex(%s::bigint), 8, '0') || lpad(to_hex(n::bigint), 16, '0'), '', '', 'main', 0, 0,"
        " '1.0.0', '',"
        " timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second' FROM generate_series(1, %s) AS n",
        [project, project, size],
    )
