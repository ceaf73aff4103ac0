"""Artifacts: claimed from stored bytes, deleted when no cohort deploys them. They never change in between."""

from django.db import IntegrityError, transaction

from deployments import rules
from deployments.events import ArtifactDeleted, ArtifactUploaded, PackageCreated
from deployments.models import Artifact, Blueprint, Package, Version
from deployments.services.blobs import Blob, discard_blob, remove_after_commit
from deployments.services.packages import cohort_using
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, DomainError, Invalid, NotFound, Precondition
from ota_console.core.events import publish
from ota_console.tenancy.models import Project


def create_artifact(
    *,
    project: Project,
    blob: Blob,
    package: str,
    version: str,
    actor: Actor,
    blueprint: Blueprint | None = None,
) -> Artifact:
    """Claim stored bytes as the artifact of a version; an unknown package is created (contract/rest.md §3.5).

    Raise Invalid naming the field, or Conflict when the version has one already. Either way the bytes are removed.
    After any other failure they stay: a commit may have gone through although its answer was lost. They are swept.
    """
    try:
        return _claim(project, blob, package, version, actor, blueprint)
    except DomainError:
        discard_blob(blob.storage_name)
        raise


def require_upload(
    *, project: Project, package: str, version: str, actor: Actor, blueprint: Blueprint | None = None
) -> None:
    """Refuse what `create_artifact` would refuse, before any bytes are sent."""
    actor.require("artifacts.upload", project=project.pk)
    rules.require_package_name(package)
    rules.require_version_label(package, version)
    if blueprint is not None and blueprint.project_id != project.pk:
        raise Invalid("blueprintId: there is no such blueprint in the project", field="blueprintId")
    taken = Artifact.objects.filter(
        version__package__project=project,
        version__package__name=package,
        version__label=version,
        blueprint=blueprint,
    )
    if taken.exists():
        raise _exists(package, version)


@transaction.atomic
def _claim(
    project: Project, blob: Blob, package: str, version: str, actor: Actor, blueprint: Blueprint | None
) -> Artifact:
    require_upload(project=project, package=package, version=version, actor=actor, blueprint=blueprint)
    row, is_new = Package.objects.get_or_create(project=project, name=package)
    if is_new:
        changes = {"packageId": [None, package]}
        publish(PackageCreated(project_id=project.pk, object_id=package, actor=actor, changes=changes))
    labelled, _ = Version.objects.get_or_create(package=row, label=version, defaults={"created_by": actor.name})
    try:
        with transaction.atomic():
            artifact = Artifact.objects.create(
                project=project,
                version=labelled,
                blueprint=blueprint,
                size=blob.size,
                sha256=blob.sha256,
                kind=blob.kind,
                storage_name=blob.storage_name,
            )
    except IntegrityError as error:
        raise _exists(package, version) from error
    publish(
        ArtifactUploaded(
            project_id=project.pk,
            object_id=artifact.public_id,
            actor=actor,
            changes={"artifact": [None, f"{package}@{version}"], "sha256": [None, blob.sha256]},
        )
    )
    return artifact


@transaction.atomic
def delete_artifact(*, artifact: Artifact, actor: Actor) -> None:
    """Raise Precondition while an existing cohort has deployed it, in its active or an earlier deployment."""
    actor.require("artifacts.delete", project=artifact.project_id)
    locked = Artifact.objects.select_for_update(of=("self",)).with_names().filter(pk=artifact.pk).first()
    if locked is None:
        raise NotFound("artifact not found")
    cohort = cohort_using([locked.pk])
    if cohort is not None:
        raise Precondition(f"artifact in use: cohort {cohort} has deployed it; delete that cohort first")
    label = str(locked)
    publish(
        ArtifactDeleted(
            project_id=locked.project_id,
            object_id=locked.public_id,
            actor=actor,
            changes={"artifact": [label, None]},
        )
    )
    version = locked.version
    locked.delete()
    if not version.artifacts.exists():
        version.delete()
    remove_after_commit([locked.storage_name])


def _exists(package: str, version: str) -> Conflict:
    return Conflict(f"artifact already exists: {package}@{version}", field="version")
