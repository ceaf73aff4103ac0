"""The rules of desired state."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments import rules
from ota_console.core.errors import Invalid

ALLOWED = string.ascii_letters + string.digits + "._-+~"
names = st.text(alphabet=ALLOWED, min_size=1, max_size=100).filter(lambda name: name not in {".", ".."})


@given(names, names)
def test_allowed_characters_make_a_package_and_a_version(package: str, label: str) -> None:
    rules.require_package_name(package)
    rules.require_version_label(package, label)


@given(names, st.characters().filter(lambda character: character not in ALLOWED), st.integers(0, 100))
def test_any_other_character_is_refused_with_its_field(name: str, character: str, position: int) -> None:
    spoilt = name[:position] + character + name[position:]
    with pytest.raises(Invalid) as refusal:
        rules.require_package_name(spoilt)
    assert refusal.value.field == "package"
    with pytest.raises(Invalid) as refusal:
        rules.require_version_label("main", spoilt)
    assert refusal.value.field == "version"


@pytest.mark.parametrize("name", ["", ".", "..", "a\n", "a" * 254])
def test_impossible_package_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        rules.require_package_name(name)


def test_package_and_version_together_have_at_most_255_bytes() -> None:
    rules.require_version_label("p" * 100, "v" * 154)
    with pytest.raises(Invalid, match="255 bytes"):
        rules.require_version_label("p" * 100, "v" * 155)


@given(st.lists(names, min_size=1, unique=True))
def test_a_bundle_of_different_packages_is_possible(packages: list[str]) -> None:
    rules.require_bundle(packages)


@given(st.lists(names, min_size=1, unique=True), st.data())
def test_a_bundle_with_a_package_twice_is_refused_by_its_name(packages: list[str], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(packages))
    with pytest.raises(Invalid) as refusal:
        rules.require_bundle([*packages, twice])
    assert twice in refusal.value.message
    assert refusal.value.field == "artifactIds"


def test_an_empty_bundle_is_refused() -> None:
    with pytest.raises(Invalid, match="at least one"):
        rules.require_bundle([])


@pytest.mark.parametrize("size", [0, -1, 2**31])
def test_sizes_that_devices_cannot_hold_are_refused(size: int) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.require_size(size)
    assert refusal.value.field == "content"


@pytest.mark.parametrize("size", [1, 2**31 - 1])
def test_sizes_that_devices_can_hold_are_accepted(size: int) -> None:
    rules.require_size(size)


def test_default_device_limits_are_warned_of() -> None:
    assert rules.device_limit_warnings([("main", "1.2.3")]) == []
    assert len(rules.device_limit_warnings([("main", "1" * 17)])) == 1
    assert len(rules.device_limit_warnings([("main", "1"), ("modem", "2")])) == 1
