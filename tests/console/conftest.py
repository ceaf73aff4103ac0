"""Signed-in browsers of every role, and a project with something of everything in it."""

from collections.abc import Callable

import pytest
from django.test import Client

from deployments.models import Artifact, Cohort, Deployment
from deployments.services import ArtifactWriter, create_artifact, create_cohort, start_deployment
from devices.models import Device
from devices.services import create_device
from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Membership, Organization, Project, User


@pytest.fixture(autouse=True)
def _pages(plain_static_files: None) -> None:
    """Every test here renders pages."""


@pytest.fixture
def signed_in(organization: Organization, project: Project) -> Callable[[Role], Client]:
    """A browser of a new member with this role."""

    def sign_in(role: Role) -> Client:
        user = User.objects.create_user(f"user-{role.name.lower()}", password="correct horse")
        Membership.objects.create(organization=organization, user=user, role=role)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def browser(signed_in: Callable[[Role], Client]) -> Client:
    """An operator's."""
    return signed_in(Role.OPERATOR)


@pytest.fixture
def upload(project: Project, operator: Actor) -> Callable[..., Artifact]:
    def store(package: str, version: str, content: bytes = b"image") -> Artifact:
        with ArtifactWriter() as writer:
            writer.write(content)
            blob = writer.finish()
        return create_artifact(project=project, blob=blob, package=package, version=version, actor=operator)

    return store


@pytest.fixture
def cohort(project: Project, operator: Actor) -> Cohort:
    return create_cohort(project=project, name="field", actor=operator)


@pytest.fixture
def device(project: Project, cohort: Cohort, operator: Actor) -> Device:
    return create_device(project=project, name="meter-1", cohort=cohort, actor=operator)


@pytest.fixture
def deployment(cohort: Cohort, upload: Callable[..., Artifact], operator: Actor) -> Deployment:
    return start_deployment(cohort=cohort, artifacts=[upload("main", "1.0.0")], actor=operator)
