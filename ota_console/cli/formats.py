"""How times, sizes, states and reasons read in tables. JSON output has them as the server sent them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from ota_console.cli.errors import Usage

NOTHING = "—"
STATES = {0: "IDLE", 1: "DOWNLOADING", 2: "DOWNLOADED", 3: "UPDATING"}  # contract/coap.md §7
REASONS = {
    0: "ready",
    1: "firmware updated successfully",
    2: "not enough flash",
    3: "out of RAM",
    4: "connection lost",
    5: "integrity check failed",
    6: "unsupported package type",
    7: "invalid URI",
    8: "firmware update failed",
    9: "unsupported protocol",
    10: "I/O error while storing",
    11: "awaiting retry",
}
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def local_time(text: Any) -> str:
    """RFC 3339 from the server as local time with seconds."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (TypeError, ValueError):
        return NOTHING


def size(count: Any) -> str:
    """Bytes, a decimal string in the API (contract/rest.md §1.4), in the largest unit that leaves 1 or more."""
    try:
        amount = float(count)
    except (TypeError, ValueError):
        return NOTHING
    if amount < 1024:
        return f"{amount:.0f} B"
    for unit in ("KiB", "MiB"):
        amount /= 1024
        if amount < 1024:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1024:.1f} GiB"


def count(number: Any, thing: str) -> str:
    """For example "1 device" or "3 devices"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def state(value: Any) -> str:
    return STATES.get(value, str(value)) if value is not None else NOTHING


def reason(value: Any) -> str:
    """Number and text, for example "5 integrity check failed"."""
    if value is None:
        return NOTHING
    return f"{value} {REASONS.get(value, '')}".rstrip()


def moment(text: str) -> str:
    """A point in time for a query: "90m", "1h", "7d" before now, or an ISO date or time, which is local without zone.

    Raises Usage when it is neither.
    """
    return _moment(text, -1)


def later(text: str) -> str:
    """The same, after now."""
    return _moment(text, 1)


def _moment(text: str, direction: int) -> str:
    try:
        if span := _span(text):
            return (datetime.now(UTC) + direction * span).isoformat()
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise Usage(f"{text!r} is no time. Write 90m, 1h, 7d or 2026-07-01T15:00.") from error


def duration(text: str) -> float:
    """Seconds of "90s", "10m" or "1h". Raises Usage for anything else."""
    try:
        if span := _span(text):  # 0s is none
            return span.total_seconds()
    except OverflowError as error:
        raise Usage(f"{text!r} is too long.") from error
    raise Usage(f"{text!r} is no length of time. Write 90s, 10m or 1h.")


def _span(text: str) -> timedelta | None:
    found = re.fullmatch(r"(\d+)([smhdw])", text)
    return timedelta(**{UNITS[found[2]]: int(found[1])}) if found else None
