"""Starting deployments: what becomes active, what is numbered, what is refused."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from deployments import services
from deployments.events import CohortDeleted, DeploymentStarted
from deployments.models import Artifact, Cohort, Deployment
from deployments.selectors import cohort_plans
from devices.models import Change, Device
from devices.services import create_device
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Forbidden, Invalid, NotFound
from ota_console.core.events import Event
from ota_console.tenancy.models import AuditEntry, Project
from ota_console.tenancy.services import HIGHEST_SEQUENCE_NUMBER

Upload = Callable[..., Artifact]


def test_a_deployment_becomes_the_active_one(
    upload: Upload, cohort: Cohort, operator: Actor, published: list[Event]
) -> None:
    first = services.start_deployment(cohort=cohort, artifacts=[upload("main", "1.0.0")], actor=operator)
    second = services.start_deployment(cohort=cohort, artifacts=[upload("main", "1.1.0")], actor=operator)
    cohort.refresh_from_db()
    assert cohort.active_deployment == second
    assert (first.replaces, second.replaces) == (None, first)
    assert [type(event) for event in published].count(DeploymentStarted) == 2


def test_the_manifest_lists_the_artifacts_in_their_order(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    bundle = [upload("walrus", "0.4.2"), upload("main", "1.2.5"), upload("asset", "7")]
    deployment = services.start_deployment(cohort=cohort, artifacts=bundle, actor=operator, name="three")
    document = json.loads(bytes(deployment.manifest_json))
    assert [c["package"] for c in document["components"]] == ["walrus", "main", "asset"]
    assert document["sequenceNumber"] == deployment.sequence_number
    assert Deployment.objects.with_artifacts().get().bundled() == bundle


def test_sequence_numbers_rise_strictly_over_all_cohorts(upload: Upload, project: Project, operator: Actor) -> None:
    artifact = upload("main", "1.0.0")
    cohorts = [services.create_cohort(project=project, name=name, actor=operator) for name in "abc"]
    numbers = [
        services.start_deployment(cohort=cohort, artifacts=[artifact], actor=operator).sequence_number
        for cohort in cohorts * 3
    ]
    assert numbers == sorted(set(numbers))
    assert all(number <= HIGHEST_SEQUENCE_NUMBER for number in numbers)


@pytest.mark.django_db(transaction=True)
def test_deployments_started_at_once_get_different_numbers_and_one_is_active(
    upload: Upload, cohort: Cohort, operator: Actor
) -> None:
    artifact = upload("main", "1.0.0")

    def start(_: int) -> int:
        try:
            return services.start_deployment(cohort=cohort, artifacts=[artifact], actor=operator).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        pks = list(pool.map(start, range(8)))
    cohort.refresh_from_db()
    newest = Deployment.objects.order_by("-sequence_number").first()
    assert len(set(pks)) == 8
    assert cohort.active_deployment == newest
    assert Deployment.objects.values("sequence_number").distinct().count() == 8
    chain = {deployment.replaces_id for deployment in Deployment.objects.all()}
    assert len(chain) == 8, "each replaces the one before it"


def refused(cohort: Cohort, artifacts: list[Artifact], actor: Actor) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        services.start_deployment(cohort=cohort, artifacts=artifacts, actor=actor)
    cohort.refresh_from_db()
    assert cohort.active_deployment is None
    assert not Deployment.objects.exists()
    assert not Change.objects.exists()
    return refusal.value


def test_an_empty_deployment_is_refused(cohort: Cohort, operator: Actor) -> None:
    assert refused(cohort, [], operator).field == "artifactIds"


def test_two_artifacts_of_one_package_are_refused(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    refusal = refused(cohort, [upload("main", "1"), upload("main", "2")], operator)
    assert refusal.field == "artifactIds"
    assert "main" in refusal.message


def test_an_artifact_of_another_project_is_refused(
    upload: Upload, cohort: Cohort, operator: Actor, foreign_project: Project
) -> None:
    foreign = upload("main", "1", project=foreign_project, actor=Actor.system("tests"))
    assert refused(cohort, [foreign], operator).field == "artifactIds"


def test_viewers_and_strangers_start_nothing(
    upload: Upload, cohort: Cohort, viewer: Actor, foreign_project: Project
) -> None:
    artifact = upload("main", "1")
    with pytest.raises(Forbidden):
        services.start_deployment(cohort=cohort, artifacts=[artifact], actor=viewer)
    with pytest.raises(NotFound):
        services.start_deployment(cohort=cohort, artifacts=[artifact], actor=Actor(kind="user", name="x"))


def test_an_operator_who_saw_an_older_state_is_refused(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    artifact = upload("main", "1")
    first = services.start_deployment(cohort=cohort, artifacts=[artifact], actor=operator, seen_active_pk=None)
    with pytest.raises(Conflict, match="meanwhile"):
        services.start_deployment(cohort=cohort, artifacts=[artifact], actor=operator, seen_active_pk=None)
    services.start_deployment(cohort=cohort, artifacts=[artifact], actor=operator, seen_active_pk=first.pk)


def test_a_deployment_never_changes(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    deployment = services.start_deployment(cohort=cohort, artifacts=[upload("main", "1")], actor=operator)
    deployment.name = "other"
    with pytest.raises(TypeError, match="never change"):
        deployment.save()


def test_the_plan_of_a_cohort_has_the_active_deployment_and_the_one_before(
    upload: Upload, cohort: Cohort, project: Project, operator: Actor
) -> None:
    idle = services.create_cohort(project=project, name="idle", actor=operator)
    first = services.start_deployment(cohort=cohort, artifacts=[upload("main", "1")], actor=operator)
    second = services.start_deployment(cohort=cohort, artifacts=[upload("main", "2")], actor=operator)
    plans = cohort_plans([cohort.pk, idle.pk])
    active, previous = plans[cohort.pk].active, plans[cohort.pk].previous
    assert active is not None
    assert previous is not None
    assert (active.deployment_pk, previous.deployment_pk) == (second.pk, first.pk)
    assert active.cbor == bytes(second.manifest_cbor)
    assert set(active.artifacts) == {"main@2"}
    assert plans[idle.pk].active is None


def test_deleting_a_cohort_frees_its_devices_and_keeps_its_history(
    upload: Upload, cohort: Cohort, project: Project, operator: Actor, published: list[Event]
) -> None:
    device = create_device(project=project, name="d", cohort=cohort, actor=operator)
    services.start_deployment(cohort=cohort, artifacts=[upload("main", "1")], actor=operator)
    services.delete_cohort(cohort=cohort, actor=operator)
    before, device = device.assignment, Device.objects.get()
    assert (device.cohort, device.assignment) == (None, before + 1)
    assert Deployment.objects.count() == 1
    assert cohort_plans([cohort.pk])[cohort.pk].active is None
    assert isinstance(published[-1], CohortDeleted)
    with pytest.raises(NotFound, match="cohort not found"):
        services.delete_cohort(cohort=cohort, actor=operator)
    services.create_cohort(project=project, name=cohort.name, actor=operator)


def test_every_change_leaves_an_audit_row(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    deployment = services.start_deployment(cohort=cohort, artifacts=[upload("main", "1")], actor=operator)
    entry = AuditEntry.objects.filter(action="deployment.started").get()
    assert (entry.actor_kind, entry.actor_name) == ("user", "olga")
    assert entry.changes == {"active": [None, deployment.public_id]}
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"cohort.created", "artifact.uploaded"}


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "n" * 256])
def test_impossible_cohort_names_are_refused(project: Project, operator: Actor, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        services.create_cohort(project=project, name=name, actor=operator)
    assert refusal.value.field == "name"
    assert not Cohort.objects.exists()


def test_a_cohort_name_is_taken_once_per_project(cohort: Cohort, project: Project, operator: Actor) -> None:
    with pytest.raises(Conflict):
        services.create_cohort(project=project, name=cohort.name, actor=operator)
    other = services.create_cohort(project=project, name="other", actor=operator)
    with pytest.raises(Conflict):
        services.rename_cohort(cohort=other, name=cohort.name, actor=operator)
