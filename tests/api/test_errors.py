"""Every refusal is JSON with a message (contract/rest.md §1.1, §1.2), and how keys are given."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console import urls
from ota_console.api.errors import GRPC, HTTP
from ota_console.api.views import ApiView
from ota_console.asgi import http_application
from ota_console.core.actors import Actor
from ota_console.core.errors import Kind
from ota_console.tenancy.models import ApiKey, AuditEntry, Project
from ota_console.tenancy.services import NewApiKey, create_api_key, revoke_api_key
from tests.api.client import Api, refused, store

PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nothing was collected


class Broken(ApiView):
    """Fails as code does that has a mistake in it, or no database."""

    def get(self, request: Request, kind: str) -> Response:
        raise {"bug": ZeroDivisionError, "database": OperationalError}[kind]("a secret of the inside")


urlpatterns = [path("v1/broken/<str:kind>", Broken.as_view()), *urls.urlpatterns]


def ask(headers: dict[str, str], where: str = "/v1/projects") -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(app=http_application), base_url="http://testserver") as http:
        return http.get(where, headers=headers)


def test_every_kind_of_refusal_has_a_status_and_a_code() -> None:
    assert HTTP.keys() == set(Kind)
    assert GRPC.keys() >= set(HTTP.values())
    assert 403 not in (HTTP[Kind.PRECONDITION], HTTP[Kind.CONFLICT])


@pytest.mark.parametrize(
    "header",
    [
        ("x-api-key", "{}"),
        ("authorization", "bearer {}"),
        ("authorization", "Bearer {}"),
        ("authorization", "BEARER   {}"),
    ],
)
def test_the_key_is_taken_from_either_header(api_key: NewApiKey, header: tuple[str, str]) -> None:
    name, value = header
    assert ask({name: value.format(api_key.secret)}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "wrong"},
        {"authorization": "bearer"},
        {"authorization": "bearer wrong"},
        {"authorization": "basic b2xnYTp4"},
    ],
)
def test_without_a_usable_key_nothing_is_told(project: Project, headers: dict[str, str]) -> None:
    for where in ("/v1/projects", f"/v1/projects/{project.slug}", "/v1/projects/nowhere"):
        reply = ask(headers, where)
        refused(reply, 401, 16)
        assert reply.headers["www-authenticate"] == "Bearer"


def test_a_revoked_or_expired_key_is_refused_at_once(api: Api, project: Project, administrator: Actor) -> None:
    api.get("/v1/projects")
    revoke_api_key(key=ApiKey.objects.get(), actor=administrator)
    refused(api.ask("GET", "/v1/projects"), 401, 16, "revoked")
    past = timezone.now() - timedelta(seconds=1)
    expired = create_api_key(project=project, name="old", expires_at=past, actor=administrator)
    refused(ask({"x-api-key": expired.secret}), 401, 16, "expired")


def test_the_trail_names_the_key_and_the_address(api: Api) -> None:
    api.cohort()
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.actor_kind, entry.actor_name) == ("cohort.created", "key", "automation")
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize(
    "where", ["/v1", "/v1/", "/v1/nothing", "/v1/projects/", "/v1/projects/sensors/nothing", "/v1/%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_json_404_without_a_redirect(api: Api, where: str, method: str) -> None:
    refused(api.ask(method, where), 404, 5)


@override_settings(STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}})
def test_pages_keep_their_own_errors(api: Api) -> None:
    reply = api.ask("GET", "/v1nothing")
    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/html")


def test_a_wrong_method_is_a_json_405_that_names_the_right_ones(api: Api) -> None:
    reply = api.ask("PUT", api.in_project)
    refused(reply, 405, 12, "PUT")
    assert reply.headers["allow"] == "GET, HEAD"
    refused(api.ask("OPTIONS", api.in_project), 405, 12, "OPTIONS")


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml", "nonsense"])
def test_replies_are_json_whatever_is_asked_for(api: Api, accept: str) -> None:
    reply = api.ask("GET", "/v1/projects?format=xml", headers={"accept": accept})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert b'{"list":[{"id":"sensors",' in reply.content


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "JSON"),
        (b"nonsense", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b'{"name": NaN}', "JSON"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"name": "a\\u0000b"}', "name"),
        (b"[]", "object"),
        (b'"name"', "object"),
        (b"null", "object"),
        (b"[" * 1_000_000, "nested"),
        (b"", "name"),
        (b"{}", "name"),
        (b'{"name": 1}', "name"),
        (b'{"name": null}', "name"),
        (b'{"name": {"a": 1}}', "name"),
        (b'{"nme": "x"}', "nme"),
        (b'{"name": "x", "colour": "red"}', "colour"),
    ],
)
def test_a_bad_body_is_a_400_that_says_why(api: Api, body: bytes, word: str) -> None:
    before = store()
    where = f"{api.in_organization}/cohorts"
    refused(api.ask("POST", where, content=body, headers={"content-type": "application/json"}), 400, 3, word)
    assert store() == before


def test_a_body_of_another_type_or_size_is_refused(api: Api) -> None:
    where = f"{api.in_organization}/cohorts"
    refused(api.ask("POST", where, data={"name": "x"}), 415, 3)
    refused(api.ask("POST", where, json={"name": "x" * 3_000_000}), 413, 3, "too large")
    chunked = {"content-type": "application/json", "transfer-encoding": "chunked"}
    refused(api.ask("POST", where, content=iter([b'{"name": "x"}']), headers=chunked), 400, 3, "Content-Length")


@pytest.mark.parametrize(
    ("where", "query", "word"),
    [
        ("devices", {"page": "-1"}, "page"),
        ("devices", {"page": "x"}, "page"),
        ("devices", {"page": str(10**30)}, "page"),
        ("devices", {"perPage": "0"}, "perPage"),
        ("devices", {"perPage": "101"}, "perPage"),
        ("artifacts", {"perPage": "501"}, "perPage"),
        ("devices", {"enabled": "perhaps"}, "enabled"),
        ("devices", {"term": "\0"}, "term"),
        ("devices", {"tags": ["x", "\0"]}, "tags"),
        ("artifacts", {"ids": ["\0"]}, "ids"),
        ("artifacts", {"ids": ["x"] * 501}, "ids"),
    ],
)
def test_a_bad_query_is_a_400_that_names_it(api: Api, where: str, query: dict[str, Any], word: str) -> None:
    refused(api.ask("GET", f"{api.in_project}/{where}", params=query), 400, 3, word)


@override_settings(ROOT_URLCONF=__name__)
def test_a_mistake_of_ours_is_a_json_500_that_tells_nothing(api: Api) -> None:
    reply = api.ask("GET", "/v1/broken/bug")
    refused(reply, 500, 13)
    assert "secret" not in reply.text


@override_settings(ROOT_URLCONF=__name__, DEBUG=True)
@pytest.mark.parametrize(
    ("where", "status", "code"), [("/v1/broken/bug", 500, 13), ("/v1/nothing", 404, 5), ("/v1", 404, 5)]
)
def test_debug_pages_stay_away_from_the_api(api: Api, where: str, status: int, code: int) -> None:
    reply = api.ask("GET", where)
    refused(reply, status, code)
    assert "secret" not in reply.text


@override_settings(DEBUG=True, ALLOWED_HOSTS=["elsewhere"])
def test_a_host_that_is_not_ours_is_a_json_400_even_while_debugging(api: Api) -> None:
    refused(api.ask("GET", "/v1/projects"), 400, 3)


@override_settings(ROOT_URLCONF=__name__)
def test_a_database_that_does_not_answer_is_a_503(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    reply = api.ask("GET", "/v1/broken/database")
    refused(reply, 503, 14, "database")
    assert "secret" not in reply.text
    assert "a secret of the inside" in caplog.text
