"""Fixtures that every room's tests share. What a test process gets before Django's settings load: environment.py."""

from collections.abc import Iterator

import pytest
from channels.layers import channel_layers
from django.conf import settings
from pytest_django import Settings

from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Membership, Organization, Project, User
from ota_console.tenancy.services import NewApiKey, create_api_key, create_project
from tests.environment import DATA_DIR
from tests.stack import Stack


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """SQLite tests use a file, as the product does: threads share it, and WAL and IMMEDIATE mean something."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(DATA_DIR / "test.sqlite3")


@pytest.fixture
def plain_static_files(settings: Settings) -> None:
    """Pages name static files by their own names: nothing was collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files() -> None:
    """Pages name static files by their own names: nothing was collected."""
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def _fresh_channel_layer() -> None:
    """A layer belongs to the event loop that received on it, and the next test has another one."""
    channel_layers.backends.clear()


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(slug="acme", name="Acme")


@pytest.fixture
def project(organization: Organization) -> Project:
    return create_project(organization=organization, slug="sensors", name="Sensors", actor=Actor.system("tests"))


@pytest.fixture
def foreign_project(db: None) -> Project:
    """A project of another organization, which the actors below must never see."""
    other = Organization.objects.create(slug="rival", name="Rival")
    return create_project(organization=other, slug="rival-sensors", name="Rival", actor=Actor.system("tests"))


@pytest.fixture
def user(organization: Organization) -> User:
    """Someone with the role operator; the password is "correct horse"."""
    user = User.objects.create_user("olga", password="correct horse")
    Membership.objects.create(organization=organization, user=user, role=Role.OPERATOR)
    return user


@pytest.fixture
def operator(project: Project) -> Actor:
    return Actor(kind="user", name="olga", grants={project.pk: Role.OPERATOR})


@pytest.fixture
def viewer(project: Project) -> Actor:
    return Actor(kind="user", name="vera", grants={project.pk: Role.VIEWER})


@pytest.fixture
def administrator(project: Project) -> Actor:
    return Actor(kind="user", name="anna", grants={project.pk: Role.ADMIN})


@pytest.fixture
def api_key(project: Project, administrator: Actor) -> NewApiKey:
    """`api_key.secret` is what a client sends."""
    return create_api_key(project=project, name="automation", role=Role.OPERATOR, actor=administrator)


@pytest.fixture(scope="module")
def live_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A ready embedded installation, shared by the tests of one module."""
    stack = Stack(tmp_path_factory.mktemp("stack") / "var")
    try:
        yield stack.start()
    finally:
        stack.stop()
