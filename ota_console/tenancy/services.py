"""Changes to organizations, projects and API keys, and the audit row that every event leaves."""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from ota_console.core.actors import Actor, Role
from ota_console.core.errors import Conflict, Invalid, Precondition
from ota_console.core.events import Event, publish
from ota_console.tenancy.events import ApiKeyCreated, ApiKeyRevoked, ProjectCreated
from ota_console.tenancy.models import SLUG, ApiKey, AuditEntry, Organization, Project

_KEY_ALPHABET = string.ascii_letters + string.digits
_KEY_LENGTH = 32
HIGHEST_SEQUENCE_NUMBER = 2**31 - 1  # devices hold it in a signed 32-bit field (contract/coap.md §4.3)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """`secret` is the key itself; it cannot be read again."""

    record: ApiKey
    secret: str


@transaction.atomic
def create_project(*, organization: Organization, slug: str, name: str, actor: Actor) -> Project:
    """Raise Invalid for a malformed id, Conflict for one that is taken anywhere in the installation."""
    try:
        SLUG(slug)
    except ValidationError as error:
        raise Invalid(f"project id: {SLUG.message}", field="id") from error
    try:
        with transaction.atomic():
            project = Project.objects.create(organization=organization, slug=slug, name=name)
    except IntegrityError as error:
        raise Conflict(f"project id {slug} already exists", field="id") from error
    publish(ProjectCreated(project_id=project.pk, object_id=slug, actor=actor))
    return project


@transaction.atomic
def create_api_key(
    *,
    project: Project,
    name: str,
    actor: Actor,
    role: Role = Role.OPERATOR,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Raise Forbidden unless the actor administers the project."""
    actor.require("apikeys.edit", project=project.pk)
    secret = "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_LENGTH))
    record = ApiKey.objects.create(
        project=project, name=name, key_hash=ApiKey.hash_of(secret), role=role, expires_at=expires_at
    )
    publish(ApiKeyCreated(project_id=project.pk, object_id=record.public_id, actor=actor))
    return NewApiKey(record=record, secret=secret)


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: Actor) -> None:
    actor.require("apikeys.edit", project=key.project_id)
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    publish(ApiKeyRevoked(project_id=key.project_id, object_id=key.public_id, actor=actor))


def next_sequence_number(*, project_pk: int) -> int:
    """Strictly increasing in the project: max(last + 1, Unix seconds). The row stays locked until the commit."""
    now = int(timezone.now().timestamp())
    project = Project.objects.filter(pk=project_pk, last_sequence_number__lt=HIGHEST_SEQUENCE_NUMBER)
    if not project.update(last_sequence_number=Greatest(F("last_sequence_number") + 1, now)):
        raise Precondition("this project has used up its sequence numbers")
    return Project.objects.values_list("last_sequence_number", flat=True).get(pk=project_pk)


def record_audit(event: Event) -> None:
    """Write the audit row of an event, in its transaction (settings.EVENT_RECORDERS)."""
    AuditEntry.objects.create(
        project_id=event.project_id,
        actor_kind=event.actor.kind,
        actor_name=event.actor.name,
        address=event.actor.address,
        action=event.name,
        object_type=event.object_type,
        object_id=event.object_id,
        changes=dict(event.changes) if event.changes else None,
    )
