"""Reads of desired state that span tables or refuse what does not exist."""

from collections.abc import Iterable, Sequence

from deployments.comparison import Change, compare
from deployments.models import Artifact, Blueprint, Cohort, Deployment, DeploymentArtifact, Package, Version
from deployments.rules import EMPTY_PLAN, Bundle, Plan, StoredArtifact
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid, NotFound
from ota_console.core.ids import is_public_id
from ota_console.tenancy.models import Project


def visible_package(*, project: Project, name: str, actor: Actor) -> Package:
    """Raise NotFound when the project has no such package or the actor cannot see it."""
    package = Package.objects.visible_to(actor).filter(project=project, name=name).first()
    if package is None:
        raise NotFound("package not found")
    return package


def visible_version(*, package: Package, label: str, actor: Actor) -> Version:
    version = Version.objects.visible_to(actor).with_artifacts().filter(package=package, label=label).first()
    if version is None:
        raise NotFound("version not found")
    return version


def visible_artifact(*, project: Project, artifact_id: str, actor: Actor) -> Artifact:
    """Raise Invalid for a malformed id (contract/rest.md §4), NotFound for an unknown one."""
    if not is_public_id(artifact_id):
        raise Invalid("the provided hex string is not a valid ObjectID", field="artifactId")
    artifacts = Artifact.objects.visible_to(actor).with_names()
    artifact = artifacts.filter(project=project, public_id=artifact_id).first()
    if artifact is None:
        raise NotFound("artifact not found")
    return artifact


def visible_cohort(*, project: Project, cohort_id: str, actor: Actor) -> Cohort:
    """An existing cohort with its active deployment. Raise NotFound otherwise."""
    cohorts = Cohort.objects.visible_to(actor).existing().select_related("active_deployment")
    cohort = cohorts.filter(project=project, public_id=cohort_id).first()
    if cohort is None:
        raise NotFound("cohort not found")
    return cohort


def chosen_cohort(*, project: Project, cohort_id: str, actor: Actor) -> Cohort:
    """A cohort named in an input, not in an address: raise Invalid, field `cohortId`, when there is none."""
    try:
        return visible_cohort(project=project, cohort_id=cohort_id, actor=actor)
    except NotFound as error:
        raise Invalid("cohortId: there is no such cohort in the project", field="cohortId") from error


def visible_deployment(*, cohort: Cohort, deployment_id: str, actor: Actor) -> Deployment:
    deployments = Deployment.objects.visible_to(actor).with_artifacts()
    deployment = deployments.filter(cohort=cohort, public_id=deployment_id).first()
    if deployment is None:
        raise NotFound("deployment not found")
    return deployment


def chosen_deployment(*, cohort: Cohort, deployment_id: str, actor: Actor) -> Deployment:
    """A deployment named in an input: raise Invalid, field `deploymentId`, when the cohort never had it."""
    try:
        return visible_deployment(cohort=cohort, deployment_id=deployment_id, actor=actor)
    except NotFound as error:
        raise Invalid("deploymentId: the cohort has no such deployment", field="deploymentId") from error


def changes_by(deployment: Deployment, *, actor: Actor) -> list[Change]:
    """What it changed of the deployment that it replaced. For deployments read `with_artifacts()`; two queries."""
    earlier = Deployment.objects.visible_to(actor).with_artifacts().filter(pk=deployment.replaces_id or 0)
    before = earlier.first()
    return compare(before.bundled() if before else [], deployment.bundled())


def active_bundle(cohort: Cohort, *, actor: Actor) -> list[Artifact]:
    """What the cohort runs now, in its order; nothing without an active deployment."""
    deployments = Deployment.objects.visible_to(actor).with_artifacts()
    active = deployments.filter(pk=cohort.active_deployment_id or 0).first()
    return active.bundled() if active else []


def visible_blueprint(*, project: Project, blueprint_id: str, actor: Actor) -> Blueprint:
    """Raise Invalid, field `blueprintId`: it is always an input, never the address of a page."""
    blueprints = Blueprint.objects.visible_to(actor)
    blueprint = blueprints.filter(project=project, public_id=blueprint_id).first()
    if blueprint is None:
        raise Invalid("blueprintId: there is no such blueprint in the project", field="blueprintId")
    return blueprint


def addressed_blueprint(*, project: Project, blueprint_id: str, actor: Actor) -> Blueprint:
    """Raise NotFound with the words that published clients search for (contract/rest.md §4)."""
    blueprints = Blueprint.objects.visible_to(actor)
    blueprint = blueprints.filter(project=project, public_id=blueprint_id).first()
    if blueprint is None:
        raise NotFound("blueprint or tag not found")
    return blueprint


def visible_artifacts(*, project: Project, artifact_ids: Sequence[str], actor: Actor) -> list[Artifact]:
    """In the order of the ids. Raise Invalid, field `artifactIds`, for any that is unknown or of another project."""
    found = Artifact.objects.visible_to(actor).with_names().filter(project=project)
    by_id = {artifact.public_id: artifact for artifact in found.filter(public_id__in=artifact_ids)}
    unknown = [artifact_id for artifact_id in artifact_ids if artifact_id not in by_id]
    if unknown:
        raise Invalid(f"artifactIds: there is no artifact {unknown[0]} in the project", field="artifactIds")
    return [by_id[artifact_id] for artifact_id in artifact_ids]


def cohort_plans(cohort_pks: Iterable[int]) -> dict[int, Plan]:
    """What each cohort should run: two queries, however many. A cohort that is gone has the empty plan."""
    pks = list(cohort_pks)
    cohorts = Cohort.objects.existing().filter(pk__in=pks).select_related("active_deployment__replaces")
    active = {cohort.pk: cohort.active_deployment for cohort in cohorts if cohort.active_deployment}
    wanted = [row for deployment in active.values() for row in (deployment, deployment.replaces) if row]
    bundles = _bundles(wanted)
    plans = {
        pk: Plan(active=bundles[deployment.pk], previous=bundles.get(deployment.replaces_id or 0))
        for pk, deployment in active.items()
    }
    return {pk: plans.get(pk, EMPTY_PLAN) for pk in pks}


def _bundles(deployments: Sequence[Deployment]) -> dict[int, Bundle]:
    stored: dict[int, dict[str, StoredArtifact]] = {deployment.pk: {} for deployment in deployments}
    rows = DeploymentArtifact.objects.filter(deployment__in=stored).values_list(
        "deployment",
        "artifact__version__package__name",
        "artifact__version__label",
        "artifact__storage_name",
        "artifact__size",
        "artifact__sha256",
    )
    for deployment_pk, package, label, name, size, sha256 in rows:
        stored[deployment_pk][f"{package}@{label}"] = StoredArtifact(name, size, sha256)
    return {
        deployment.pk: Bundle(
            deployment_pk=deployment.pk,
            deployment_id=deployment.public_id,
            sequence_number=deployment.sequence_number,
            cbor=bytes(deployment.manifest_cbor),
            json=bytes(deployment.manifest_json),
            artifacts=stored[deployment.pk],
        )
        for deployment in deployments
    }
