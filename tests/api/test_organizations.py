"""Organizations and their members."""

from typing import Any

import pytest

from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import AuditEntry, Membership, Organization, Project, User
from ota_console.tenancy.services import create_project
from tests.api.client import Api, refused, store

MEMBERS = "/v1/organizations/acme/members"


@pytest.fixture
def anna(project: Project) -> User:
    """The only admin of the organization."""
    anna = User.objects.create_user("anna")
    Membership.objects.create(organization=project.organization, user=anna, role=Role.ADMIN)
    return anna


def test_get_organizations(api: Api, foreign_api: Api) -> None:
    reply = api.get("/v1/organizations")
    assert reply.keys() == {"list"}
    (organization,) = reply["list"]
    assert (organization["id"], organization["name"]) == ("acme", "Acme")
    assert api.get("/v1/organizations/acme")["data"] == organization
    refused(api.ask("GET", "/v1/organizations/rival"), 404, 5, "organization not found")


def test_post_organizations_gives_it_the_same_admins(admin_api: Api, anna: User) -> None:
    made = admin_api.post("/v1/organizations", name="Acme North")
    assert (made["id"], made["name"]) == ("acme-north", "Acme North")
    new = Organization.objects.get(slug="acme-north")
    assert [(one.user, one.role) for one in new.memberships.all()] == [(anna, Role.ADMIN)]
    refused(admin_api.ask("POST", "/v1/organizations", json={"name": "Acme North"}), 409, 6, "acme-north")
    refused(admin_api.ask("POST", "/v1/organizations", json={"name": "x", "id": "No Id"}), 400, 3, "organization id")


def test_members_come_change_and_go(admin_api: Api, anna: User) -> None:
    User.objects.create_user("olga")
    made = admin_api.post(MEMBERS, username="olga", role="operator")
    assert (made["username"], made["role"]) == ("olga", "operator")
    assert [one["username"] for one in admin_api.get(MEMBERS)["list"]] == ["olga", "anna"]
    assert admin_api.patch(f"{MEMBERS}/olga", role="viewer")["role"] == "viewer"
    assert admin_api.get(f"{MEMBERS}/olga")["data"]["role"] == "viewer"
    assert admin_api.delete(f"{MEMBERS}/olga") == {}
    refused(admin_api.ask("DELETE", f"{MEMBERS}/olga"), 404, 5, "member not found")
    entries = AuditEntry.objects.filter(object_type="member", object_id="olga")
    assert list(entries.values_list("action", "changes", "address")) == [
        ("member.removed", {"role": ["viewer", None]}, "127.0.0.1"),
        ("member.changed", {"role": ["operator", "viewer"]}, "127.0.0.1"),
        ("member.added", {"role": [None, "operator"]}, "127.0.0.1"),
    ]


def test_the_only_admin_stays(admin_api: Api, anna: User) -> None:
    before = store()
    refused(admin_api.ask("DELETE", f"{MEMBERS}/anna"), 400, 9, "only admin")
    refused(admin_api.ask("PATCH", f"{MEMBERS}/anna", json={"role": "viewer"}), 400, 9, "only admin")
    assert store() == before


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "username"),
        ({"username": "anna"}, 400, "role"),
        ({"username": "nobody", "role": "viewer"}, 400, "username"),
        ({"username": "anna", "role": "owner"}, 400, "role"),
        ({"username": "anna", "role": "viewer"}, 409, "anna"),
        ({"username": "a\0", "role": "viewer"}, 400, "username"),
        ({"username": "anna", "role": "viewer", "email": "x"}, 400, "email"),
    ],
)
def test_post_members_names_what_is_wrong(
    admin_api: Api, anna: User, body: dict[str, Any], status: int, field: str
) -> None:
    before = store()
    refused(admin_api.ask("POST", MEMBERS, json=body), status, 3 if status == 400 else 6, field)
    assert store() == before


def test_a_key_of_one_project_is_no_way_into_the_others(admin_api: Api, anna: User, project: Project) -> None:
    create_project(organization=project.organization, slug="second", name="Second", actor=Actor.system("tests"))
    before = store()
    for method, body in (("GET", None), ("POST", {"username": "anna", "role": "admin"})):
        refused(admin_api.ask(method, MEMBERS, json=body), 403, 7, "every project")
    assert store() == before
