"""Starting a deployment: the one act that changes what a cohort should run. Rolling back starts one, too."""

import json
from collections.abc import Sequence
from types import EllipsisType

from django.db import transaction

from deployments import manifest, rules
from deployments.events import DeploymentStarted
from deployments.models import Artifact, Cohort, Deployment, DeploymentArtifact
from deployments.services.cohorts import lock_cohort
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, Precondition
from ota_console.core.events import publish
from ota_console.core.text import LONGEST_NAME, require_name
from ota_console.tenancy.services import next_sequence_number


@transaction.atomic
def start_deployment(
    *,
    cohort: Cohort,
    artifacts: Sequence[Artifact],
    actor: Actor,
    name: str = "",
    seen_active_pk: int | None | EllipsisType = ...,
) -> Deployment:
    """Make this bundle, in this order, the cohort's active deployment.

    Without a name it is named after its bundle. With `seen_active_pk`, the deployment that the operator saw as active,
    it is refused when another was started since. Raise Invalid for an empty bundle, two artifacts of one package or an
    artifact of another project; Conflict when the cohort has moved on; NotFound when it is gone.
    """
    actor.require("deployments.start", project=cohort.project_id)
    cohort = lock_cohort(cohort)
    if seen_active_pk is not ... and seen_active_pk != cohort.active_deployment_id:
        raise Conflict("another deployment was started meanwhile; look at the cohort again before you go on")
    bundle = _locked_bundle(cohort, artifacts)
    deployment = _store(cohort, bundle, name, actor)
    before = cohort.active_deployment
    cohort.active_deployment = deployment
    cohort.save(update_fields=["active_deployment", "updated_at"])
    publish(
        DeploymentStarted(
            project_id=cohort.project_id,
            object_id=deployment.public_id,
            actor=actor,
            cohort_pk=cohort.pk,
            cohort_id=cohort.public_id,
            changes={"active": [before.public_id if before else None, deployment.public_id]},
        )
    )
    return deployment


@transaction.atomic
def roll_back(*, cohort: Cohort, actor: Actor, deployment: Deployment | None = None, name: str = "") -> Deployment:
    """Start a new deployment with the artifacts of an earlier one: the given one, or the one before the active.

    Raise Precondition when there is none, when it is the active one itself, or when an artifact of it was deleted.
    """
    actor.require("deployments.start", project=cohort.project_id)
    cohort = lock_cohort(cohort)
    earlier = deployment or (cohort.active_deployment and cohort.active_deployment.replaces)
    if earlier is None:
        raise Precondition("the cohort has no earlier deployment to go back to")
    if earlier.pk == cohort.active_deployment_id:
        raise Precondition(f"{earlier.name} is the active deployment already")
    bundle = _whole_bundle(earlier)
    return start_deployment(
        cohort=cohort, artifacts=bundle, actor=actor, name=name or f"Back to {earlier.name}"[:LONGEST_NAME]
    )


def _whole_bundle(deployment: Deployment) -> list[Artifact]:
    """Its artifacts; all that its manifest names must still be there."""
    bundle = Deployment.objects.with_artifacts().get(pk=deployment.pk).bundled()
    stored = {str(artifact.version) for artifact in bundle}
    for component in json.loads(bytes(deployment.manifest_json))["components"]:
        label = f"{component['package']}@{component['version']}"
        if label not in stored:
            raise Precondition(f"{label} of {deployment.name} was deleted")
    return bundle


def _locked_bundle(cohort: Cohort, artifacts: Sequence[Artifact]) -> list[Artifact]:
    """The artifacts in their order, kept from deletion until the commit."""
    wanted = [artifact.pk for artifact in artifacts]
    found = (
        Artifact.objects.select_for_update(of=("self",))
        .with_names()
        .filter(pk__in=wanted, project=cohort.project_id)
        .order_by("pk")
    )
    by_pk = {artifact.pk: artifact for artifact in found}
    if not by_pk.keys() >= set(wanted):
        raise Invalid("artifactIds: there is no such artifact in the project", field="artifactIds")
    bundle = [by_pk[pk] for pk in wanted]
    rules.require_bundle([artifact.version.package.name for artifact in bundle])
    return bundle


def _store(cohort: Cohort, bundle: Sequence[Artifact], name: str, actor: Actor) -> Deployment:
    sequence_number = next_sequence_number(project_pk=cohort.project_id)
    rendered = manifest.render(sequence_number, [_component(artifact) for artifact in bundle])
    deployment = Deployment.objects.create(
        project_id=cohort.project_id,
        cohort=cohort,
        name=require_name(name or _default_name(bundle), field="name"),
        replaces_id=cohort.active_deployment_id,
        sequence_number=sequence_number,
        manifest_cbor=rendered.cbor,
        manifest_json=rendered.json,
        manifest_hash=rendered.hash,
        created_by=actor.name,
    )
    DeploymentArtifact.objects.bulk_create(
        DeploymentArtifact(deployment=deployment, artifact=artifact, position=position)
        for position, artifact in enumerate(bundle)
    )
    return deployment


def _component(artifact: Artifact) -> manifest.Component:
    version = artifact.version
    return manifest.Component(version.package.name, version.label, artifact.sha256, artifact.size, artifact.kind)


def _default_name(bundle: Sequence[Artifact]) -> str:
    return ", ".join(str(artifact.version) for artifact in bundle)[:LONGEST_NAME]
