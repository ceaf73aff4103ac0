"""Bad input to what changes things: a 400 that names the field, and nothing left behind."""

from typing import Any

import pytest

from tests.api.client import Api, refused, store

NULS = "a\0b"
PACKAGES, COHORTS, DEVICES = "{0.in_organization}/packages", "{0.in_organization}/cohorts", "{0.in_project}/devices"


@pytest.mark.parametrize(
    ("where", "body", "field"),
    [
        (PACKAGES, {}, "packageId"),
        (PACKAGES, {"packageId": 1}, "packageId"),
        (PACKAGES, {"packageId": NULS}, "packageId"),
        (PACKAGES, {"packageId": "a", "description": None}, "description"),
        (PACKAGES, {"packageId": "a", "description": NULS}, "description"),
        (PACKAGES, {"packageId": "a", "description": "x" * 10_001}, "description"),
        (PACKAGES, {"packageId": "a", "metadata": []}, "metadata"),
        (PACKAGES, {"packageId": "a", "metadata": {"a": 1}}, "metadata.a"),
        (PACKAGES, {"packageId": "a", "metadata": {NULS: "a"}}, "metadata"),
        (PACKAGES, {"packageId": "a", "metadata": {"a": NULS}}, "metadata.a"),
        (COHORTS, {"name": "\ud800".encode("utf-16", "surrogatepass").hex() * 200}, "name"),
        (DEVICES, {}, "name"),
        (DEVICES, {"name": ""}, "name"),
        (DEVICES, {"name": "x" * 256}, "name"),
        (DEVICES, {"name": "a\tb"}, "name"),
        (DEVICES, {"name": "a", "hardwareIds": "A-1"}, "hardwareIds"),
        (DEVICES, {"name": "a", "hardwareIds": [1]}, "hardwareIds.0"),
        (DEVICES, {"name": "a", "hardwareIds": [""]}, "hardwareIds.0"),
        (DEVICES, {"name": "a", "hardwareIds": ["x" * 256]}, "hardwareIds"),
        (DEVICES, {"name": "a", "tagIds": ["f" * 24]}, "tagIds"),
        (DEVICES, {"name": "a", "tagIds": {"a": 1}}, "tagIds"),
        (DEVICES, {"name": "a", "blueprintId": "f" * 24}, "blueprintId"),
        (DEVICES, {"name": "a", "cohortId": "f" * 24}, "cohortId"),
        (DEVICES, {"name": "a", "cohortId": 7}, "cohortId"),
        (DEVICES, {"name": "a", "enabled": True}, "enabled"),
    ],
)
def test_creating_with_a_bad_field(api: Api, where: str, body: dict[str, Any], field: str) -> None:
    before = store()
    refused(api.ask("POST", where.format(api), json=body), 400, 3, field)
    assert store() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"enabled": "true"}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"enabled": None}, "enabled"),
        ({"blueprintId": "f" * 24}, "blueprintId"),
        ({"cohortId": "f" * 24}, "cohortId"),
        ({"cohortId": NULS}, "cohortId"),
        ({"tagIds": ["f" * 24]}, "tagIds"),
        ({"addTagId": "f" * 24}, "addTagId"),
        ({"addTagId": ["f" * 24]}, "addTagId"),
        ({"removeTagId": ["f" * 24]}, "removeTagId"),
        ({"tagIds": [], "addTagId": []}, "tagIds"),
        ({"hardwareIds": []}, "hardwareIds"),
        ({"removeHardwareId": ["d1-hw"]}, "hardwareIds"),
        ({"id": "f" * 24}, "id"),
        ({"name": "renamed", "cohortId": "f" * 24}, "cohortId"),
    ],
)
def test_changing_a_device_with_a_bad_field(api: Api, body: dict[str, Any], field: str) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}"
    device, before = api.get(path), store()
    refused(api.ask("PATCH", path, json=body), 400, 3, field)
    assert api.get(path) == device
    assert store() == before


@pytest.mark.parametrize(
    "body", [{"name": "x"}, {"artifactIds": "x"}, {"artifactIds": [1]}, {"artifactIds": [NULS]}, {"artifactIds": None}]
)
def test_deploying_with_bad_artifact_ids(api: Api, body: dict[str, Any]) -> None:
    path = f"{api.in_organization}/cohorts/{api.cohort()['cohortId']}/deployments"
    before = store()
    refused(api.ask("POST", path, json=body), 400, 3, "artifactIds")
    assert store() == before


@pytest.mark.parametrize("bad", ["%00", "a%00b", "x" * 3000, "%C3%BC", "' OR 1=1"])
def test_ids_in_the_path_that_are_no_ids(api: Api, bad: str) -> None:
    for where in (
        f"{api.in_project}/devices/{bad}",
        f"{api.in_project}/devices/{bad}/credentials",
        f"{api.in_organization}/cohorts/{bad}",
        f"{api.in_organization}/cohorts/{bad}/deployments/{bad}",
        f"{api.in_organization}/packages/{bad}",
        f"/v1/projects/{bad}/devices",
        f"/v1/organizations/{bad}/projects/{api.project.slug}/cohorts",
    ):
        refused(api.ask("GET", where), 404, 5)
