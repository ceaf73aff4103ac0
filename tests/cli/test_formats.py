"""How values read in tables."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.vocabulary import REASON_TEXTS, STATE_NAMES
from ota_console.cli import formats
from ota_console.cli.errors import Usage


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        ("0", "0 B"),
        ("1023", "1023 B"),
        ("1024", "1.0 KiB"),
        ("1572864", "1.5 MiB"),
        (str(2**31 - 1), "2.0 GiB"),
        (None, "—"),
        ("many", "—"),
    ],
)
def test_sizes(count: Any, shown: str) -> None:
    assert formats.size(count) == shown


def test_times_are_local_with_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")
    time.tzset()
    try:
        assert formats.local_time("2026-07-01T15:47:38.123456Z") == "2026-07-01 17:47:38"
        assert formats.local_time(None) == formats.local_time("soon") == "—"
        assert formats.moment("2026-07-01T17:00") == "2026-07-01T15:00:00+00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_reasons_and_states_have_number_and_text() -> None:
    assert formats.reason(0) == "0 ready"
    assert formats.reason(5) == "5 integrity check failed"
    assert formats.reason(77) == "77"
    assert formats.state(1) == formats.state("DOWNLOADING") == "DOWNLOADING"
    assert formats.state(9) == "9"
    assert formats.reason(None) == formats.state(None) == "—"


def test_states_and_reasons_read_as_on_the_server() -> None:
    assert formats.REASONS == REASON_TEXTS
    assert formats.STATES == STATE_NAMES


def test_a_moment_may_be_given_as_an_age() -> None:
    found = datetime.fromisoformat(formats.moment("90m"))
    assert abs(datetime.now(UTC) - timedelta(minutes=90) - found) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "text", ["", "h", "1y", "tomorrow", "-1h", "999999w", "9" * 5000 + "s", "0001-01-01T00:00+01:00"]
)
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(Usage, match="is no time"):
        formats.moment(text)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("2d", 172_800)])
def test_durations(text: str, seconds: float) -> None:
    assert formats.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "10", "-1s", "1.5h", "soon", "9" * 30 + "w", "2026-07-01"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(Usage):
        formats.duration(text)


def test_a_moment_may_lie_ahead() -> None:
    found = datetime.fromisoformat(formats.later("30d"))
    assert abs(datetime.now(UTC) + timedelta(days=30) - found) < timedelta(minutes=1)
    assert formats.later("2026-07-01T15:00+02:00") == "2026-07-01T13:00:00+00:00"


def test_things_are_counted() -> None:
    assert [formats.count(number, "device") for number in (0, 1, 2)] == ["0 devices", "1 device", "2 devices"]
