"""contract/rest.md §5: what the published client's own test-suite does and asserts, module by module."""

from typing import Any

import pytest

from tests.api.client import Api


def deleted_once(api: Api, path: str) -> None:
    """Deleting succeeds, and raises in the client when it is done again."""
    assert api.ask("DELETE", path).status_code == 200
    assert api.ask("DELETE", path).is_error


def listed(api: Api, path: str, key: str, value: str, **query: Any) -> Any:
    return next(one for one in api.get(path, **query)["list"] if one[key] == value)


def test_packages(api: Api) -> None:
    path = f"{api.in_organization}/packages"
    said = {"packageId": "main-0123456789abcdef", "description": "a package", "metadata": {"a": "1"}}
    made = api.post(path, **said)
    assert said.items() <= made.items()
    assert listed(api, path, "packageId", said["packageId"]) == made == api.get(f"{path}/{said['packageId']}")["data"]
    deleted_once(api, f"{path}/{said['packageId']}")
    bare = {"packageId": "bare-0123456789abcdef", "description": "", "metadata": {}}
    api.post(path, **bare)
    for change in (said | {"packageId": bare["packageId"]}, bare):
        api.put(f"{path}/{bare['packageId']}", **change)
        assert change.items() <= api.get(f"{path}/{bare['packageId']}")["data"].items()


def test_artifacts(api: Api) -> None:
    blueprint = api.post(f"{api.in_project}/blueprints", name="blueprint-0123456789abcdef")["id"]
    versions = ("255.99.1", "255.99.87", "255.109.42")
    made = [api.upload("pytest", version, b"a few dozen bytes", blueprintId=blueprint) for version in versions]
    for artifact, version in zip(made, versions, strict=True):
        path = f"{api.in_project}/artifacts"
        assert (artifact["package"], artifact["version"], artifact["blueprintId"]) == ("pytest", version, blueprint)
        assert listed(api, path, "id", artifact["id"]) == artifact == api.get(f"{path}/{artifact['id']}")["data"]
        deleted_once(api, f"{path}/{artifact['id']}")
    deleted_once(api, f"{api.in_project}/blueprints/{blueprint}")


def test_cohorts(api: Api) -> None:
    path, device = f"{api.in_organization}/cohorts", f"{api.in_project}/devices/{api.device()['id']}"
    made = api.post(path, name="cohort-0123456789abcdef")
    where = f"{path}/{made['cohortId']}"
    assert made["name"] == "cohort-0123456789abcdef"
    assert listed(api, path, "name", made["name"]) == made == api.get(where)["data"]
    assert api.put(where, name="renamed")["name"] == api.get(where)["data"]["name"] == "renamed"
    assert api.get(device)["data"]["cohortId"] is None
    for wanted in (made["cohortId"], None):
        assert api.patch(device, cohortId=wanted)["cohortId"] == api.get(device)["data"]["cohortId"] == wanted
    deleted_once(api, where)


def test_deployments(api: Api) -> None:
    package, cohort = "main-0123456789abcdef", api.cohort()["cohortId"]
    path = f"{api.in_organization}/cohorts/{cohort}/deployments"
    for version in ("255.13.37-variant-0123456789abcdef", "255.13.38"):
        artifact = api.upload(package, version)["id"]
        made = api.post(path, name=f"deployment-{version}", artifactIds=[artifact])
        shown = listed(api, path, "name", made["name"])
        read = api.get(f"{path}/{made['deploymentId']}")["data"]
        for one in (shown, read):
            assert (one["deploymentId"], one["name"]) == (made["deploymentId"], made["name"])
            assert one["artifactIds"] == [artifact]
    assert len(api.get(path)["list"]) == 2
    assert api.delete(f"{api.in_organization}/cohorts/{cohort}") == {}
    assert api.delete(f"{api.in_organization}/packages/{package}") == {}


@pytest.mark.parametrize(
    ("kind", "more"),
    [("blueprint", {"platform": "zephyr", "boardId": "nrf9160dk_nrf9160"}), ("blueprint", {}), ("tag", {})],
)
def test_blueprints_and_tags(api: Api, kind: str, more: dict[str, str]) -> None:
    path, name = f"{api.in_project}/{kind}s", f"{kind}-0123456789abcdef"
    made = api.post(path, name=name, **more)
    assert ({"name": name} | more).items() <= made.items()
    assert listed(api, path, "name", name) == made == api.get(f"{path}/{made['id']}")["data"]
    deleted_once(api, f"{path}/{made['id']}")


def test_releases(api: Api) -> None:
    path = f"{api.in_project}/releases"
    blueprint = api.post(f"{api.in_project}/blueprints", name="blueprint-1")["id"]
    tag = api.post(f"{api.in_project}/tags", name="tag-1")["id"]
    artifact = api.upload("pytest", "255.99.1", blueprintId=blueprint)["id"]
    said = {"releaseTags": ["release-1"], "deviceTagIds": [tag], "artifactIds": [artifact], "rollout": True}
    made = api.post(path, **said)
    assert said.items() <= made.items()
    assert listed(api, path, "id", made["id"]) == made == api.get(f"{path}/{made['id']}")["data"]
    for rollout in (False, True):
        changed = api.patch(f"{path}/{made['id']}", rollout=rollout)
        assert changed | {"updatedAt": ""} == made | {"rollout": rollout, "updatedAt": ""}
    deleted_once(api, f"{path}/{made['id']}")
    for gone in (f"tags/{tag}", f"artifacts/{artifact}", f"blueprints/{blueprint}"):
        assert api.delete(f"{api.in_project}/{gone}") == {}
