"""What the gateway knows about the devices that are connected: looked up without waiting, kept true by changes.

Entries live as long as sessions use them. Loads happen at handshakes and on changes; every hot read is a dictionary
look-up. A load that a change overtook is repeated, so that nothing older than the change is ever kept.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployments.rules import EMPTY_PLAN, Bundle, Plan, StoredArtifact, deployment_for
from devices.gateway.database import Database
from devices.selectors import (
    DeviceRecord,
    SessionSecret,
    cohort_plans,
    device_records,
    live_credentials,
    session_secret,
)

if TYPE_CHECKING:
    from devices.gateway.session import Session

Key = tuple[str, int]  # ("device" | "cohort", primary key)


class CohortEntry:
    """A cohort that a connected device follows."""

    __slots__ = ("followers", "plan")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.followers: set[DeviceEntry] = set()


class DeviceEntry:
    """A connected device, shared by its sessions. `offered` is the deployment it was offered before `desired`."""

    __slots__ = ("cohort", "desired", "offered", "record", "sessions")

    def __init__(self, record: DeviceRecord) -> None:
        self.record = record
        self.cohort: CohortEntry | None = None
        self.desired: Bundle | None = None
        self.offered: Bundle | None = None
        self.sessions: set[Session] = set()

    @property
    def desired_key(self) -> tuple[int, int] | None:
        """Changes exactly when the device must be told something; None when there is nothing to run."""
        return None if self.desired is None else (self.record.assignment, self.desired.deployment_pk)

    def artifact(self, segment: str) -> StoredArtifact | None:
        """The artifact `package@version` if this device may download it."""
        for bundle in (self.desired, self.offered):
            if bundle is not None and segment in bundle.artifacts:
                return bundle.artifacts[segment]
        return None

    def decide(self) -> None:
        """Apply the rule to what is known now."""
        plan = self.cohort.plan if self.cohort else EMPTY_PLAN
        desired = deployment_for(self.record.device_id, plan)
        if self.desired is not None and (desired is None or desired.deployment_pk != self.desired.deployment_pk):
            self.offered = self.desired
        self.desired = desired


@dataclass(frozen=True, slots=True)
class Reload:
    """What the database says about some devices; `plans` holds the cohorts that were not cached when asked."""

    records: dict[int, DeviceRecord]
    credentials: set[int]
    plans: dict[int, Plan]


class Registry:
    """The connected devices and the cohorts they follow, by primary key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.devices: dict[int, DeviceEntry] = {}
        self.cohorts: dict[int, CohortEntry] = {}
        self._watches: list[set[Key]] = []

    # ── At a handshake ──────────────────────────────────────────────────────────────────────────────────────
    async def admit(
        self, identity: str, open_session: Callable[[SessionSecret, DeviceEntry], "Session"]
    ) -> tuple[SessionSecret, "Session"] | None:
        """Look an identity up and attach the session made for it. None when it may not connect.

        Raises `django.db.Error` when the database is down.
        """
        while True:
            with self._watch() as changed:
                secret, plans = await self._database.read(_load_secret, identity, frozenset(self.cohorts))
            if secret is None:
                return None
            cohort_pk = secret.device.cohort_pk
            is_known = cohort_pk is None or cohort_pk in self.cohorts or cohort_pk in plans
            if is_known and not changed & {("device", secret.device.device_pk), ("cohort", cohort_pk or 0)}:
                break
        entry = self._entry(secret.device, plans)
        session = open_session(secret, entry)
        entry.sessions.add(session)
        return secret, session

    def detach(self, session: "Session") -> None:
        """The session is over; forget the device with its last one."""
        entry = session.device
        entry.sessions.discard(session)
        if not entry.sessions and self.devices.get(entry.record.device_pk) is entry:
            del self.devices[entry.record.device_pk]
            self._follow(entry, None, {})

    # ── On a change ─────────────────────────────────────────────────────────────────────────────────────────
    def mark(self, kind: str, keys: Iterable[int]) -> None:
        """Something moved: loads under way may have read what was there before."""
        if self._watches:
            moved = {(kind, key) for key in keys}
            for watch in self._watches:
                watch |= moved

    async def reload_cohorts(self, keys: Iterable[int]) -> list[DeviceEntry]:
        """Read plans again; the followers whose deployment may have changed. Raises `django.db.Error`."""
        plans = await self._database.read(cohort_plans, [key for key in keys if key in self.cohorts])
        touched: list[DeviceEntry] = []
        for key, plan in plans.items():
            if cohort := self.cohorts.get(key):
                cohort.plan = plan
                touched.extend(cohort.followers)
        for entry in touched:
            entry.decide()
        return touched

    async def reload_devices(self, keys: Iterable[int]) -> tuple[list[DeviceEntry], set[int]]:
        """Read devices again and end the sessions that may not go on. Raises `django.db.Error`.

        Also gives the keys to read once more, because their cohort was forgotten meanwhile.
        """
        entries = [self.devices[key] for key in keys if key in self.devices]
        if not entries:
            return [], set()
        asked = [entry.record.device_pk for entry in entries]
        credentials = [session.credential_pk for entry in entries for session in entry.sessions]
        loaded = await self._database.read(_load_devices, asked, credentials, frozenset(self.cohorts))
        again = {entry.record.device_pk for entry in entries if not self._refresh(entry, loaded)}
        return entries, again

    def _refresh(self, entry: DeviceEntry, loaded: Reload) -> bool:
        record = loaded.records.get(entry.record.device_pk)
        if record is None or not record.enabled:
            _close_all(entry.sessions, "device deleted" if record is None else "device disabled")
            return True
        revoked = [session for session in entry.sessions if session.credential_pk not in loaded.credentials]
        _close_all(revoked, "credential revoked")
        if not entry.sessions:
            return True
        if (
            record.cohort_pk is not None
            and record.cohort_pk not in self.cohorts
            and record.cohort_pk not in loaded.plans
        ):
            return False
        entry.record = record
        self._follow(entry, record.cohort_pk, loaded.plans)
        return True

    # ── Inside ──────────────────────────────────────────────────────────────────────────────────────────────
    def _entry(self, record: DeviceRecord, plans: dict[int, Plan]) -> DeviceEntry:
        known = self.devices.get(record.device_pk)
        entry = known or DeviceEntry(record)
        entry.record = record
        self._follow(entry, record.cohort_pk, plans)
        if known is None:
            self.devices[record.device_pk] = entry
            # What an earlier session was offered, as far as can be known: it may be half downloaded.
            entry.offered = entry.cohort.plan.previous if entry.cohort else None
        return entry

    def _follow(self, entry: DeviceEntry, cohort_pk: int | None, plans: dict[int, Plan]) -> None:
        cohort = None if cohort_pk is None else self.cohorts.get(cohort_pk)
        if cohort is None and cohort_pk is not None:
            cohort = self.cohorts[cohort_pk] = CohortEntry(plans[cohort_pk])
        if entry.cohort is not cohort:
            self._leave(entry)
            entry.cohort = cohort
            if cohort is not None:
                cohort.followers.add(entry)
        entry.decide()

    def _leave(self, entry: DeviceEntry) -> None:
        left = entry.cohort
        if left is None:
            return
        left.followers.discard(entry)
        if not left.followers:
            self.cohorts = {key: cohort for key, cohort in self.cohorts.items() if cohort is not left}

    @contextmanager
    def _watch(self) -> Iterator[set[Key]]:
        changed: set[Key] = set()
        self._watches.append(changed)
        try:
            yield changed
        finally:
            self._watches.remove(changed)


def _close_all(sessions: Iterable["Session"], reason: str) -> None:
    for session in list(sessions):
        session.close(reason)


def _load_secret(identity: str, cached: frozenset[int]) -> tuple[SessionSecret | None, dict[int, Plan]]:
    secret = session_secret(identity)
    if secret is None or secret.device.cohort_pk is None or secret.device.cohort_pk in cached:
        return secret, {}
    return secret, cohort_plans([secret.device.cohort_pk])


def _load_devices(asked: list[int], credentials: list[int], cached: frozenset[int]) -> Reload:
    records = device_records(asked)
    cohorts = {record.cohort_pk for record in records.values() if record.cohort_pk is not None}
    return Reload(records, live_credentials(credentials), cohort_plans(cohorts - cached))
