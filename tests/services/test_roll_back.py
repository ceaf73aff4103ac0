"""Rolling back: a new deployment with the artifacts of an earlier one."""

from collections.abc import Callable

import pytest

from deployments.models import Artifact, Cohort, Deployment, DeploymentArtifact
from deployments.services import delete_cohort, roll_back, start_deployment
from ota_console.core.actors import Actor
from ota_console.core.errors import Forbidden, NotFound, Precondition

Upload = Callable[..., Artifact]


@pytest.fixture
def history(upload: Upload, cohort: Cohort, operator: Actor) -> list[Deployment]:
    """Three, oldest first; the cohort is as it was before them, so services must look again."""
    bundles = [[upload("main", label), upload("modem", label)] for label in ("1.0.0", "1.1.0", "1.2.0")]
    return [
        start_deployment(cohort=cohort, artifacts=bundle, name=bundle[0].version.label, actor=operator)
        for bundle in bundles
    ]


def bundled(deployment: Deployment) -> list[Artifact]:
    return Deployment.objects.with_artifacts().get(pk=deployment.pk).bundled()


def test_without_a_deployment_it_goes_back_to_the_one_before(
    history: list[Deployment], cohort: Cohort, operator: Actor
) -> None:
    started = roll_back(cohort=cohort, actor=operator)
    cohort.refresh_from_db()
    assert cohort.active_deployment == started
    assert started.pk not in [deployment.pk for deployment in history]
    assert started.sequence_number > history[-1].sequence_number
    assert started.replaces == history[-1]
    assert bundled(started) == bundled(history[1])
    assert started.name == "Back to 1.1.0"


def test_any_earlier_one_can_be_named(history: list[Deployment], cohort: Cohort, operator: Actor) -> None:
    started = roll_back(cohort=cohort, deployment=history[0], name="emergency", actor=operator)
    assert (bundled(started), started.name) == (bundled(history[0]), "emergency")


def test_there_must_be_an_earlier_one(upload: Upload, cohort: Cohort, operator: Actor) -> None:
    with pytest.raises(Precondition, match="no earlier deployment"):
        roll_back(cohort=cohort, actor=operator)
    first = start_deployment(cohort=cohort, artifacts=[upload("main", "1")], actor=operator)
    with pytest.raises(Precondition, match="no earlier deployment"):
        roll_back(cohort=cohort, actor=operator)
    with pytest.raises(Precondition, match="active deployment already"):
        roll_back(cohort=cohort, deployment=first, actor=operator)
    assert Deployment.objects.count() == 1


def test_it_is_refused_when_an_artifact_is_gone(history: list[Deployment], cohort: Cohort, operator: Actor) -> None:
    """No service deletes a deployed artifact; support staff with the database can."""
    gone = bundled(history[1])[1]
    DeploymentArtifact.objects.filter(artifact=gone).delete()
    Artifact.objects.filter(pk=gone.pk).delete()
    with pytest.raises(Precondition, match="modem@1.1.0 of 1.1.0 was deleted"):
        roll_back(cohort=cohort, actor=operator)
    assert Deployment.objects.count() == 3


def test_viewers_may_not_and_a_deleted_cohort_is_not_found(
    history: list[Deployment], cohort: Cohort, operator: Actor, viewer: Actor
) -> None:
    with pytest.raises(Forbidden):
        roll_back(cohort=cohort, actor=viewer)
    delete_cohort(cohort=cohort, actor=operator)
    with pytest.raises(NotFound):
        roll_back(cohort=cohort, actor=operator)
