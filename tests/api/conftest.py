"""API clients with keys of every kind."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Project
from ota_console.tenancy.services import NewApiKey, create_api_key
from tests.api.client import Api


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The application answers on the connection of the test, which must outlive its requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def api(project: Project, api_key: NewApiKey) -> Api:
    """With an operator's key."""
    return Api(api_key.secret, project)


@pytest.fixture
def viewer_api(project: Project, administrator: Actor) -> Api:
    key = create_api_key(project=project, name="dashboard", role=Role.VIEWER, actor=administrator)
    return Api(key.secret, project)


@pytest.fixture
def admin_api(project: Project, administrator: Actor) -> Api:
    key = create_api_key(project=project, name="keeper", role=Role.ADMIN, actor=administrator)
    return Api(key.secret, project)


@pytest.fixture
def foreign_api(foreign_project: Project) -> Api:
    """With an admin's key of another organization's project."""
    actor = Actor.system("tests")
    key = create_api_key(project=foreign_project, name="rival", role=Role.ADMIN, actor=actor)
    return Api(key.secret, foreign_project)
