"""Two operators at once: whoever comes second gets a clean answer, and what is stored makes sense."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from deployments.models import Artifact, Cohort, Deployment, Package, Version
from deployments.services import (
    ArtifactWriter,
    create_artifact,
    create_cohort,
    delete_artifact,
    delete_cohort,
    start_deployment,
)
from deployments.storage import artifact_storage
from devices.models import Change, CohortSize, Device
from devices.selectors import Choice
from devices.services import add_devices, assign_device, create_device, remove_devices
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, DomainError, Invalid, NotFound
from ota_console.tenancy.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
Upload = Callable[..., Artifact]
ROUNDS = 6


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave, or the domain error that it was refused with; anything else is a failure."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def choice() -> Choice:
    return Choice(list(Device.objects.values_list("pk", flat=True)), {"filter": {"all": True}})


@pytest.fixture
def devices(project: Project, operator: Actor) -> list[Device]:
    return [create_device(project=project, name=f"d{number}", actor=operator) for number in range(20)]


def test_the_same_version_uploaded_at_once_becomes_one_artifact(project: Project, operator: Actor) -> None:
    def upload() -> Artifact:
        with ArtifactWriter() as writer:
            writer.write(b"firmware")
            blob = writer.finish()
        return create_artifact(project=project, blob=blob, package="main", version="1.0.0", actor=operator)

    storage: Any = artifact_storage()
    before = set(storage.listing())
    outcomes = at_once(*[upload] * 8)
    assert sum(isinstance(outcome, Artifact) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert (Package.objects.count(), Version.objects.count(), Artifact.objects.count()) == (1, 1, 1)
    assert set(storage.listing()) - before == {Artifact.objects.get().storage_name}


def test_deployments_at_once_are_numbered_and_one_is_active(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    bundle = [upload("main", "1.0.0")]
    started = at_once(*[lambda: start_deployment(cohort=cohort, artifacts=bundle, actor=operator)] * 6)
    numbers = [deployment.sequence_number for deployment in started]
    assert len(set(numbers)) == 6
    cohort.refresh_from_db()
    assert cohort.active_deployment is not None
    assert cohort.active_deployment.sequence_number == max(numbers)
    history = Deployment.objects.order_by("sequence_number").values_list("pk", "replaces")
    assert [before for _, before in history] == [None, *[pk for pk, _ in history][:-1]]


def test_a_cohort_deleted_while_deploying(upload: Upload, project: Project, operator: Actor) -> None:
    bundle = [upload("main", "1.0.0")]
    for number in range(ROUNDS):
        cohort = create_cohort(project=project, name=f"c{number}", actor=operator)
        started, deleted = at_once(
            lambda cohort=cohort: start_deployment(cohort=cohort, artifacts=bundle, actor=operator),
            lambda cohort=cohort: delete_cohort(cohort=cohort, actor=operator),
        )
        assert deleted is None
        assert isinstance(started, Deployment | NotFound)
        cohort.refresh_from_db()
        assert (cohort.deleted_at is None, cohort.active_deployment) == (False, None)
        assert Deployment.objects.filter(cohort=cohort).count() == isinstance(started, Deployment)


def test_an_artifact_deleted_while_it_is_deployed(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    for number in range(ROUNDS):
        artifact = upload("main", str(number))
        started, deleted = at_once(
            lambda artifact=artifact: start_deployment(cohort=cohort, artifacts=[artifact], actor=operator),
            lambda artifact=artifact: delete_artifact(artifact=artifact, actor=operator),
        )
        assert isinstance(started, Invalid) == (deleted is None)
        assert Artifact.objects.filter(pk=artifact.pk).exists() == isinstance(started, Deployment)


def test_a_cohort_deleted_while_devices_are_added(project: Project, devices: list[Device], operator: Actor) -> None:
    for number in range(ROUNDS):
        cohort = create_cohort(project=project, name=f"c{number}", actor=operator)
        added, deleted = at_once(
            lambda cohort=cohort: add_devices(cohort=cohort, choice=choice(), actor=operator),
            lambda cohort=cohort: delete_cohort(cohort=cohort, actor=operator),
        )
        assert deleted is None
        assert isinstance(added, NotFound) or added.moved == len(devices)
        assert not Device.objects.filter(cohort=cohort).exists()
        assert not CohortSize.objects.exclude(number=0).exists()


def test_devices_moved_both_ways_at_once_are_in_one_cohort_and_counted(
    project: Project, devices: list[Device], operator: Actor
) -> None:
    one, two = (create_cohort(project=project, name=name, actor=operator) for name in ("one", "two"))
    for _ in range(ROUNDS):
        at_once(
            lambda: add_devices(cohort=one, choice=choice(), actor=operator),
            lambda: add_devices(cohort=two, choice=choice(), actor=operator),
            lambda: remove_devices(cohort=one, choice=choice(), actor=operator),
            lambda: assign_device(device=devices[7], cohort=two, actor=operator),
        )
        for cohort in (one, two):
            size = CohortSize.objects.filter(cohort=cohort).values_list("number", flat=True).first() or 0
            assert Device.objects.filter(cohort=cohort).count() == size


def test_every_move_counts_in_the_assignment_and_is_told_to_the_gateways(
    cohort: Cohort, devices: list[Device], operator: Actor
) -> None:
    add_devices(cohort=cohort, choice=choice(), actor=operator)
    remove_devices(cohort=cohort, choice=choice(), actor=operator)
    assert remove_devices(cohort=cohort, choice=choice(), actor=operator).moved == 0
    assert not Device.objects.exclude(assignment=2).exists()
    told = list(Change.objects.values_list("kind", "keys"))
    assert told == [("device", sorted(device.pk for device in devices))] * 2
