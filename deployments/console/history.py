"""Deployments of a cohort compared: what each changed of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

from deployments import comparison
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
class Change(comparison.Change):
    """As pages show it."""

    @property
    def state(self) -> State:
        return CHANGES[self.kind]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A deployment with one cell per column of the matrix, None where it has nothing to say about the package."""

    deployment: Deployment
    cells: Sequence[Change | None]


def compare(before: Sequence[Artifact], after: Sequence[Artifact]) -> list[Change]:
    return [
        Change(change.package, change.kind, change.before, change.after) for change in comparison.compare(before, after)
    ]


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
