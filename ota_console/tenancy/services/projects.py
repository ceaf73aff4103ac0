"""Projects: create, and number what devices must be able to order."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Precondition
from ota_console.core.events import publish
from ota_console.tenancy.events import ProjectCreated
from ota_console.tenancy.models import Organization, Project
from ota_console.tenancy.services.slugs import require_slug

HIGHEST_SEQUENCE_NUMBER = 2**31 - 1  # devices hold it in a signed 32-bit field (contract/coap.md §4.3)


@transaction.atomic
def create_project(*, organization: Organization, slug: str, name: str, actor: Actor) -> Project:
    """Raise Invalid for a malformed id, Conflict for one that is taken anywhere in the installation."""
    require_slug(slug, what="project id")
    try:
        with transaction.atomic():
            project = Project.objects.create(organization=organization, slug=slug, name=name)
    except IntegrityError as error:
        raise Conflict(f"project id {slug} already exists", field="id") from error
    publish(ProjectCreated(project_id=project.pk, object_id=slug, actor=actor, changes={"name": [None, name]}))
    return project


def next_sequence_number(*, project_pk: int) -> int:
    """Strictly increasing in the project: max(last + 1, Unix seconds). The row stays locked until the commit."""
    now = int(timezone.now().timestamp())
    project = Project.objects.filter(pk=project_pk, last_sequence_number__lt=HIGHEST_SEQUENCE_NUMBER)
    if not project.update(last_sequence_number=Greatest(F("last_sequence_number") + 1, now)):
        raise Precondition("this project has used up its sequence numbers")
    return Project.objects.values_list("last_sequence_number", flat=True).get(pk=project_pk)
