"""Packages (contract/rest.md §3.4)."""

import pytest

from tests.api.client import Api, refused, store


def test_post_packages_creates_one(api: Api) -> None:
    path = f"{api.in_organization}/packages"
    package = api.post(path, packageId="main", description="The firmware", metadata={"team": "core"})
    assert package.items() >= {
        "packageId": "main", "description": "The firmware", "metadata": {"team": "core"}
    }.items()  # fmt: skip
    assert api.get(f"{path}/main")["data"] == package
    bare = api.post(path, packageId="main-0123456789abcdef", description="", metadata={})
    assert (bare["description"], bare["metadata"]) == ("", {})


def test_post_packages_refuses_a_taken_or_impossible_name(api: Api) -> None:
    path = f"{api.in_organization}/packages"
    api.post(path, packageId="main")
    before = store()
    refused(api.ask("POST", path, json={"packageId": "main"}), 409, 6, "main already exists")
    for name in ("a b", "a/b", "a@b", "", "..", "x" * 254, "ü"):
        refused(api.ask("POST", path, json={"packageId": name}), 400, 3, "package")
    assert store() == before


def test_get_packages_lists_newest_first(api: Api) -> None:
    path = f"{api.in_organization}/packages"
    for name in ("a", "b"):
        api.post(path, packageId=name)
    reply = api.get(path)
    assert [package["packageId"] for package in reply["list"]] == ["b", "a"]
    assert (reply["page"], reply["perPage"], reply["total"]) == (0, 500, 2)
    assert [package["packageId"] for package in api.get(path, page=1, perPage=1)["list"]] == ["a"]


def test_put_package_replaces_and_really_clears(api: Api) -> None:
    path = f"{api.in_organization}/packages"
    api.post(path, packageId="main", description="old", metadata={"a": "b"})
    replaced = api.put(f"{path}/main", packageId="main", description="new", metadata={"c": "d"})
    assert (replaced["description"], replaced["metadata"]) == ("new", {"c": "d"})
    cleared = api.put(f"{path}/main", packageId="main", description="", metadata={})
    assert (cleared["description"], cleared["metadata"]) == ("", {})
    assert api.get(f"{path}/main")["data"] == cleared
    refused(api.ask("PUT", f"{path}/main", json={"packageId": "other"}), 400, 3, "packageId")
    refused(api.ask("PUT", f"{path}/other", json={"packageId": "other"}), 404, 5, "package not found")


@pytest.mark.django_db(transaction=True)  # stored files go after the commit
def test_delete_package_takes_its_artifacts_along_once_no_cohort_deploys_them(api: Api) -> None:
    artifact = api.upload("main", "1.0.0")["id"]
    api.upload("main", "2.0.0")
    cohort = f"{api.in_organization}/cohorts/{api.cohort()['cohortId']}"
    api.post(f"{cohort}/deployments", name="first", artifactIds=[artifact])
    before = store()
    refused(api.ask("DELETE", f"{api.in_organization}/packages/main"), 400, 9, "package in use")
    assert store() == before
    api.delete(cohort)
    assert api.delete(f"{api.in_organization}/packages/main") == {}
    after = store()
    assert (after["Package"], after["Artifact"], after["files"]) == (0, 0, before["files"] - 2)
    refused(api.ask("DELETE", f"{api.in_organization}/packages/main"), 404, 5, "package not found")
