"""The description of the API: whole, valid, closed, current, and readable without anything from elsewhere."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from django.test import Client
from drf_spectacular.validation import validate_schema

from ota_console.api.docs import DESCRIPTION
from ota_console.openapi.document import described
from ota_console.tenancy.models import User
from tests.api.client import Api, refused
from tests.api.test_access import ROWS, routes

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text())
    return loaded


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method} {path}", methods[method]


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object, at any depth."""
    if isinstance(part, dict):
        if isinstance(part.get("properties"), dict):
            yield part
        for inner in part.values():
            yield from schemas(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from schemas(inner)


def test_the_committed_description_is_current() -> None:
    """`manage.py spectacular --file ota_console/api/openapi.yaml` writes it."""
    assert described() == DESCRIPTION.read_text()


def test_it_is_valid_and_describes_every_operation(document: dict[str, Any]) -> None:
    validate_schema(document)
    assert document["openapi"].startswith("3.1")
    assert len(dict(operations(document))) == len(set(routes())) == len(ROWS)


def test_every_operation_parameter_and_field_says_what_it_is(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert {"4XX", "5XX"} <= operation["responses"].keys(), name
        assert all(parameter["description"] for parameter in operation.get("parameters", [])), name
    assert all(tag["description"] for tag in document["tags"])


def test_every_field_has_an_example(document: dict[str, Any]) -> None:
    """Or always the same value, or an object that has examples of its own."""
    for schema in document["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            shown = "examples" in field or "const" in field or field.get("type") == "null"
            assert shown or "$ref" in repr(field), name


def test_every_object_is_closed(document: dict[str, Any]) -> None:
    assert all("additionalProperties" in schema for schema in schemas(document))


@pytest.mark.parametrize("where", ["/v1/docs", "/v1/docs/redoc", "/v1/openapi.yaml"])
def test_the_pages_are_for_who_is_signed_in_or_has_a_key(api: Api, client: Client, user: User, where: str) -> None:
    refused(httpx.Response(401, json=client.get(where).json()), 401, 16, "sign in")
    assert client.get(where, headers={"x-api-key": api.key}).status_code == 200
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(where).status_code == 200


@pytest.mark.parametrize("where", ["/v1/docs", "/v1/docs/redoc"])
def test_the_pages_load_nothing_from_elsewhere(api: Api, where: str) -> None:
    reply = api.ask("GET", where)
    addresses = re.findall(r'(?:src|href|data-url)="([^"]+)"', reply.text)
    assert len(addresses) >= 4
    assert all(address.startswith(("/static/", "/v1/")) for address in addresses)
    assert "script-src" not in reply.headers["content-security-policy"]
    assert "default-src 'self'" in reply.headers["content-security-policy"]
