"""Projects (contract/rest.md §3.1)."""

import re

from tests.api.client import Api, refused

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def test_get_projects_lists_only_the_project_of_the_key(api: Api, foreign_api: Api) -> None:
    (project,) = api.get("/v1/projects")["list"]
    assert api.get("/v1/projects").keys() == {"list"}
    assert {"id": "sensors", "name": "Sensors", "organizationId": "acme", "roles": ["operator"]}.items() <= (
        project.items()
    )
    assert TIME.fullmatch(project["createdAt"])
    assert TIME.fullmatch(project["updatedAt"])
    assert [one["id"] for one in foreign_api.get("/v1/projects")["list"]] == ["rival-sensors"]


def test_get_projects_filters_by_organization(api: Api) -> None:
    assert len(api.get("/v1/projects", organizationId="acme")["list"]) == 1
    assert api.get("/v1/projects", organizationId="rival")["list"] == []


def test_get_project(api: Api) -> None:
    assert api.get(api.in_project)["data"] == api.get("/v1/projects")["list"][0]
    refused(api.ask("GET", "/v1/projects/nowhere"), 404, 5, "project not found")
