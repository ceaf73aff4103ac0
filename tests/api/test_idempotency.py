"""Idempotency-Key: a POST that is sent again gives the first reply and changes nothing."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from deployments.models import Artifact, Cohort
from devices.models import Credential
from ota_console.api.idempotency import KEPT_FOR
from ota_console.api.models import KeptReply
from ota_console.core.ids import new_public_id
from ota_console.tasks import forget_replies
from ota_console.tenancy.models import ApiKey, AuditEntry
from tests.api.client import Api, refused, store

NAME = "e7a1-first"
HEADERS = {"idempotency-key": NAME}


def again(api: Api, path: str, headers: dict[str, str] | None = None, **request: Any) -> list[httpx.Response]:
    return [api.ask("POST", path, headers=headers or HEADERS, **request) for _ in range(2)]


def test_a_repeated_request_gives_the_first_reply(api: Api) -> None:
    first, second = again(api, f"{api.in_organization}/cohorts", json={"name": "field"})
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert "idempotent-replay" not in first.headers
    assert second.headers["idempotent-replay"] == "true"
    assert second.headers["content-type"] == "application/json"
    assert Cohort.objects.count() == 1
    assert AuditEntry.objects.filter(action="cohort.created").count() == 1


def test_another_request_under_the_same_key_is_refused(api: Api) -> None:
    path = f"{api.in_organization}/cohorts"
    api.ask("POST", path, json={"name": "field"}, headers=HEADERS)
    before = store()
    refused(api.ask("POST", path, json={"name": "lab"}, headers=HEADERS), 409, 6, "Idempotency-Key")
    refused(api.ask("POST", f"{api.in_project}/tags", json={"name": "field"}, headers=HEADERS), 409, 6, "another")
    assert store() == before


def test_a_key_means_something_to_its_api_key_alone(api: Api, admin_api: Api) -> None:
    path = f"{api.in_organization}/cohorts"
    replies = [
        one.ask("POST", path, json={"name": name}, headers=HEADERS) for one, name in ((api, "a"), (admin_api, "b"))
    ]
    assert [reply.json()["data"]["name"] for reply in replies] == ["a", "b"]


def test_a_request_that_is_still_running_is_not_run_twice(api: Api) -> None:
    running = KeptReply.objects.create(
        api_key=ApiKey.objects.get(), name=NAME, claim=new_public_id(), claimed_at=timezone.now()
    )
    path, before = f"{api.in_organization}/cohorts", store()
    refused(api.ask("POST", path, json={"name": "field"}, headers=HEADERS), 409, 6, "still running")
    assert store() == before
    KeptReply.objects.filter(pk=running.pk).update(claimed_at=timezone.now() - timedelta(minutes=3))
    assert api.ask("POST", path, json={"name": "field"}, headers=HEADERS).status_code == 200


def test_a_refusal_leaves_the_key_free(api: Api) -> None:
    path = f"{api.in_organization}/cohorts"
    refused(api.ask("POST", path, json={"name": ""}, headers=HEADERS), 400, 3, "name")
    assert not KeptReply.objects.exists()
    assert api.ask("POST", path, json={"name": "field"}, headers=HEADERS).status_code == 200


@pytest.mark.parametrize("name", ["", "x" * 256, "a\tb", "a\x7fb"])
def test_a_key_that_is_none_is_refused(api: Api, name: str) -> None:
    before = store()
    headers = {"idempotency-key": name.encode()}
    refused(api.ask("POST", f"{api.in_organization}/cohorts", json={"name": "x"}, headers=headers), 400, 3, "Idempot")
    assert store() == before


def test_a_kept_reply_shows_no_secret_in_the_database(api: Api) -> None:
    device = api.device()["id"]
    body = {"identity": "a", "preSharedKey": "top-secret-key"}
    first, second = again(api, f"{api.in_project}/devices/{device}/credentials", json=body)
    assert first.json() == second.json()
    assert second.json()["data"]["preSharedKey"] == "top-secret-key"
    assert b"top-secret-key" not in bytes(KeptReply.objects.get().sealed_reply or b"")
    assert Credential.objects.count() == 1


def test_uploads_are_compared_by_what_they_hold(api: Api) -> None:
    fields = {"projectId": api.project.slug, "version": "1"}
    content = base64.b64encode(bytes(range(256)) * 3000).decode()
    for form, upload in enumerate(({"json": fields | {"content": content}}, {"data": fields | {"version": "2"}})):
        headers = {"idempotency-key": f"upload-{form}"}
        files = [{"files": {"artifact": ("f", bytes(range(256)) * 3000)}} if form else {} for _ in range(2)]
        first, second = (api.ask("POST", "/v1/artifacts", headers=headers, **upload, **file) for file in files)
        assert first.json() == second.json()
        assert (first.status_code, second.headers["idempotent-replay"]) == (200, "true")
    assert Artifact.objects.count() == 2
    other = {"artifact": ("f", bytes(range(255, -1, -1)) * 3000)}
    data = fields | {"version": "2"}
    refused(api.ask("POST", "/v1/artifacts", headers=headers, data=data, files=other), 409, 6, "another request")


def test_replies_are_forgotten_after_a_day(api: Api) -> None:
    path = f"{api.in_organization}/cohorts"
    api.ask("POST", path, json={"name": "field"}, headers=HEADERS)
    assert forget_replies() == 0
    KeptReply.objects.update(claimed_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    refused(api.ask("POST", path, json={"name": "field"}, headers=HEADERS), 409, 6, "field")
    KeptReply.objects.create(
        api_key=ApiKey.objects.get(), name="old", claim="x", claimed_at=timezone.now() - KEPT_FOR - timedelta(seconds=1)
    )
    assert forget_replies() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_answered_and_none_is_done_twice(api: Api) -> None:
    path, at_once = f"{api.in_organization}/cohorts", 6
    start = threading.Barrier(at_once)

    def ask(_: int) -> httpx.Response:
        start.wait()
        try:
            return api.ask("POST", path, json={"name": "field"}, headers=HEADERS)
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as pool:
        replies = list(pool.map(ask, range(at_once)))
    done = [reply for reply in replies if reply.status_code == 200]
    assert len({reply.text for reply in done}) == 1
    assert sum("idempotent-replay" not in reply.headers for reply in done) == 1
    for reply in replies:
        if reply not in done:
            refused(reply, 409, 6, "still running")
    assert Cohort.objects.count() == 1
