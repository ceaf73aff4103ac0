"""The upload form: streamed into the storage, refused with a reason, leaving nothing behind."""

import hashlib
from collections.abc import Callable
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from deployments.models import Artifact, Package
from deployments.services import create_blueprint
from deployments.storage import artifact_storage
from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Project

MCUBOOT = bytes.fromhex("3db8f396")


def stored_names() -> list[str]:
    return sorted(artifact_storage().listing())  # type: ignore[attr-defined]


@pytest.fixture
def send(browser: Client, project: Project) -> Callable[..., HttpResponse]:
    def post(content: bytes | None, client: Client = browser, **fields: str) -> HttpResponse:
        form: dict[str, object] = {"package": "main", "version": "1.2.3", **fields}
        if content is not None:
            form["content"] = BytesIO(content)
            form["content"].name = "app.bin"  # type: ignore[attr-defined]
        return client.post(reverse("deployments:artifact-upload", args=(project.slug,)), form)  # type: ignore[return-value]

    return post


def test_an_upload_is_stored_as_it_was_sent(send: Callable[..., HttpResponse], project: Project) -> None:
    content = MCUBOOT + bytes(range(256)) * 4096
    answer = send(content)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("deployments:package-detail", args=(project.slug, "main"))
    artifact = Artifact.objects.get()
    assert (artifact.size, artifact.kind) == (len(content), "mcuboot")
    assert artifact.sha256 == hashlib.sha256(content).hexdigest()
    with artifact_storage().open(artifact.storage_name) as file:
        assert file.read() == content


def test_an_upload_by_htmx_moves_the_page(browser: Client, project: Project) -> None:
    url = reverse("deployments:artifact-upload", args=(project.slug,))
    form = {"package": "main", "version": "1", "content": BytesIO(b"x")}
    answer = browser.post(url, form, headers={"hx-request": "true"})
    assert answer["HX-Redirect"] == reverse("deployments:package-detail", args=(project.slug, "main"))


def test_a_version_may_have_a_file_per_blueprint(
    send: Callable[..., HttpResponse], project: Project, operator: Actor
) -> None:
    blueprint = create_blueprint(project=project, name="esp32", actor=operator)
    assert send(b"for all").status_code == 302
    assert send(b"for one", blueprint=blueprint.public_id).status_code == 302
    assert {artifact.blueprint for artifact in Artifact.objects.all()} == {None, blueprint}


@pytest.mark.parametrize(
    ("content", "fields", "field", "words"),
    [
        (b"x", {"package": "has space"}, "package", "Only the characters"),
        (b"x", {"package": ""}, "package", "required"),
        (b"x", {"version": "1/2"}, "version", "Only the characters"),
        (b"x", {"version": "1@2"}, "version", "Only the characters"),
        (b"x", {"version": "v" * 255}, "version", "must not be longer"),
        (b"x", {"version": "nul\x00"}, "version", "Null characters"),
        (b"x", {"blueprint": "0" * 24}, "blueprint", "not one of the available choices"),
        (b"", {}, "content", "file is empty"),
        (None, {}, "content", "Choose a file"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    send: Callable[..., HttpResponse],
    content: bytes | None,
    fields: dict[str, str],
    field: str,
    words: str,
) -> None:
    before = stored_names()
    answer = send(content, **fields)
    assert answer.status_code == 400
    error = answer.text.split(f'id="id_{field}_error"')[1].split("</div>")[0]
    assert words in error
    assert not Artifact.objects.exists()
    assert not Package.objects.exists()
    assert stored_names() == before


def test_a_version_that_exists_is_refused(send: Callable[..., HttpResponse]) -> None:
    send(b"first")
    before = stored_names()
    answer = send(b"second")
    assert answer.status_code == 400
    assert "already exists" in answer.text.split('id="id_version_error"')[1]
    assert Artifact.objects.get().size == len(b"first")
    assert stored_names() == before


def test_a_file_that_is_too_large_is_refused_while_it_arrives(
    send: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.rules.LARGEST_ARTIFACT", 300_000)
    before = stored_names()
    answer = send(bytes(2_000_000))
    assert answer.status_code == 400
    assert "more than 300000 bytes" in answer.text.split('id="id_content_error"')[1]
    assert stored_names() == before


def test_a_second_file_in_the_form_is_refused(browser: Client, project: Project) -> None:
    before = stored_names()
    url = reverse("deployments:artifact-upload", args=(project.slug,))
    form = {"package": "main", "version": "1", "content": BytesIO(b"x"), "other": BytesIO(b"y")}
    answer = browser.post(url, form)
    assert answer.status_code == 400
    assert "one file at a time" in answer.text.lower()
    assert stored_names() == before


def test_a_viewer_or_an_expired_form_stores_nothing(
    send: Callable[..., HttpResponse], signed_in: Callable[[Role], Client]
) -> None:
    before = stored_names()
    assert send(b"x", client=signed_in(Role.VIEWER)).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(Role.ADMIN).cookies
    answer = send(b"x", client=strict)
    assert answer.status_code == 403
    assert "This page has expired" in answer.text
    assert not Artifact.objects.exists()
    assert stored_names() == before
