"""What a bundle changes of the one before."""

from hypothesis import given
from hypothesis import strategies as st

from deployments.comparison import compare, download_size, warnings_about
from deployments.models import Artifact, Package, Version

labels = st.sampled_from(["1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0", "main"])
bundles = st.dictionaries(st.sampled_from(["app", "modem", "model", "picture"]), labels)
_pks: dict[tuple[str, str], int] = {}


def bundle(versions: dict[str, str]) -> list[Artifact]:
    return [_artifact(package, label) for package, label in versions.items()]


def _artifact(package: str, label: str) -> Artifact:
    version = Version(package=Package(name=package), label=label)
    return Artifact(pk=_pks.setdefault((package, label), len(_pks) + 1), version=version, size=len(label))


@given(bundles, bundles)
def test_every_package_of_both_is_named_once_and_nothing_is_invented(old: dict[str, str], new: dict[str, str]) -> None:
    changes = compare(bundle(old), bundle(new))
    assert sorted(change.package for change in changes) == sorted({*old, *new})
    for change in changes:
        assert (change.before and change.before.version.label) == old.get(change.package)
        assert (change.after and change.after.version.label) == new.get(change.package)
        assert (change.kind == "same") == (old.get(change.package) == new.get(change.package))


@given(bundles, bundles)
def test_what_is_raised_one_way_is_lowered_the_other(old: dict[str, str], new: dict[str, str]) -> None:
    there = {change.package: change.kind for change in compare(bundle(old), bundle(new))}
    back = {change.package: change.kind for change in compare(bundle(new), bundle(old))}
    opposite = {"raised": "lowered", "lowered": "raised", "added": "removed", "removed": "added"}
    assert back == {package: opposite.get(kind, kind) for package, kind in there.items()}


@given(bundles, bundles)
def test_devices_fetch_what_is_new_or_other(old: dict[str, str], new: dict[str, str]) -> None:
    fetched = sum(len(label) for package, label in new.items() if old.get(package) != label)
    assert download_size(compare(bundle(old), bundle(new))) == fetched


def test_warnings_name_what_goes_back_and_what_is_dropped() -> None:
    old, new = {"app": "2.0.0", "modem": "1.0.0"}, {"app": "1.1.0"}
    back, dropped = warnings_about(compare(bundle(old), bundle(new)))
    assert "app goes back from 2.0.0 to 1.1.0" in back
    assert "modem is no longer part of it" in dropped


def test_warnings_say_that_nothing_changes_and_what_default_devices_refuse() -> None:
    assert warnings_about(compare(bundle({"app": "1.0.0"}), bundle({"app": "1.0.0"}))) == [
        "Nothing changes: the active deployment holds the same versions."
    ]
    (refused,) = warnings_about(compare([], bundle({"app": "1.0.0", "modem": "1.0.0"})))
    assert "more than one package" in refused
    (long,) = warnings_about(compare([], [_artifact("a-rather-long-package", "1.0.0")]))
    assert "16 characters" in long
