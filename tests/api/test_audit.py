"""The trail over the API: who did what, from where, before and after."""

from typing import Any

import pytest

from ota_console.core.actors import Role
from ota_console.tenancy.models import Membership, Project, User
from tests.api.client import Api, refused
from tests.api.test_projects import TIME


@pytest.fixture
def path(api: Api) -> str:
    return f"{api.in_project}/audit"


def test_get_audit_lists_newest_first(api: Api, path: str) -> None:
    cohort = api.cohort("field")["cohortId"]
    api.put(f"{api.in_organization}/cohorts/{cohort}", name="lab")
    reply = api.get(path, objectId=cohort)
    assert reply.keys() == {"list", "nextPageToken"}
    renamed, created = reply["list"]
    assert TIME.fullmatch(renamed.pop("timestamp"))
    assert renamed == {
        "actorKind": "key",
        "actor": "automation",
        "address": "127.0.0.1",
        "action": "cohort.renamed",
        "objectType": "cohort",
        "objectId": cohort,
        "changes": {"name": ["field", "lab"]},
    }
    assert created["action"] == "cohort.created"


def test_get_audit_filters_and_pages(api: Api, path: str) -> None:
    for name in "abc":
        api.cohort(name)
    api.post(f"{api.in_project}/tags", name="red")
    whole = api.get(path)["list"]
    assert {entry["action"] for entry in whole} >= {"project.created", "apikey.created", "cohort.created"}
    for query, number in (
        ({"action": "cohort.created"}, 3),
        ({"objectType": "tag"}, 1),
        ({"actor": "automation"}, 4),
        ({"actor": "nobody"}, 0),
        ({"startTime": whole[1]["timestamp"]}, 2),
        ({"endTime": whole[-1]["timestamp"]}, 1),
    ):
        assert len(api.get(path, **query)["list"]) == number
    walked, token = [], ""
    while True:
        reply = api.get(path, limit=2, pageToken=token)
        walked += reply["list"]
        if not (token := reply["nextPageToken"]):
            break
    assert walked == whole


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "1001"}, {"pageToken": "x"}, {"startTime": "x"}])
def test_get_audit_names_what_is_wrong(api: Api, path: str, query: dict[str, Any]) -> None:
    refused(api.ask("GET", path, params=query), 400, 3, next(iter(query)))


def test_what_happens_to_the_organization_is_there_and_others_is_not(
    admin_api: Api, foreign_api: Api, project: Project, path: str
) -> None:
    anna = User.objects.create_user("anna")
    Membership.objects.create(organization=project.organization, user=anna, role=Role.ADMIN)
    User.objects.create_user("olga")
    admin_api.post("/v1/organizations/acme/members", username="olga", role="viewer")
    foreign_api.cohort("theirs")
    actions = {entry["action"] for entry in admin_api.get(path)["list"]}
    assert "member.added" in actions
    assert "cohort.created" not in actions
