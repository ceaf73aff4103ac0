"""Releases (contract/rest.md §3.11)."""

from typing import Any

import pytest

from devices.models import Change
from ota_console.tenancy.models import AuditEntry
from tests.api.client import Api, refused, store


@pytest.fixture
def body(api: Api) -> dict[str, Any]:
    """A release with one of everything."""
    blueprint = api.post(f"{api.in_project}/blueprints", name="board")["id"]
    return {
        "releaseTags": ["1.0.0", "stable"],
        "deviceTagIds": [api.post(f"{api.in_project}/tags", name="red")["id"]],
        "artifactIds": [api.upload(package, "1", blueprintId=blueprint)["id"] for package in ("main", "modem")],
        "rollout": True,
    }


def test_post_releases_creates_one(api: Api, body: dict[str, Any]) -> None:
    path, changes = f"{api.in_project}/releases", Change.objects.count()
    made = api.post(path, **body)
    assert body.items() <= made.items()
    assert isinstance(made["sequenceNumber"], str)
    assert int(made["sequenceNumber"]) > 0
    assert (made["cohortId"], made["suitManifest"]) == (None, {})
    assert made["blueprintId"] == api.get(f"{api.in_project}/blueprints")["list"][0]["id"]
    assert api.get(path)["list"] == [made]
    assert api.get(f"{path}/{made['id']}")["data"] == made
    assert Change.objects.count() == changes


def test_post_releases_keeps_the_order_of_the_artifacts(api: Api, body: dict[str, Any]) -> None:
    body["artifactIds"].reverse()
    assert api.post(f"{api.in_project}/releases", **body)["artifactIds"] == body["artifactIds"]


def test_a_release_tag_is_unique(api: Api, body: dict[str, Any]) -> None:
    path = f"{api.in_project}/releases"
    api.post(path, **body)
    before = store()
    reply = api.ask("POST", path, json={"releaseTags": ["2.0.0", "stable"]})
    refused(reply, 409, 6, "already exists with same release tag", "stable")
    assert store() == before


def test_patch_release_toggles_the_rollout_alone(api: Api, body: dict[str, Any]) -> None:
    path = f"{api.in_project}/releases"
    made = api.post(path, **body)
    changed = api.patch(f"{path}/{made['id']}", rollout=False)
    assert {name for name in made if made[name] != changed[name]} == {"rollout", "updatedAt"}
    assert api.get(f"{path}/{made['id']}")["data"] == changed
    latest = AuditEntry.objects.filter(object_id=made["id"])[0]
    assert (latest.action, latest.changes) == ("release.updated", {"rollout": [True, False]})


def test_patch_release_adds_and_removes_tags(api: Api, body: dict[str, Any]) -> None:
    made = api.post(f"{api.in_project}/releases", **body)
    path = f"{api.in_project}/releases/{made['id']}"
    blue = api.post(f"{api.in_project}/tags", name="blue")["id"]
    changed = api.patch(path, addReleaseTag=["next"], removeReleaseTag=["stable"], addDeviceTagId=[blue])
    assert changed["releaseTags"] == ["1.0.0", "next"]
    assert set(changed["deviceTagIds"]) == {*body["deviceTagIds"], blue}
    assert api.patch(path, removeDeviceTagId=[blue])["deviceTagIds"] == body["deviceTagIds"]
    refused(api.ask("PATCH", path, json={"addDeviceTagId": ["f" * 24]}), 400, 3, "addDeviceTagId")
    refused(api.ask("PATCH", path, json={"artifactIds": []}), 400, 3, "artifactIds")


def test_delete_release(api: Api, body: dict[str, Any]) -> None:
    path = f"{api.in_project}/releases"
    made = api.post(path, **body)["id"]
    before = store()
    artifact = f"{api.in_project}/artifacts/{body['artifactIds'][0]}"
    refused(api.ask("DELETE", artifact), 400, 9, "artifact in use")
    refused(api.ask("DELETE", f"{api.in_organization}/packages/main"), 400, 9, "package in use")
    refused(api.ask("DELETE", f"{path}/no-id"), 400, 3, "hex string is not a valid ObjectID")
    assert store() == before
    assert api.delete(f"{path}/{made}") == {}
    refused(api.ask("DELETE", f"{path}/{made}"), 404, 5, "release not found")
    assert api.delete(artifact) == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"releaseTags": "1.0"}, "releaseTags"),
        ({"releaseTags": [1]}, "releaseTags.0"),
        ({"releaseTags": ["a\tb"]}, "releaseTags"),
        ({"releaseTags": ["x" * 256]}, "releaseTags"),
        ({"deviceTagIds": ["f" * 24]}, "deviceTagIds"),
        ({"artifactIds": ["f" * 24]}, "artifactIds"),
        ({"rollout": "yes"}, "rollout"),
        ({"rollout": None}, "rollout"),
        ({"cohortId": "f" * 24}, "cohortId"),
    ],
)
def test_post_releases_names_what_is_wrong(api: Api, body: dict[str, Any], field: str) -> None:
    before = store()
    refused(api.ask("POST", f"{api.in_project}/releases", json=body), 400, 3, field)
    assert store() == before
