"""Uploading artifacts, as JSON and as a form (contract/rest.md §3.5, §7)."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import override_settings

from deployments.models import Artifact
from deployments.services import create_blueprint
from deployments.storage import artifact_storage
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.api.client import Api, refused, store

CONTENT = bytes(range(256)) * 3000
PATH = "/v1/artifacts"


def fields(**more: Any) -> dict[str, Any]:
    encoded = base64.b64encode(CONTENT).decode()
    return {"projectId": "sensors", "content": encoded, "version": "1.0.0", "package": "main"} | more


def send_form(api: Api, content: bytes = CONTENT, **more: str) -> httpx.Response:
    data = {"projectId": "sensors", "version": "1.0.0", "package": "main"} | more
    return api.ask("POST", PATH, data=data, files={"artifact": ("firmware.bin", content)})


def assert_stored(artifact: dict[str, Any]) -> None:
    row = Artifact.objects.get(public_id=artifact["id"])
    with artifact_storage().open(row.storage_name) as file:
        assert file.read() == CONTENT
    assert artifact["size"] == str(len(CONTENT))
    assert artifact["binaryInfo"]["digests"]["sha256"]["digest"] == hashlib.sha256(CONTENT).hexdigest()


def test_post_artifacts_as_json(api: Api) -> None:
    artifact = api.post(PATH, **fields())
    assert (artifact["package"], artifact["version"], artifact["blueprintId"]) == ("main", "1.0.0", None)
    assert_stored(artifact)


def test_post_artifacts_as_a_form(api: Api) -> None:
    reply = send_form(api, package="modem")
    assert reply.status_code == 200, reply.text
    assert (reply.json()["data"]["package"], reply.json()["data"]["version"]) == ("modem", "1.0.0")
    assert_stored(reply.json()["data"])


def test_post_artifacts_takes_fields_after_the_file_in_any_order(api: Api) -> None:
    body = {name: fields()[name] for name in ("content", "version", "projectId")}
    reply = api.ask("POST", PATH, content=json.dumps(body), headers={"content-type": "application/json; charset=utf-8"})
    assert reply.json()["data"]["package"] == "main"
    assert_stored(reply.json()["data"])


def test_post_artifacts_creates_the_package_and_accepts_long_names(api: Api) -> None:
    names = ("main-0123456789abcdef", "255.13.37-variant-0123456789abcdef")
    artifact = api.post(PATH, **fields(package=names[0], version=names[1]))
    assert (artifact["package"], artifact["version"]) == names
    assert api.get(f"{api.in_organization}/packages/{names[0]}")["data"]["description"] == ""


def test_post_artifacts_is_unique_per_version_and_blueprint(api: Api, project: Project, operator: Actor) -> None:
    blueprint = create_blueprint(project=project, name="board", actor=operator).public_id
    api.post(PATH, **fields())
    assert api.post(PATH, **fields(blueprintId=blueprint))["blueprintId"] == blueprint
    before = store()
    refused(api.ask("POST", PATH, json=fields()), 409, 6, "artifact already exists")
    refused(api.ask("POST", PATH, json=fields(blueprintId=blueprint)), 409, 6, "artifact already exists")
    refused(send_form(api), 409, 6, "artifact already exists")
    assert store() == before


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"content": ""}, "content"),
        ({"content": "no base64"}, "content"),
        ({"content": 7}, "content"),
        ({"version": ""}, "version"),
        ({"version": "1 0"}, "version"),
        ({"version": "1@0"}, "version"),
        ({"version": 1}, "version"),
        ({"package": "a/b"}, "package"),
        ({"package": None}, "package"),
        ({"package": "p" * 200, "version": "v" * 60}, "version"),
        ({"projectId": ""}, "projectId"),
        ({"projectId": "\0"}, "projectId"),
        ({"blueprintId": "0" * 24}, "blueprintId"),
        ({"colour": "red"}, "colour"),
        ({"version": ["1.0.0"]}, "version"),
    ],
)
def test_post_artifacts_refuses_a_bad_field_and_leaves_nothing(api: Api, change: dict[str, Any], word: str) -> None:
    before = store()
    refused(api.ask("POST", PATH, json=fields() | change), 400, 3, word)
    assert store() == before


def test_post_artifacts_while_the_storage_is_away_is_a_503_and_leaves_nothing(api: Api, tmp_path: Path) -> None:
    (tmp_path / "artifacts").touch()  # a file where the folder should be
    options = {"location": tmp_path / "artifacts"}
    storage = {"BACKEND": "deployments.storage.ArtifactFolder", "OPTIONS": options}
    before = store()
    with override_settings(STORAGES={**settings.STORAGES, "artifacts": storage}):
        for reply in (api.ask("POST", PATH, json=fields()), send_form(api), send_bytes(api)):
            refused(reply, 503, 14, "content", "storage")
    assert store() == before


def send_bytes(api: Api, content: bytes = CONTENT, **query: str) -> httpx.Response:
    query = {"projectId": "sensors", "version": "1.0.0", "package": "main"} | query
    headers = {"content-type": "application/octet-stream"}
    return api.ask("POST", PATH, params=query, content=content, headers=headers)


def test_post_artifacts_as_bytes(api: Api, project: Project, operator: Actor) -> None:
    blueprint = create_blueprint(project=project, name="board", actor=operator).public_id
    reply = send_bytes(api, package="modem", blueprintId=blueprint)
    assert reply.status_code == 200, reply.text
    artifact = reply.json()["data"]
    assert (artifact["package"], artifact["version"], artifact["blueprintId"]) == ("modem", "1.0.0", blueprint)
    assert_stored(artifact)


def test_post_artifacts_as_bytes_refuses_before_it_reads(api: Api, foreign_api: Api) -> None:
    """Nobody sends a gigabyte to hear that its version exists: the body that ends too early is never looked at."""
    assert send_bytes(api).status_code == 200
    before = store()

    headers = {"content-type": "application/octet-stream", "content-length": "1000000000"}
    for change, status, code, word in (
        ({}, 409, 6, "artifact already exists"),
        ({"version": "1 0"}, 400, 3, "version"),
        ({"package": ""}, 400, 3, "package"),
        ({"colour": "red"}, 400, 3, "colour"),
        ({"blueprintId": "f" * 24}, 400, 3, "blueprintId"),
        ({"projectId": "rival-sensors"}, 404, 5, "project not found"),
    ):
        query = {"projectId": "sensors", "version": "1.0.0"} | change
        reply = api.ask("POST", PATH, params=query, content=iter([b"x"]), headers=headers)
        refused(reply, status, code, word)
    refused(send_bytes(api, b"", version="2"), 400, 3, "empty")
    refused(
        api.ask("POST", PATH, content=b"x", headers={"content-type": "application/octet-stream"}), 400, 3, "version"
    )
    assert store() == before


def test_post_artifacts_as_bytes_sent_again_under_its_key_is_stored_once(api: Api) -> None:
    query = {"projectId": "sensors", "version": "1.0.0"}
    headers = {"content-type": "application/octet-stream", "idempotency-key": "once"}
    first, again = [api.ask("POST", PATH, params=query, content=CONTENT, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    refused(api.ask("POST", PATH, params=query, content=b"other", headers=headers), 409, 6, "Idempotency-Key")


@pytest.mark.parametrize("missing", ["projectId", "content", "version"])
def test_post_artifacts_refuses_a_missing_field(api: Api, missing: str) -> None:
    before = store()
    body = {name: value for name, value in fields().items() if name != missing}
    refused(api.ask("POST", PATH, json=body), 400, 3, missing)
    assert store() == before


@pytest.mark.parametrize("change", [{"version": ""}, {"package": "a b"}, {"blueprintId": "x"}, {"colour": "red"}])
def test_post_artifacts_as_a_form_refuses_a_bad_field(api: Api, change: dict[str, str]) -> None:
    before = store()
    refused(send_form(api, **change), 400, 3, next(iter(change)))
    assert store() == before


def test_post_artifacts_as_a_form_refuses_no_file_an_empty_one_and_two(api: Api) -> None:
    before = store()
    data = {"projectId": "sensors", "version": "1.0.0"}
    refused(send_form(api, b""), 400, 3, "content", "empty")
    refused(api.ask("POST", PATH, data=data, files={"other": (None, b"x")}), 400, 3, "other")
    two = [("artifact", ("a", b"a")), ("artifact", ("b", b"b"))]
    refused(api.ask("POST", PATH, data=data, files=two), 400, 3, "content")
    assert store() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"content": "QUJD"', b"[" * 100_000, b"\xff\xfe"])
def test_post_artifacts_refuses_what_is_not_a_json_object(api: Api, body: bytes) -> None:
    before = store()
    refused(api.ask("POST", PATH, content=body, headers={"content-type": "application/json"}), 400, 3)
    assert store() == before


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=b"),
        (b"--b", "multipart/form-data; boundary="),
    ],
)
def test_post_artifacts_refuses_a_broken_form(api: Api, body: bytes, kind: str) -> None:
    before = store()
    refused(api.ask("POST", PATH, content=body, headers={"content-type": kind}), 400, 3)
    assert store() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_post_artifacts_refuses_other_content_types(api: Api, kind: str) -> None:
    before = store()
    refused(api.ask("POST", PATH, content=b"x", headers={"content-type": kind}), 415, 3)
    assert store() == before


def test_post_artifacts_to_a_project_of_others_is_not_found(api: Api, foreign_api: Api) -> None:
    before = store()
    for project in ("rival-sensors", "nowhere"):
        refused(api.ask("POST", PATH, json=fields(projectId=project)), 404, 5, "project not found")
        refused(send_form(api, projectId=project), 404, 5, "project not found")
    assert store() == before


FORM = b"".join(
    b'--b\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part
    for part in ((b'artifact"; filename="f', b"firmware"), (b"projectId", b"sensors"), (b"version", b"1.2.34"))
)  # the version comes last: cut off, it would be another version


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", json.dumps(fields()).encode()), ("multipart/form-data; boundary=b", FORM + b"--b--\r\n")],
    ids=["json", "form"],
)
@pytest.mark.parametrize("lost", [1, 12, 40, 120])
def test_post_artifacts_refuses_a_body_that_stops_halfway(api: Api, kind: str, body: bytes, lost: int) -> None:
    before = store()
    headers = {"content-type": kind, "content-length": str(len(body))}
    refused(api.ask("POST", PATH, content=iter([body[:-lost]]), headers=headers), 400, 3)
    assert store() == before
    assert api.ask("POST", PATH, content=body, headers=headers).status_code == 200
