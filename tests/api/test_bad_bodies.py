"""Bad bodies at every address that takes one: a 4xx that names the fault, and nothing written."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.api.client import Api, refused, store
from tests.api.test_access import ROWS, address, filled, furnish

JSON = {"content-type": "application/json"}
TAKES_JSON = [
    key for key, row in ROWS.items() if key[1] in ("post", "put", "patch") and row.kind == JSON["content-type"]
]
#: These take megabytes: they stop in the middle of such a body, or name its fault in other words.
LARGE = ("artifact-upload", "cohort-device-add", "cohort-device-remove")
ORDINARY = [key for key in TAKES_JSON if key[0] not in LARGE]


@pytest.fixture
def ids(api: Api) -> Mapping[str, str]:
    return furnish(api, "main")


def ask(api: Api, key: tuple[str, str], ids: Mapping[str, str], body: Any) -> Any:
    name, method = key
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api.ask(method.upper(), address(name, ids), content=content, headers=JSON)


def wrong_values(value: Any) -> Iterator[Any]:
    yield from ({"a": 1}, 7.5, "a\0b", ["a\0b"], [{"a": 1}])
    yield "x" if isinstance(value, list) else ["x"]


@pytest.mark.parametrize("key", TAKES_JSON, ids="-".join)
def test_what_is_no_json_object_is_refused(admin_api: Api, ids: Mapping[str, str], key: tuple[str, str]) -> None:
    before = store()
    deep = b"[" * 10_000_000
    for body in (b"{", b"nonsense", b"\xff\xfe", b"[]", b"null", b'"text"', b'{"name": NaN}', b"[" * 100_000, deep):
        reply = ask(admin_api, key, ids, body)
        assert reply.status_code in (400, 413), reply.text
        refused(reply, reply.status_code, 3)
        assert store() == before


@pytest.mark.parametrize("key", TAKES_JSON, ids="-".join)
def test_a_field_that_is_not_there_is_named(admin_api: Api, ids: Mapping[str, str], key: tuple[str, str]) -> None:
    valid = {name: filled(value, ids) for name, value in ROWS[key].body.items()}
    before = store()
    refused(ask(admin_api, key, ids, valid | {"colour": "red"}), 400, 3, "colour")
    assert store() == before


@pytest.mark.parametrize("key", TAKES_JSON, ids="-".join)
def test_a_field_of_the_wrong_type_is_named(admin_api: Api, ids: Mapping[str, str], key: tuple[str, str]) -> None:
    valid = {name: filled(value, ids) for name, value in ROWS[key].body.items()}
    before = store()
    for name, value in valid.items():
        for wrong in wrong_values(value):
            refused(ask(admin_api, key, ids, valid | {name: wrong}), 400, 3, name)
            assert store() == before


@pytest.mark.parametrize("key", ORDINARY, ids="-".join)
def test_a_body_that_is_too_large_is_a_json_413(admin_api: Api, ids: Mapping[str, str], key: tuple[str, str]) -> None:
    before = store()
    refused(ask(admin_api, key, ids, {"name": "x" * 3_000_000}), 413, 3, "too large")
    assert store() == before


def test_ids_in_the_path_that_are_no_ids_are_not_found(
    admin_api: Api, ids: Mapping[str, str], subtests: pytest.Subtests
) -> None:
    before = store()
    for key, row in ROWS.items():
        name, method = key
        body = {entry: filled(value, ids) for entry, value in row.body.items()}
        for parameter in (entry for entry in ids if f"<{entry}>" in _pattern(name, ids)):
            for bad in ("a\x00b", "x" * 3000, "ü", "' OR 1=1"):
                with subtests.test(route=key, parameter=parameter, bad=bad[:10]):
                    path = address(name, {**ids, parameter: bad})
                    query = {entry: filled(value, ids) for entry, value in row.query.items()}
                    reply = admin_api.ask(method.upper(), path, params=query, json=body or None)
                    assert reply.status_code in (400, 404), reply.text
                    refused(reply, reply.status_code, 5 if reply.status_code == 404 else 3)
    assert store() == before


def _pattern(name: str, ids: Mapping[str, str]) -> str:
    return address(name, {entry: f"<{entry}>" for entry in ids}).replace("%3C", "<").replace("%3E", ">")
