"""What services are tested with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from deployments import services
from deployments.models import Artifact, Cohort
from ota_console.core.actors import Actor
from ota_console.core.events import Event
from ota_console.tenancy.models import Project

_published: list[Event] = []


def note_event(event: Event) -> None:
    _published.append(event)


@pytest.fixture
def published(settings: Any) -> Iterator[list[Event]]:
    """Events in the order in which they were published."""
    _published.clear()
    settings.EVENT_RECORDERS = [*django_settings.EVENT_RECORDERS, f"{__name__}.note_event"]
    yield _published
    _published.clear()


@pytest.fixture
def upload(project: Project, operator: Actor) -> Callable[..., Artifact]:
    """Stores bytes and claims them: `upload("main", "1.0.0", b"…")`."""

    def store(package: str, version: str, content: bytes = b"firmware", **more: Any) -> Artifact:
        with services.ArtifactWriter() as writer:
            writer.write(content)
            blob = writer.finish()
        arguments = {"project": project, "actor": operator} | more
        return services.create_artifact(blob=blob, package=package, version=version, **arguments)

    return store


@pytest.fixture
def cohort(project: Project, operator: Actor) -> Cohort:
    return services.create_cohort(project=project, name="field", actor=operator)
