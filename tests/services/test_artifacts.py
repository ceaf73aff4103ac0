"""Artifacts: stored in a stream, claimed once, never changed."""

import hashlib
import resource
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from deployments import rules, services
from deployments.events import ArtifactUploaded, PackageCreated
from deployments.models import Artifact, Cohort, Package, Version
from deployments.services import ArtifactWriter, Blob
from deployments.storage import artifact_storage
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Forbidden, Invalid, NotFound, Precondition, Unavailable
from ota_console.core.events import Event
from ota_console.tenancy.models import Project

Upload = Callable[..., Artifact]


def stored_names() -> set[str]:
    storage: Any = artifact_storage()
    return set(storage.listing())


@given(st.lists(st.binary(max_size=200)).filter(any))
def test_what_is_written_in_any_chunks_is_measured_and_read_back(chunks: list[bytes]) -> None:
    with ArtifactWriter() as writer:
        for chunk in chunks:
            writer.write(chunk)
        blob = writer.finish()
    content = b"".join(chunks)
    with artifact_storage().open(blob.storage_name) as stored:
        assert stored.read() == content
    assert (blob.size, blob.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    artifact_storage().delete(blob.storage_name)


def test_an_artifact_is_never_held_whole() -> None:
    size, step = 48 * 1024**2, 256 * 1024
    tracemalloc.start()
    try:
        with ArtifactWriter() as writer:
            for _ in range(0, size, step):
                writer.write(bytes(step))
            blob = writer.finish()
        with artifact_storage().open(blob.storage_name) as stored:
            read = sum(len(chunk) for chunk in iter(lambda: stored.read(step), b""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    artifact_storage().delete(blob.storage_name)
    assert read == size
    assert peak < size / 2


@pytest.mark.parametrize(
    ("chunks", "kind"),
    [
        ([bytes.fromhex("3db8f396"), b"rest"], "mcuboot"),
        ([b"\x3d", b"\xb8", b"\xf3", b"\x96"], "mcuboot"),
        ([bytes.fromhex("96f3b83d")], "default"),
        ([b"\x3d\xb8\xf3"], "default"),
    ],
)
def test_the_first_bytes_tell_an_mcuboot_image(chunks: list[bytes], kind: str) -> None:
    with ArtifactWriter() as writer:
        for chunk in chunks:
            writer.write(chunk)
        blob = writer.finish()
    artifact_storage().delete(blob.storage_name)
    assert blob.kind == kind


def test_a_broken_upload_leaves_nothing_behind() -> None:
    before = stored_names()
    with pytest.raises(ConnectionError):
        _write_and_break(b"x" * 6_000_000)
    assert stored_names() == before


def store(content: bytes) -> Blob:
    with ArtifactWriter() as writer:
        writer.write(content)
        return writer.finish()


@contextmanager
def full_disk(folder: Path, settings: Settings) -> Iterator[None]:
    """A folder in which no file grows beyond 4096 bytes."""
    options = {"location": folder}
    settings.STORAGES = {
        **settings.STORAGES,
        "artifacts": {"BACKEND": "deployments.storage.ArtifactFolder", "OPTIONS": options},
    }
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("chunk", [5_000, 100_000], ids=["still in the buffer", "written at once"])
def test_a_full_disk_is_said_and_nothing_stays(chunk: int, tmp_path: Path, settings: Settings) -> None:
    with full_disk(tmp_path, settings), pytest.raises(Unavailable, match="content: "):
        store(bytes(chunk))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [8, 6 * 1024**2], ids=["in one request", "in parts"])
def test_a_bucket_that_does_not_answer_is_said(size: int, settings: Settings) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen
        options = {
            "bucket_name": "away",
            "endpoint_url": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "region_name": "us-east-1",
            "access_key": "tests",
            "secret_key": "tests",
            "client_config": Config(retries={"total_max_attempts": 1}),
        }
        settings.STORAGES = {
            **settings.STORAGES,
            "artifacts": {"BACKEND": "deployments.storage.ArtifactBucket", "OPTIONS": options},
        }
        with pytest.raises(Unavailable, match="content: "):
            store(bytes(size))


def test_an_empty_file_is_refused_and_leaves_nothing() -> None:
    before = stored_names()
    with pytest.raises(Invalid, match="content: the file is empty"), ArtifactWriter() as writer:
        writer.finish()
    assert stored_names() == before


def test_a_file_that_grows_too_large_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LARGEST_ARTIFACT", 10)
    before = stored_names()
    with ArtifactWriter() as writer:
        writer.write(b"x" * 8)
        with pytest.raises(Invalid, match="more than 10 bytes"):
            writer.write(b"x" * 8)
    assert stored_names() == before


def test_an_upload_creates_package_version_and_artifact(upload: Upload, published: list[Event]) -> None:
    artifact = upload("main", "1.0.0", b"abc")
    assert str(artifact.version) == "main@1.0.0"
    assert artifact.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert [type(event) for event in published] == [PackageCreated, ArtifactUploaded]


def test_the_same_version_again_is_refused_and_its_bytes_removed(upload: Upload) -> None:
    upload("main", "1.0.0")
    before = stored_names()
    with pytest.raises(Conflict, match="artifact already exists"):
        upload("main", "1.0.0", b"other")
    assert stored_names() == before
    assert Artifact.objects.count() == 1


def test_one_artifact_per_blueprint_and_one_without(upload: Upload, project: Project, operator: Actor) -> None:
    blueprint = services.create_blueprint(project=project, name="board", actor=operator)
    upload("main", "1.0.0")
    upload("main", "1.0.0", blueprint=blueprint)
    with pytest.raises(Conflict):
        upload("main", "1.0.0", blueprint=blueprint)
    assert Version.objects.count() == 1


@pytest.mark.parametrize("version", ["", "1 0", "1@0", "v/1", "ü"])
def test_a_version_with_forbidden_characters_writes_nothing(upload: Upload, version: str) -> None:
    before = stored_names()
    with pytest.raises(Invalid) as refusal:
        upload("main", version)
    assert refusal.value.field == "version"
    assert stored_names() == before
    assert not Package.objects.exists()


def test_a_viewer_may_not_upload(upload: Upload, viewer: Actor) -> None:
    before = stored_names()
    with pytest.raises(Forbidden):
        upload("main", "1.0.0", actor=viewer)
    assert stored_names() == before


def test_another_tenants_project_is_not_found(upload: Upload, foreign_project: Project) -> None:
    with pytest.raises(NotFound):
        upload("main", "1.0.0", project=foreign_project)


def test_an_artifact_never_changes(upload: Upload) -> None:
    artifact = upload("main", "1.0.0")
    artifact.size = 5
    with pytest.raises(TypeError, match="never change"):
        artifact.save()
    with pytest.raises(TypeError, match="never change"):
        Artifact.objects.update(size=5)


def test_a_deployed_artifact_cannot_be_deleted_while_its_cohort_exists(
    upload: Upload, cohort: Cohort, operator: Actor
) -> None:
    old, new = upload("main", "1.0.0"), upload("main", "1.1.0")
    services.start_deployment(cohort=cohort, artifacts=[old], actor=operator)
    services.start_deployment(cohort=cohort, artifacts=[new], actor=operator)
    for artifact in (old, new):
        with pytest.raises(Precondition, match="artifact in use"):
            services.delete_artifact(artifact=artifact, actor=operator)
    with pytest.raises(Precondition, match="package in use"):
        services.delete_package(package=old.version.package, actor=operator)
    services.delete_cohort(cohort=cohort, actor=operator)
    services.delete_artifact(artifact=old, actor=operator)
    services.delete_package(package=new.version.package, actor=operator)
    assert not Artifact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_deleting_an_artifact_removes_its_bytes(upload: Upload, operator: Actor) -> None:
    artifact = upload("main", "1.0.0")
    services.delete_artifact(artifact=artifact, actor=operator)
    assert artifact.storage_name not in stored_names()
    assert not Version.objects.exists()


def test_bytes_that_nobody_claimed_are_swept_after_a_day(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = upload("main", "1.0.0")
    orphan = _orphan()
    assert orphan.storage_name not in services.remove_orphans()
    tomorrow = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert orphan.storage_name in services.remove_orphans()
    assert kept.storage_name in stored_names()


def _write_and_break(content: bytes) -> None:
    with ArtifactWriter() as writer:
        writer.write(content)
        raise ConnectionError


def _orphan() -> Blob:
    with ArtifactWriter() as writer:
        writer.write(b"orphan")
        return writer.finish()
