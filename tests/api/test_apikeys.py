"""API keys (contract/rest.md §3.13)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ota_console.tenancy.models import ApiKey, AuditEntry
from tests.api.client import Api, refused, store


@pytest.fixture
def path(api: Api) -> str:
    return f"{api.in_project}/apikeys"


def test_post_apikeys_shows_the_key_this_once(admin_api: Api, path: str) -> None:
    made = admin_api.post(path, name="line 1", keyTags=["factory"])
    key = made.pop("key")
    assert len(key) == 32
    assert key.isalnum()
    assert (made["type"], made["name"], made["keyTags"]) == ("API_KEY", "line 1", ["factory"])
    assert (made["role"], made["roles"], made["policyId"], made["expiresAt"]) == ("operator", ["operator"], None, None)
    assert admin_api.get(path)["list"][0] == made
    assert admin_api.get(f"{path}/{made['id']}")["data"] == made
    assert key not in admin_api.ask("GET", path).text
    assert not ApiKey.objects.filter(key_hash=key).exists()
    assert Api(key, admin_api.project).get("/v1/projects")["list"][0]["roles"] == ["operator"]


def test_post_apikeys_gives_role_and_end(admin_api: Api, path: str) -> None:
    soon = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    made = admin_api.post(path, role="viewer", expiresAt=soon)
    assert (made["role"], made["expiresAt"]) == ("viewer", soon)
    viewer = Api(made["key"], admin_api.project)
    refused(viewer.ask("POST", f"{viewer.in_organization}/cohorts", json={"name": "x"}), 403, 7)
    ApiKey.objects.filter(public_id=made["id"]).update(expires_at=timezone.now())
    refused(viewer.ask("GET", "/v1/projects"), 401, 16)


def test_patch_apikey(admin_api: Api, path: str) -> None:
    made = admin_api.post(path, name="line 1", keyTags=["a"])
    changed = admin_api.patch(f"{path}/{made['id']}", name="line 2", keyTags=["a", "b"], role="viewer")
    assert (changed["name"], changed["keyTags"], changed["role"]) == ("line 2", ["a", "b"], "viewer")
    assert "key" not in changed
    entry = AuditEntry.objects.filter(object_id=made["id"])[0]
    assert (entry.action, entry.changes) == (
        "apikey.updated",
        {"name": ["line 1", "line 2"], "keyTags": [["a"], ["a", "b"]], "role": ["operator", "viewer"]},
    )


def test_delete_apikey_revokes_at_once(admin_api: Api, path: str) -> None:
    made = admin_api.post(path)
    other = Api(made["key"], admin_api.project)
    other.get("/v1/projects")
    assert admin_api.delete(f"{path}/{made['id']}") == {}
    refused(other.ask("GET", "/v1/projects"), 401, 16, "revoked")
    assert made["id"] not in [one["id"] for one in admin_api.get(path)["list"]]
    for method, body in (("DELETE", None), ("PATCH", {"name": "x"}), ("GET", None)):
        refused(admin_api.ask(method, f"{path}/{made['id']}", json=body), 404, 5, "API key not found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"type": "JWT_KEY"}, "type"),
        ({"keyTags": "a"}, "keyTags"),
        ({"keyTags": [""]}, "keyTags"),
        ({"role": "owner"}, "role"),
        ({"role": 3}, "role"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "tomorrow"}, "expiresAt"),
        ({"key": "x" * 32}, "key"),
    ],
)
def test_post_apikeys_names_what_is_wrong(admin_api: Api, path: str, body: dict[str, Any], field: str) -> None:
    before = store()
    refused(admin_api.ask("POST", path, json=body), 400, 3, field)
    assert store() == before
