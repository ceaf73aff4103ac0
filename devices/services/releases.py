"""Releases: create, change, delete. They have no effect on devices (contract/rest.md §3.11)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from deployments.events import ArtifactDeleted, PackageDeleted
from deployments.models import Artifact
from devices.events import ReleaseCreated, ReleaseDeleted, ReleaseUpdated
from devices.models import Release, ReleaseArtifact, ReleaseTag, Tag
from devices.services.devices import Edit
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound, Precondition
from ota_console.core.events import Event, publish
from ota_console.core.text import require_name
from ota_console.tenancy.models import Project
from ota_console.tenancy.services import next_sequence_number


@transaction.atomic
def create_release(
    *,
    project: Project,
    actor: Actor,
    release_tags: Sequence[str] = (),
    device_tags: Iterable[Tag] = (),
    artifacts: Sequence[Artifact] = (),
    rollout: bool = False,
) -> Release:
    """Raise Conflict for a release tag that another release has, Invalid for an artifact given twice."""
    actor.require("releases.edit", project=project.pk)
    if len(set(artifacts)) < len(artifacts):
        raise Invalid("artifactIds: an artifact is named twice", field="artifactIds")
    number = next_sequence_number(project_pk=project.pk)
    release = Release.objects.create(project=project, rollout=rollout, sequence_number=number)
    _set_release_tags(release, release_tags)
    release.device_tags.set(device_tags)
    ReleaseArtifact.objects.bulk_create(
        ReleaseArtifact(release=release, artifact=artifact, position=position)
        for position, artifact in enumerate(artifacts)
    )
    changes = {field: [None, value] for field, value in _summary(release).items()}
    changes["artifactIds"] = [None, [artifact.public_id for artifact in artifacts]]
    publish(ReleaseCreated(project_id=project.pk, object_id=release.public_id, actor=actor, changes=changes))
    return release


@transaction.atomic
def update_release(
    *,
    release: Release,
    actor: Actor,
    rollout: bool | None = None,
    release_tags: Edit[str] | None = None,
    device_tags: Edit[Tag] | None = None,
) -> Release:
    """Change what is given and leave the rest."""
    actor.require("releases.edit", project=release.project_id)
    release = _locked(release)
    before = _summary(release)
    if rollout is not None:
        release.rollout = rollout
    if release_tags is not None:
        _set_release_tags(release, release_tags.apply(release.release_tags.values_list("name", flat=True)))
    if device_tags is not None:
        release.device_tags.set(device_tags.apply(release.device_tags.all()))
    release.save(update_fields=["rollout", "updated_at"])
    after = _summary(release)
    changes = {field: [before[field], after[field]] for field in before if before[field] != after[field]}
    if changes:
        publish(
            ReleaseUpdated(project_id=release.project_id, object_id=release.public_id, actor=actor, changes=changes)
        )
    return release


@transaction.atomic
def delete_release(*, release: Release, actor: Actor) -> None:
    actor.require("releases.edit", project=release.project_id)
    release = _locked(release)
    changes = {field: [value, None] for field, value in _summary(release).items()}
    publish(ReleaseDeleted(project_id=release.project_id, object_id=release.public_id, actor=actor, changes=changes))
    release.delete()


def keep_released_artifacts(event: Event) -> None:
    """Refuse, in its transaction, to delete what a release names (settings.EVENT_RECORDERS)."""
    if isinstance(event, ArtifactDeleted):
        named = ReleaseArtifact.objects.filter(artifact__public_id=event.object_id)
    elif isinstance(event, PackageDeleted):
        named = ReleaseArtifact.objects.filter(
            artifact__project=event.project_id, artifact__version__package__name=event.object_id
        )
    else:
        return
    release = named.values_list("release__public_id", flat=True).first()
    if release is not None:
        raise Precondition(f"{event.object_type} in use: release {release} names it; delete that release first")


def _set_release_tags(release: Release, names: Iterable[str]) -> None:
    wanted = list(dict.fromkeys(require_name(name, field="releaseTags") for name in names))
    release.release_tags.exclude(name__in=wanted).delete()
    known = set(release.release_tags.values_list("name", flat=True))
    for name in wanted:
        if name not in known:
            _add_release_tag(release, name)


def _add_release_tag(release: Release, name: str) -> None:
    try:
        with transaction.atomic():
            ReleaseTag.objects.create(project_id=release.project_id, release=release, name=name)
    except IntegrityError as error:
        raise Conflict(f"a release already exists with same release tag: {name}", field="releaseTags") from error


def _locked(release: Release) -> Release:
    locked = Release.objects.select_for_update().filter(pk=release.pk).first()
    if locked is None:
        raise NotFound("release not found")
    return locked


def _summary(release: Release) -> dict[str, Any]:
    return {
        "releaseTags": list(release.release_tags.values_list("name", flat=True)),
        "deviceTags": sorted(release.device_tags.values_list("name", flat=True)),
        "rollout": release.rollout,
    }
