"""The order of versions. Labels are free text; those that read as semantic versions have an order (semver.org 2.0)."""

RAISED, LOWERED, CHANGED = "raised", "lowered", "changed"


def direction(before: str, after: str) -> str:
    """raised or lowered by the order of semantic versions, changed where labels cannot be ordered."""
    old, new = _ordered(before), _ordered(after)
    if old is None or new is None or old == new:
        return CHANGED
    return RAISED if new > old else LOWERED


def _ordered(label: str) -> tuple[object, ...] | None:
    """A sort key: numbers by value; a pre-release before its release; build data after + ignored."""
    release, _, pre = label.partition("+")[0].partition("-")
    numbers = release.removeprefix("v").split(".")
    if not all(number.isdecimal() for number in numbers):
        return None
    core = [int(number) for number in numbers]
    core += [0] * (4 - len(core))
    parts = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in pre.split(".")] if pre else []
    return (*core, not pre, parts)
