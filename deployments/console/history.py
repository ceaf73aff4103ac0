"""Deployments of a cohort compared: what each changed of the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deployments.models import Artifact, Deployment
from ota_console.console.states import State

CHANGES = {
    "added": State("Added", "green", "plus"),
    "removed": State("Removed", "red", "minus"),
    "raised": State("Raised", "blue", "arrow-up"),
    "lowered": State("Lowered", "yellow", "arrow-down"),
    "changed": State("Changed", "purple", "refresh"),
    "same": State("Unchanged", "grey", "equal"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One package in two bundles; `before` or `after` is None where it is missing."""

    package: str
    kind: str
    before: Artifact | None
    after: Artifact | None

    @property
    def state(self) -> State:
        return CHANGES[self.kind]

    @property
    def artifact(self) -> Artifact:
        shown = self.after or self.before
        assert shown is not None  # noqa: S101 - one of them is there; narrows the type
        return shown


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A deployment with one cell per column of the matrix, None where it has nothing to say about the package."""

    deployment: Deployment
    cells: Sequence[Change | None]


def compare(before: Sequence[Artifact], after: Sequence[Artifact]) -> list[Change]:
    """Packages in the order of the new bundle, then those that it drops."""
    old, new = _by_package(before), _by_package(after)
    names = [*new, *(name for name in old if name not in new)]
    return [_change(name, old.get(name), new.get(name)) for name in names]


def matrix(deployments: Sequence[Deployment], before: Deployment | None) -> tuple[list[str], list[HistoryRow]]:
    """Columns and rows, newest first; `before` is the deployment that the oldest of these replaced."""
    older = [*deployments[1:], before][: len(deployments)]
    changes = [
        {change.package: change for change in compare(previous.bundled() if previous else [], entry.bundled())}
        for entry, previous in zip(deployments, older, strict=True)
    ]
    columns = sorted({package for row in changes for package in row})
    rows = [
        HistoryRow(entry, [row.get(package) for package in columns])
        for entry, row in zip(deployments, changes, strict=True)
    ]
    return columns, rows


def _by_package(bundle: Sequence[Artifact]) -> Mapping[str, Artifact]:
    return {artifact.version.package.name: artifact for artifact in bundle}


def _change(package: str, before: Artifact | None, after: Artifact | None) -> Change:
    return Change(package, _kind(before, after), before, after)


def _kind(before: Artifact | None, after: Artifact | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if before.pk == after.pk:
        return "same"
    return direction(before.version.label, after.version.label)


def direction(before: str, after: str) -> str:
    """raised or lowered by the order of semantic versions, changed where labels cannot be ordered."""
    old, new = _ordered(before), _ordered(after)
    if old is None or new is None or old == new:
        return "changed"
    return "raised" if new > old else "lowered"


def _ordered(label: str) -> tuple[object, ...] | None:
    """A sort key: numbers by value; a pre-release before its release; build data after + ignored (semver.org 2.0)."""
    release, _, pre = label.partition("+")[0].partition("-")
    numbers = release.removeprefix("v").split(".")
    if not all(number.isdecimal() for number in numbers):
        return None
    core = [int(number) for number in numbers]
    core += [0] * (4 - len(core))
    parts = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in pre.split(".")] if pre else []
    return (*core, not pre, parts)
