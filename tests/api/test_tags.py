"""Tags (contract/rest.md §3.10)."""

from ota_console.tenancy.models import AuditEntry
from tests.api.client import Api, refused, store


def test_post_tags_creates_one(api: Api) -> None:
    path = f"{api.in_project}/tags"
    made = api.post(path, name="red")
    assert made.keys() == {"id", "name", "createdAt", "updatedAt"}
    assert made["name"] == "red"
    assert api.get(f"{path}/{made['id']}")["data"] == made


def test_post_tags_answers_with_the_texts_clients_search_for(api: Api) -> None:
    path = f"{api.in_project}/tags"
    api.post(path, name="red")
    before = store()
    refused(api.ask("POST", path, json={"name": "red"}), 409, 6, "tag name already being used")
    for name in ("no spaces", "ü", "a@b"):
        refused(api.ask("POST", path, json={"name": name}), 400, 3, "can use only use characters")
    assert store() == before


def test_get_tags_lists_and_filters(api: Api) -> None:
    path = f"{api.in_project}/tags"
    red, blue = (api.post(path, name=name)["id"] for name in ("red", "blue"))
    assert [one["id"] for one in api.get(path)["list"]] == [blue, red]
    assert [one["id"] for one in api.get(path, tagName="red")["list"]] == [red]
    assert [one["id"] for one in api.get(path, ids=[blue])["list"]] == [blue]


def test_delete_tag_takes_it_from_devices_and_releases(api: Api) -> None:
    tag = api.post(f"{api.in_project}/tags", name="red")["id"]
    device = api.device(tagIds=[tag])["id"]
    release = api.post(f"{api.in_project}/releases", deviceTagIds=[tag])["id"]
    assert api.delete(f"{api.in_project}/tags/{tag}") == {}
    assert api.get(f"{api.in_project}/devices/{device}")["data"]["tagIds"] == []
    assert api.get(f"{api.in_project}/releases/{release}")["data"]["deviceTagIds"] == []
    refused(api.ask("DELETE", f"{api.in_project}/tags/{tag}"), 404, 5, "tag not found")
    entries = AuditEntry.objects.filter(object_type="tag", object_id=tag)
    assert list(entries.values_list("action", flat=True)) == ["tag.deleted", "tag.created"]
