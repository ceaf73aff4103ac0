"""Artifacts: read and deleted (contract/rest.md §3.5). How they come in: test_uploads.py."""

import hashlib
from typing import Any

import pytest

from deployments.services import create_blueprint
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.api.client import Api, refused, store


@pytest.fixture
def blueprint(project: Project, operator: Actor) -> str:
    return create_blueprint(project=project, name="board", actor=operator).public_id


def test_get_artifact(api: Api, blueprint: str) -> None:
    artifact = api.upload("main", "1.0.0", b"abc")
    digest = hashlib.sha256(b"abc").hexdigest()
    assert artifact["size"] == "3"
    assert artifact["blueprintId"] is None
    assert artifact["binaryInfo"] == {
        "type": "default",
        "size": 3,
        "digests": {"sha256": {"digest": digest, "size": 3}},
    }
    assert api.get(f"{api.in_project}/artifacts/{artifact['id']}")["data"] == artifact
    assert api.upload("main", "1.0.0", blueprintId=blueprint)["blueprintId"] == blueprint
    assert api.upload("main", "2.0.0", bytes.fromhex("3db8f396") + b"x")["binaryInfo"]["type"] == "mcuboot"


def test_get_artifacts_filters(api: Api, blueprint: str) -> None:
    made = [api.upload("main", "1.0.0"), api.upload("main", "2.0.0", blueprintId=blueprint), api.upload("model", "1")]

    def found(**query: Any) -> list[Any]:
        return list(api.get(f"{api.in_project}/artifacts", **query)["list"])

    assert found() == made[::-1]
    assert found(package="main") == [made[1], made[0]]
    assert found(version="1") == [made[2]]
    assert found(blueprintId=blueprint) == [made[1]]
    assert found(ids=[made[0]["id"], made[2]["id"], "0" * 24]) == [made[2], made[0]]
    assert found(page=1, perPage=2) == [made[0]]
    assert api.get(f"{api.in_project}/artifacts")["perPage"] == 500


@pytest.mark.django_db(transaction=True)  # stored files go after the commit
def test_delete_artifact_removes_its_bytes(api: Api) -> None:
    before = store()
    path = f"{api.in_project}/artifacts/{api.upload('main', '1.0.0')['id']}"
    assert api.delete(path) == {}
    assert store()["files"] == before["files"]
    refused(api.ask("DELETE", path), 404, 5, "artifact not found")


def test_delete_artifact_in_use_or_with_a_malformed_id(api: Api) -> None:
    artifact = api.upload("main", "1.0.0")["id"]
    cohort = api.cohort()["cohortId"]
    api.post(f"{api.in_organization}/cohorts/{cohort}/deployments", name="x", artifactIds=[artifact])
    before = store()
    refused(api.ask("DELETE", f"{api.in_project}/artifacts/{artifact}"), 400, 9, "artifact in use")
    malformed = api.ask("DELETE", f"{api.in_project}/artifacts/nonsense")
    refused(malformed, 400, 3, "hex string is not a valid ObjectID")
    assert store() == before
