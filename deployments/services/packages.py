"""Packages: create, describe, delete."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from deployments import rules
from deployments.events import PackageCreated, PackageDeleted, PackageUpdated, VersionNoted
from deployments.models import Artifact, DeploymentArtifact, Package, Version
from deployments.services.blobs import remove_after_commit
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound, Precondition
from ota_console.core.events import publish
from ota_console.tenancy.models import Project

LONGEST_DESCRIPTION = 10_000


@transaction.atomic
def create_package(
    *,
    project: Project,
    name: str,
    actor: Actor,
    description: str = "",
    metadata: Mapping[str, str] | None = None,
) -> Package:
    """Raise Invalid for a name devices could not ask for, Conflict for one that exists."""
    actor.require("packages.edit", project=project.pk)
    rules.require_package_name(name)
    _require_description(description, metadata or {})
    try:
        with transaction.atomic():
            package = Package.objects.create(
                project=project, name=name, description=description, metadata=dict(metadata or {})
            )
    except IntegrityError as error:
        raise Conflict(f"package {name} already exists", field="packageId") from error
    publish(PackageCreated(project_id=project.pk, object_id=name, actor=actor, changes={"packageId": [None, name]}))
    return package


@transaction.atomic
def update_package(*, package: Package, description: str, metadata: Mapping[str, str], actor: Actor) -> Package:
    """Replace description and metadata; empty values really clear them."""
    actor.require("packages.edit", project=package.project_id)
    _require_description(description, metadata)
    before = {"description": package.description, "metadata": package.metadata}
    package.description, package.metadata = description, dict(metadata)
    package.save(update_fields=["description", "metadata", "updated_at"])
    after = {"description": package.description, "metadata": package.metadata}
    changes = {field: [before[field], after[field]] for field in before if before[field] != after[field]}
    publish(PackageUpdated(project_id=package.project_id, object_id=package.name, actor=actor, changes=changes))
    return package


@transaction.atomic
def note_version(*, version: Version, note: str, actor: Actor) -> Version:
    """Replace what people wrote about it."""
    project_pk = version.package.project_id
    actor.require("packages.edit", project=project_pk)
    _require_text(note, field="note")
    changes = {"note": [version.note, note]}
    version.note = note
    version.save(update_fields=["note"])
    publish(VersionNoted(project_id=project_pk, object_id=str(version), actor=actor, changes=changes))
    return version


@transaction.atomic
def delete_package(*, package: Package, actor: Actor) -> None:
    """Delete it with versions and artifacts. Raise Precondition while an existing cohort has deployed any of them."""
    actor.require("artifacts.delete", project=package.project_id)
    locked = Package.objects.select_for_update().filter(pk=package.pk).first()
    if locked is None:
        raise NotFound("package not found")
    artifacts = Artifact.objects.select_for_update(of=("self",)).filter(version__package=locked).order_by("pk")
    blobs = [artifact.storage_name for artifact in artifacts]
    cohort = cohort_using(Artifact.objects.filter(version__package=locked))
    if cohort is not None:
        raise Precondition(f"package in use: cohort {cohort} has deployed it; delete that cohort first")
    changes = {"packageId": [locked.name, None]}
    publish(PackageDeleted(project_id=locked.project_id, object_id=locked.name, actor=actor, changes=changes))
    locked.delete()
    remove_after_commit(blobs)


def cohort_using(artifacts: Any) -> str | None:
    """Name of an existing cohort in whose history one of these artifacts (a queryset) stands, or None."""
    used = DeploymentArtifact.objects.filter(artifact__in=artifacts, deployment__cohort__deleted_at=None)
    return used.values_list("deployment__cohort__name", flat=True).first()


def _require_description(description: str, metadata: Mapping[str, str]) -> None:
    _require_text(description, field="description")
    if not all(isinstance(part, str) for pair in metadata.items() for part in pair):
        raise Invalid("metadata: keys and values must be text", field="metadata")


def _require_text(text: str, *, field: str) -> None:
    if len(text) > LONGEST_DESCRIPTION:
        raise Invalid(f"{field}: must not be longer than {LONGEST_DESCRIPTION} characters", field=field)
