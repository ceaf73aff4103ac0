"""Deployments (contract/rest.md §3.7)."""

import json
from typing import Any

import pytest

from deployments.models import Deployment
from tests.api.client import Api, refused, store


@pytest.fixture
def path(api: Api) -> str:
    return f"{api.in_organization}/cohorts/{api.cohort()['cohortId']}/deployments"


def test_post_deployments_becomes_the_active_one(api: Api, path: str) -> None:
    artifacts = [api.upload(package, "1.0.0")["id"] for package in ("main", "modem", "model")]
    first = api.post(path, name="first", artifactIds=artifacts[::-1])
    assert len(first["deploymentId"]) == 24
    assert first["name"] == "first"
    assert first["artifactIds"] == artifacts[::-1]
    assert api.get(path.removesuffix("/deployments"))["data"]["activeDeploymentId"] == first["deploymentId"]
    assert first.items() <= api.get(f"{path}/{first['deploymentId']}")["data"].items()
    second = api.post(path, name="first", artifactIds=artifacts[:1])
    assert second["sequenceNumber"] > first["sequenceNumber"]
    assert api.get(path.removesuffix("/deployments"))["data"]["activeDeploymentId"] == second["deploymentId"]


def test_post_deployments_gives_devices_the_manifest_in_the_order_posted(api: Api, path: str) -> None:
    artifacts = [api.upload(package, "1.0.0")["id"] for package in ("b", "a")]
    started = api.post(path, name="x", artifactIds=artifacts)
    manifest = json.loads(bytes(Deployment.objects.get().manifest_json))
    assert manifest["sequenceNumber"] == started["sequenceNumber"]
    assert [component["package"] for component in manifest["components"]] == ["b", "a"]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ([], "at least one"),
        (["one", "two"], "more than one"),
        (["foreign"], "there is no"),
        (["f" * 24], "there is no"),
    ],
)
def test_post_deployments_refuses_an_impossible_bundle(
    api: Api, foreign_api: Api, path: str, wanted: list[str], why: str
) -> None:
    ids = {
        "one": api.upload("main", "1")["id"],
        "two": api.upload("main", "2")["id"],
        "foreign": foreign_api.upload("main", "1")["id"],
    }
    before = store()
    body: dict[str, Any] = {"name": "x", "artifactIds": [ids.get(name, name) for name in wanted]}
    refused(api.ask("POST", path, json=body), 400, 3, "artifactIds", why)
    assert store() == before


def test_get_deployments_lists_newest_first_and_filters_by_name(api: Api, path: str) -> None:
    made = [
        api.post(path, name=name, artifactIds=[api.upload("main", version)["id"]])
        for name, version in (("first", "1.0.0"), ("second", "1.1.0"))
    ]
    assert [deployment.pop("warnings") for deployment in made] == [[], []]
    reply = api.get(path)
    assert reply["list"] == made[::-1]
    assert (reply["page"], reply["perPage"], reply["total"]) == (0, 500, 2)
    assert api.get(path, name="first")["list"] == made[:1]
    assert api.get(path, name="f")["list"] == []


def test_get_deployment_of_another_cohort_is_not_found(api: Api, path: str) -> None:
    started = api.post(path, name="x", artifactIds=[api.upload("main", "1.0.0")["id"]])["deploymentId"]
    other = api.cohort("other")["cohortId"]
    elsewhere = f"{api.in_organization}/cohorts/{other}/deployments"
    refused(api.ask("GET", f"{elsewhere}/{started}"), 404, 5, "deployment not found")
    assert api.get(elsewhere)["list"] == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_deployments_never_change(api: Api, path: str, method: str) -> None:
    started = api.post(path, name="x", artifactIds=[api.upload("main", "1.0.0")["id"]])["deploymentId"]
    refused(api.ask(method, f"{path}/{started}", json={"name": "y"}), 405, 12, method)
