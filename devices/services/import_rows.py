"""What an import is made of, and what can be wrong with its rows: each row by itself, against the file, the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from deployments.models import Blueprint, Cohort
from devices.models import Credential, Device, HardwareId, Tag
from devices.services.credentials import LONGEST_IDENTITY, LONGEST_KEY, full_identity, require_sendable
from ota_console.core.errors import Invalid
from ota_console.core.text import require_name
from ota_console.tenancy.models import Project


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One device as it is to be. Tags, blueprint and cohort by name; empty text is as good as none.

    With an identity or a key it gets a credential; what of it is missing is generated, the identity from the name.
    """

    line: int
    name: str
    hardware_ids: Sequence[str] = ()
    tags: Sequence[str] = ()
    blueprint: str = ""
    cohort: str = ""
    identity: str = ""
    key: str = field(default="", repr=False)

    @property
    def has_credential(self) -> bool:
        return bool(self.identity or self.key)


@dataclass(frozen=True, slots=True)
class RowError:
    """`field` is the column, "" for the whole line."""

    line: int
    field: str
    message: str


@dataclass(slots=True)
class Known:
    """What of the store the rows name, by name."""

    tags: dict[str, Tag] = field(default_factory=dict)
    blueprints: dict[str, Blueprint] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)


class RowChecks:
    """Collects what is wrong with the rows of one import, given in parts: six queries for each."""

    def __init__(self, project: Project) -> None:
        self.known = Known()
        self.errors: list[RowError] = []
        self._project = project
        self._seen: dict[str, dict[str, int]] = {"name": {}, "hardwareIds": {}, "identity": {}}

    def check(self, rows: Sequence[ImportRow]) -> None:
        for row in rows:
            self._check_alone(row)
            self._check_against_file(row)
        self._check_against_store(rows)

    def _check_alone(self, row: ImportRow) -> None:
        self._try(row, lambda: require_name(row.name, field="name"))
        for value in row.hardware_ids:
            self._try(row, lambda value=value: require_name(value, field="hardwareIds"))  # type: ignore[misc]
        if row.has_credential:
            identity = self._identity(row)
            self._try(row, lambda: require_sendable(identity, field="identity", longest=LONGEST_IDENTITY))
        if row.key:
            self._try(row, lambda: require_sendable(row.key, field="preSharedKey", longest=LONGEST_KEY))

    def _check_against_file(self, row: ImportRow) -> None:
        for column, value in self._unique(row):
            first = self._seen[column].setdefault(value, row.line)
            if first != row.line:
                self._complain(row, column, f"{value} stands in line {first} already")

    def _check_against_store(self, rows: Sequence[ImportRow]) -> None:
        taken = {
            "name": _values(Device.objects.filter(project=self._project), "name", (row.name.strip() for row in rows)),
            "hardwareIds": _values(
                HardwareId.objects.filter(project=self._project),
                "value",
                (value.strip() for row in rows for value in row.hardware_ids),
            ),
            "identity": _values(
                Credential.objects.all(), "identity", (self._identity(row) for row in rows if row.has_credential)
            ),
        }
        self._learn(rows)
        for row in rows:
            for column, value in self._unique(row):
                if value in taken[column]:
                    self._complain(row, column, f"{value} exists already")
            self._check_names(row)

    def _learn(self, rows: Sequence[ImportRow]) -> None:
        """Cohorts are locked, in the order of their keys, so that none is deleted before the devices are in it."""
        tags = {name for row in rows for name in row.tags} - self.known.tags.keys()
        blueprints = {row.blueprint for row in rows} - self.known.blueprints.keys()
        cohorts = {row.cohort for row in rows} - self.known.cohorts.keys()
        mine = {"project": self._project}
        self.known.tags |= {tag.name: tag for tag in Tag.objects.filter(**mine, name__in=tags)}
        self.known.blueprints |= {each.name: each for each in Blueprint.objects.filter(**mine, name__in=blueprints)}
        existing = Cohort.objects.select_for_update().existing().filter(**mine, name__in=cohorts).order_by("pk")
        self.known.cohorts |= {cohort.name: cohort for cohort in existing}

    def _check_names(self, row: ImportRow) -> None:
        for tag in row.tags:
            self._require(row, "tags", "tag", tag, self.known.tags)
        if row.blueprint:
            self._require(row, "blueprint", "blueprint", row.blueprint, self.known.blueprints)
        if row.cohort:
            self._require(row, "cohort", "cohort", row.cohort, self.known.cohorts)

    def _require(self, row: ImportRow, column: str, kind: str, name: str, known: Mapping[str, object]) -> None:
        if name not in known:
            self._complain(row, column, f"there is no {kind} {name} in the project")

    def _unique(self, row: ImportRow) -> Iterable[tuple[str, str]]:
        yield "name", row.name.strip()
        for value in dict.fromkeys(value.strip() for value in row.hardware_ids):
            yield "hardwareIds", value
        if row.has_credential:
            yield "identity", self._identity(row)

    def _identity(self, row: ImportRow) -> str:
        return full_identity(self._project, row.identity or row.name.strip())

    def _try(self, row: ImportRow, check: Callable[[], object]) -> None:
        try:
            check()
        except Invalid as error:
            column = error.field or ""
            self._complain(row, column, error.message.removeprefix(f"{column}: "))

    def _complain(self, row: ImportRow, column: str, message: str) -> None:
        self.errors.append(RowError(row.line, column, message))


def _values(rows: QuerySet[Any], column: str, wanted: Iterable[str]) -> set[str]:
    """Those of the wanted values that exist. Text with NUL cannot, and PostgreSQL would not even look."""
    askable = [value for value in wanted if "\0" not in value]
    return set(rows.filter(**{f"{column}__in": askable}).order_by().values_list(column, flat=True))
