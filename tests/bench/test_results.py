"""What the benchmarks say about their samples, and how they keep it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.results import Result, quantile, write


def result(name: str, value: float) -> Result:
    return Result(name, value, "ms", reference=1.0, target=10.0, runs=5)


@pytest.mark.parametrize(("part", "expected"), [(0.0, 1), (0.5, 50), (0.99, 99), (1.0, 100)])
def test_a_quantile_is_the_sample_of_nearest_rank(part: float, expected: int) -> None:
    assert quantile(range(100, 0, -1), part) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_at_least_that_part_of_the_samples_is_not_above_their_quantile(samples: list[float], part: float) -> None:
    found = quantile(samples, part)
    assert sum(sample <= found for sample in samples) >= part * len(samples) - 1e-9


def test_a_value_holds_up_to_its_target() -> None:
    assert result("a", 10.0).holds
    assert not result("a", 10.001).holds


def test_a_scenario_replaces_its_own_entry_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write([result("one", 1.0), result("two", 2.0)], file)
    write([result("two", 20.0)], file)
    one, two = json.loads(file.read_text())
    assert (one["name"], one["value"], one["holds"]) == ("one", 1.0, True)
    assert (two["name"], two["value"], two["holds"]) == ("two", 20.0, False)
    assert set(two) == {"name", "value", "unit", "reference", "target", "holds", "runs", "commit", "machine"}
