"""What the gateways read: few wide queries, at handshakes and after changes, never on the hot road."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deployments.rules import Plan
from deployments.selectors import cohort_plans
from devices.models import Change, Credential, Device, open_key

__all__ = [
    "ChangeRecord",
    "DeviceRecord",
    "Plan",
    "SessionSecret",
    "changes_since",
    "cohort_plans",
    "device_records",
    "live_credentials",
    "session_secret",
]


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device as its gateway knows it; `assignment` counts its moves between cohorts."""

    device_pk: int
    device_id: str
    project_pk: int
    cohort_pk: int | None
    cohort_id: str | None
    assignment: int
    enabled: bool


@dataclass(frozen=True, slots=True)
class SessionSecret:
    """`key` is the pre-shared key as bytes. Its repr keeps it out of logs."""

    key: bytes
    credential_pk: int
    device: DeviceRecord

    def __repr__(self) -> str:
        return f"SessionSecret(credential_pk={self.credential_pk})"


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A row of the change feed; `kind` is "cohort" or "device", `keys` are primary keys."""

    pk: int
    kind: str
    keys: list[int]
    at: datetime


_RECORD = ("pk", "public_id", "project_id", "cohort_id", "cohort__public_id", "assignment", "enabled")


def session_secret(identity: str) -> SessionSecret | None:
    """One query. None for an identity that is unknown, was revoked, or belongs to a disabled device."""
    fields = ("pk", "sealed_key", *(f"device__{name}" for name in _RECORD))
    usable = Credential.objects.filter(identity=identity, device__enabled=True)
    row = usable.values_list(*fields).first()
    if row is None:
        return None
    credential_pk, box, *record = row
    key = open_key(box, identity=identity).encode()
    return SessionSecret(key=key, credential_pk=credential_pk, device=DeviceRecord(*record))


def device_records(pks: Iterable[int]) -> dict[int, DeviceRecord]:
    """One query. A key that is missing from the answer was deleted."""
    rows = Device.objects.filter(pk__in=list(pks)).values_list(*_RECORD)
    return {row[0]: DeviceRecord(*row) for row in rows}


def live_credentials(pks: Iterable[int]) -> set[int]:
    """Those of these credentials that a session may still rest on."""
    usable = Credential.objects.filter(pk__in=list(pks), device__enabled=True)
    return set(usable.values_list("pk", flat=True))


def changes_since(moment: datetime) -> list[ChangeRecord]:
    """One indexed query. Rows become visible in commit order: ask again with an overlap longer than a transaction."""
    rows = Change.objects.filter(at__gte=moment).values_list("pk", "kind", "keys", "at")
    return [ChangeRecord(*row) for row in rows]
