"""What a bundle changes of the one before it, and what an operator should know of that before it starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deployments import rules
from deployments.models import Artifact
from deployments.versions import LOWERED, direction

ADDED, REMOVED, SAME = "added", "removed", "same"


@dataclass(frozen=True, slots=True)
class Change:
    """One package in two bundles; `before` or `after` is None where it is missing.

    `kind` is added, removed or same, or, with another artifact, raised, lowered or changed by its version.
    """

    package: str
    kind: str
    before: Artifact | None
    after: Artifact | None

    @property
    def artifact(self) -> Artifact:
        shown = self.after or self.before
        assert shown is not None  # noqa: S101 - one of them is there; narrows the type
        return shown

    @property
    def is_downgrade(self) -> bool:
        return self.kind == LOWERED


def compare(before: Sequence[Artifact], after: Sequence[Artifact]) -> list[Change]:
    """Packages in the order of the new bundle, then those that it drops. For artifacts read `with_names()`."""
    old, new = _by_package(before), _by_package(after)
    names = [*new, *(name for name in old if name not in new)]
    return [_change(name, old.get(name), new.get(name)) for name in names]


def download_size(changes: Sequence[Change]) -> int:
    """Bytes that a device which is up to date will fetch."""
    return sum(change.after.size for change in changes if change.after and change.kind != SAME)


def warnings_about(changes: Sequence[Change]) -> list[str]:
    """Sentences for the operator; none of them keeps the bundle from being started."""
    bundle = [change.after for change in changes if change.after]
    warnings = rules.device_limit_warnings([(entry.version.package.name, entry.version.label) for entry in bundle])
    warnings += [sentence for change in changes if (sentence := _warning(change))]
    if changes and all(change.kind == SAME for change in changes):
        warnings.append("Nothing changes: the active deployment holds the same versions.")
    return warnings


def _warning(change: Change) -> str | None:
    if change.is_downgrade and change.before and change.after:
        return (
            f"{change.package} goes back from {change.before.version.label} to {change.after.version.label}."
            " Devices install a lower version like any other."
        )
    if change.kind == REMOVED:
        return f"{change.package} is no longer part of it: devices keep the version they run."
    return None


def _by_package(bundle: Sequence[Artifact]) -> Mapping[str, Artifact]:
    return {artifact.version.package.name: artifact for artifact in bundle}


def _change(package: str, before: Artifact | None, after: Artifact | None) -> Change:
    return Change(package, _kind(before, after), before, after)


def _kind(before: Artifact | None, after: Artifact | None) -> str:
    if before is None:
        return ADDED
    if after is None:
        return REMOVED
    if before.pk == after.pk:
        return SAME
    return direction(before.version.label, after.version.label)
