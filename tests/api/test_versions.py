"""Packages found by their metadata, and the versions of a package."""

from typing import Any

import pytest

from deployments.services import create_blueprint
from ota_console.core.actors import Actor
from ota_console.tenancy.models import AuditEntry, Project
from tests.api.client import Api, refused, store


@pytest.fixture
def packages(api: Api) -> str:
    path = f"{api.in_organization}/packages"
    for name, metadata in (
        ("plain", {}),
        ("red", {"colour": "red", "7": "seven"}),
        ("blue", {"colour": "blue", "a.b": "x", 'qu"ote': "y", "ü__gt": "z"}),
        ("red too", {"colour": "red", "size": "1"}),
    ):
        api.post(path, packageId=name.replace(" ", "-"), metadata=metadata)
    return path


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"metadata.colour": "red"}, ["red", "red-too"]),
        ({"metadata.colour": "red", "metadata.size": "1"}, ["red-too"]),
        ({"metadata.colour": "green"}, []),
        ({"metadata.7": "seven"}, ["red"]),
        ({"metadata.a.b": "x"}, ["blue"]),
        ({"metadata.ü__gt": "z"}, ["blue"]),
        ({"metadata.size": 1}, ["red-too"]),
        ({"metadata.nothing": ""}, []),
    ],
)
def test_metadata_filters_packages(api: Api, packages: str, query: dict[str, Any], names: list[str]) -> None:
    reply = api.get(packages, **query)
    assert sorted(package["packageId"] for package in reply["list"]) == names
    assert reply["total"] == len(names)


def test_metadata_that_cannot_be_stored_is_refused(api: Api, packages: str) -> None:
    refused(api.ask("GET", packages, params={"metadata.a\0": "b"}), 400, 3, "metadata")
    refused(api.ask("GET", packages, params={"metadata.a": "b\0"}), 400, 3, "metadata")


def test_versions_are_listed_newest_first_with_their_artifacts(api: Api, project: Project, operator: Actor) -> None:
    blueprint = create_blueprint(project=project, name="board", actor=operator).public_id
    artifacts = [api.upload("main", "1.0.0"), api.upload("main", "1.0.0", blueprintId=blueprint)]
    api.upload("main", "1.1.0")
    reply = api.get(f"{api.in_organization}/packages/main/versions")
    assert ([version["version"] for version in reply["list"]], reply["total"]) == (["1.1.0", "1.0.0"], 2)
    older = reply["list"][1]
    assert (older["note"], older["createdBy"]) == ("", "automation")
    assert sorted(entry["id"] for entry in older["artifacts"]) == sorted(entry["id"] for entry in artifacts)
    assert {entry["blueprintId"] for entry in older["artifacts"]} == {None, blueprint}
    assert {entry["type"] for entry in older["artifacts"]} == {"default"}


def test_a_note_is_replaced_and_cleared(api: Api) -> None:
    api.upload("main", "1.0.0")
    path = f"{api.in_organization}/packages/main/versions"
    assert api.patch(f"{path}/1.0.0", note="fixes the pump")["note"] == "fixes the pump"
    assert api.get(path)["list"][0]["note"] == "fixes the pump"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.object_id) == ("version.noted", "main@1.0.0")
    assert entry.changes == {"note": ["", "fixes the pump"]}
    assert api.patch(f"{path}/1.0.0", note="")["note"] == ""


def test_a_bad_note_changes_nothing(api: Api) -> None:
    api.upload("main", "1.0.0")
    path = f"{api.in_organization}/packages/main/versions/1.0.0"
    before = store()
    for body in (
        {},
        {"note": None},
        {"note": 1},
        {"note": "x" * 10_001},
        {"note": "a\0b"},
        {"note": "a", "label": "2"},
    ):
        refused(api.ask("PATCH", path, json=body), 400, 3)
    refused(api.ask("PATCH", path.replace("1.0.0", "2"), json={"note": "x"}), 404, 5, "version not found")
    assert store() == before
