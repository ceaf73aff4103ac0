"""contract/rest.md §4: the words that published clients search for in `message`, one test for each row."""

from typing import Any

import pytest

from tests.api.client import Api

NO_ID = "not-an-id"
GONE = "0" * 24


def message(api: Api, method: str, path: str, **body: Any) -> str:
    """Of a refusal that is no 403, which would hide it."""
    reply = api.ask(method, path, json=body or None)
    assert reply.status_code in (400, 404, 409), reply.text
    return str(reply.json()["message"])


def test_upload_artifact_that_exists(api: Api) -> None:
    api.upload("main", "1")
    body = {"projectId": api.project.slug, "package": "main", "version": "1", "content": "QUJD"}
    assert "artifact already exists" in message(api, "POST", "/v1/artifacts", **body)


def test_delete_artifact_in_use(api: Api) -> None:
    artifact, cohort = api.upload("main", "1")["id"], api.cohort()["cohortId"]
    api.post(f"{api.in_organization}/cohorts/{cohort}/deployments", name="x", artifactIds=[artifact])
    assert "artifact in use" in message(api, "DELETE", f"{api.in_project}/artifacts/{artifact}")


@pytest.mark.parametrize("kind", ["artifacts", "releases"])
def test_delete_with_a_malformed_id(api: Api, kind: str) -> None:
    said = message(api, "DELETE", f"{api.in_project}/{kind}/{NO_ID}")
    assert "hex string is not a valid ObjectID" in said


def test_create_release_with_a_release_tag_in_use(api: Api) -> None:
    api.post(f"{api.in_project}/releases", releaseTags=["1.0"])
    said = message(api, "POST", f"{api.in_project}/releases", releaseTags=["1.0"])
    assert "already exists with same release tag" in said


@pytest.mark.parametrize("cohort", [NO_ID, GONE])
def test_delete_cohort_that_is_gone(api: Api, cohort: str) -> None:
    assert "cohort not found" in message(api, "DELETE", f"{api.in_organization}/cohorts/{cohort}")


def test_delete_package_that_is_gone(api: Api) -> None:
    assert "package not found" in message(api, "DELETE", f"{api.in_organization}/packages/{NO_ID}")


@pytest.mark.parametrize("kind", ["tag", "blueprint"])
def test_create_tag_or_blueprint_with_a_name_in_use(api: Api, kind: str) -> None:
    api.post(f"{api.in_project}/{kind}s", name="red")
    assert f"{kind} name already being used" in message(api, "POST", f"{api.in_project}/{kind}s", name="red")


@pytest.mark.parametrize("kind", ["tag", "blueprint"])
def test_create_tag_or_blueprint_with_other_characters(api: Api, kind: str) -> None:
    said = message(api, "POST", f"{api.in_project}/{kind}s", name="no spaces")
    assert "can use only use characters" in said


@pytest.mark.parametrize("kind", ["tag", "blueprint"])
@pytest.mark.parametrize("which", [NO_ID, GONE])
def test_delete_tag_or_blueprint_that_is_gone(api: Api, kind: str, which: str) -> None:
    assert "tag not found" in message(api, "DELETE", f"{api.in_project}/{kind}s/{which}")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "{0.in_organization}/cohorts", {"name": ""}),
        ("PUT", "{0.in_organization}/cohorts/{1}", {"name": ""}),
        ("POST", "{0.in_organization}/cohorts/{1}/deployments", {"name": "x", "artifactIds": []}),
        ("POST", "{0.in_organization}/packages", {"packageId": "no spaces"}),
        ("PUT", "{0.in_organization}/packages/gone", {"description": "x"}),
        ("GET", "{0.in_organization}/ota-events?eventType=ASLEEP", {}),
        ("PATCH", "{0.in_project}/devices/{2}", {"name": ""}),
        ("POST", "{0.in_project}/devices/{2}/credentials", {"preSharedKey": "x" * 65}),
    ],
)
def test_every_other_refusal_has_a_message(api: Api, method: str, path: str, body: dict[str, Any]) -> None:
    cohort, device = api.cohort()["cohortId"], api.device()["id"]
    assert message(api, method, path.format(api, cohort, device), **body)
