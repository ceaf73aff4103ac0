"""The order of versions, as semver.org 2.0 §11 has it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.versions import CHANGED, LOWERED, RAISED, direction

#: The examples of semver.org, and what people write besides.
ORDERED = [
    "0.9.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.2",
    "v1.10.0",
    "2.0.0",
]
numbers = st.integers(0, 30)
identifiers = st.one_of(numbers.map(str), st.sampled_from(["alpha", "beta", "rc", "x-y"]))
versions = st.builds(
    lambda core, pre, build: ".".join(map(str, core)) + (f"-{'.'.join(pre)}" if pre else "") + build,
    st.tuples(numbers, numbers, numbers),
    st.lists(identifiers, max_size=3),
    st.sampled_from(["", "+build.7"]),
)
OPPOSITE = {RAISED: LOWERED, LOWERED: RAISED, CHANGED: CHANGED}


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(ORDERED)))
def test_each_comes_before_the_next(lower: str, higher: str) -> None:
    assert (direction(lower, higher), direction(higher, lower)) == (RAISED, LOWERED)


@pytest.mark.parametrize(("one", "other"), [("1.0.0", "1.0"), ("1.0.0+a", "1.0.0+b"), ("main", "1.0.0"), ("a", "b")])
def test_equal_ones_and_free_text_have_no_order(one: str, other: str) -> None:
    assert direction(one, other) == direction(other, one) == CHANGED


@given(versions, versions)
def test_turning_a_pair_round_turns_the_direction_round(one: str, other: str) -> None:
    assert direction(other, one) == OPPOSITE[direction(one, other)]


@given(versions, versions, versions)
def test_the_order_is_transitive(one: str, two: str, three: str) -> None:
    if direction(one, two) == direction(two, three) == RAISED:
        assert direction(one, three) == RAISED


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_has_a_direction(one: str, other: str) -> None:
    assert direction(one, other) in OPPOSITE
