"""Blueprints (contract/rest.md §3.9)."""

import pytest

from ota_console.tenancy.models import AuditEntry
from tests.api.client import Api, refused, store


def test_post_blueprints_creates_one(api: Api) -> None:
    path = f"{api.in_project}/blueprints"
    made = api.post(path, name="nrf9160", boardId="nrf9160dk_nrf9160", platform="zephyr")
    assert made.keys() == {"id", "name", "boardId", "platform", "createdAt", "updatedAt"}
    assert (made["name"], made["boardId"], made["platform"]) == ("nrf9160", "nrf9160dk_nrf9160", "zephyr")
    assert api.get(f"{path}/{made['id']}")["data"] == made
    bare = api.post(path, name="bare")
    assert (bare["boardId"], bare["platform"]) == (None, None)


def test_post_blueprints_answers_with_the_texts_clients_search_for(api: Api) -> None:
    path = f"{api.in_project}/blueprints"
    api.post(path, name="board")
    before = store()
    refused(api.ask("POST", path, json={"name": "board"}), 409, 6, "blueprint name already being used")
    refused(api.ask("POST", path, json={"name": "no spaces"}), 400, 3, "can use only use characters")
    assert store() == before


def test_get_blueprints_lists_and_filters(api: Api) -> None:
    path = f"{api.in_project}/blueprints"
    first = api.post(path, name="a", boardId="esp32", platform="zephyr")["id"]
    second = api.post(path, name="b", boardId="esp32")["id"]
    reply = api.get(path)
    assert [one["id"] for one in reply["list"]] == [second, first]
    assert (reply["page"], reply["perPage"], reply["total"]) == (0, 500, 2)
    for query, ids in (
        ({"blueprintName": "a"}, [first]),
        ({"boardId": "esp32"}, [second, first]),
        ({"platform": "zephyr"}, [first]),
        ({"ids": [first, "f" * 24]}, [first]),
    ):
        assert [one["id"] for one in api.get(path, **query)["list"]] == ids


def test_delete_blueprint(api: Api) -> None:
    path = f"{api.in_project}/blueprints"
    blueprint = api.post(path, name="board")["id"]
    device = api.device(blueprintId=blueprint)["id"]
    artifact = api.upload("main", "1", blueprintId=blueprint)["id"]
    before = store()
    refused(api.ask("DELETE", f"{path}/{blueprint}"), 400, 9, "blueprint in use")
    assert store() == before
    api.delete(f"{api.in_project}/artifacts/{artifact}")
    assert api.delete(f"{path}/{blueprint}") == {}
    assert api.get(f"{api.in_project}/devices/{device}")["data"]["blueprintId"] is None
    for gone in (blueprint, "nothing"):
        refused(api.ask("DELETE", f"{path}/{gone}"), 404, 5, "tag not found")


@pytest.mark.parametrize("body", [{}, {"name": 1}, {"name": "a", "board": "x"}, {"name": "a", "platform": "x\0"}])
def test_post_blueprints_refuses_what_it_does_not_know(api: Api, body: dict[str, object]) -> None:
    before = store()
    refused(api.ask("POST", f"{api.in_project}/blueprints", json=body), 400, 3)
    assert store() == before


def test_both_changes_leave_a_row_in_the_trail(api: Api) -> None:
    blueprint = api.post(f"{api.in_project}/blueprints", name="board")["id"]
    api.delete(f"{api.in_project}/blueprints/{blueprint}")
    entries = AuditEntry.objects.filter(object_type="blueprint", object_id=blueprint)
    assert list(entries.values_list("action", "changes")) == [
        ("blueprint.deleted", {"name": ["board", None]}),
        ("blueprint.created", {"name": [None, "board"]}),
    ]
