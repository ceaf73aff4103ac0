"""Cohorts (contract/rest.md §3.6)."""

from tests.api.client import Api, refused, store


def test_post_cohorts_creates_one(api: Api) -> None:
    cohort = api.post(f"{api.in_organization}/cohorts", name="cohort-0123456789abcdef")
    assert len(cohort["cohortId"]) == 24
    assert cohort["name"] == "cohort-0123456789abcdef"
    assert cohort["deviceCount"] == 0
    assert cohort["activeDeploymentId"] is None
    assert api.get(f"{api.in_organization}/cohorts/{cohort['cohortId']}")["data"] == cohort


def test_post_cohorts_refuses_a_taken_or_empty_name(api: Api) -> None:
    api.cohort("field")
    before = store()
    refused(api.ask("POST", f"{api.in_organization}/cohorts", json={"name": "field"}), 409, 6, "field")
    for name in ("", "  ", "a\nb", "x" * 256):
        refused(api.ask("POST", f"{api.in_organization}/cohorts", json={"name": name}), 400, 3, "name")
    assert store() == before


def test_get_cohorts_counts_devices_and_names_the_active_deployment(api: Api) -> None:
    empty, field = api.cohort("empty")["cohortId"], api.cohort("field")["cohortId"]
    for number in range(3):
        api.device(f"d{number}", cohortId=field)
    artifact = api.upload("main", "1.0.0")["id"]
    path = f"{api.in_organization}/cohorts"
    deployment = api.post(f"{path}/{field}/deployments", name="x", artifactIds=[artifact])["deploymentId"]
    reply = api.get(path)
    assert [(one["cohortId"], one["deviceCount"], one["activeDeploymentId"]) for one in reply["list"]] == [
        (field, 3, deployment),
        (empty, 0, None),
    ]
    assert (reply["page"], reply["perPage"], reply["total"]) == (0, 500, 2)
    assert api.get(f"{path}/{field}")["data"] == reply["list"][0]


def test_put_cohort_renames_it(api: Api) -> None:
    path = f"{api.in_organization}/cohorts/{api.cohort('field')['cohortId']}"
    assert api.put(path, name="lab")["name"] == "lab"
    assert api.get(path)["data"]["name"] == "lab"
    api.cohort("field")
    refused(api.ask("PUT", path, json={"name": "field"}), 409, 6, "field")


def test_delete_cohort_with_devices_and_an_active_deployment(api: Api) -> None:
    path = f"{api.in_organization}/cohorts/{(cohort := api.cohort()['cohortId'])}"
    device = api.device(cohortId=cohort)["id"]
    api.post(f"{path}/deployments", name="x", artifactIds=[api.upload("main", "1.0.0")["id"]])
    assert api.delete(path) == {}
    assert api.get(f"{api.in_project}/devices/{device}")["data"]["cohortId"] is None
    assert api.get(f"{api.in_organization}/cohorts")["list"] == []
    for method, where in (("DELETE", path), ("GET", path), ("GET", f"{path}/deployments")):
        refused(api.ask(method, where), 404, 5, "cohort not found")
