"""API keys: create, describe, revoke."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.utils import timezone

from ota_console.core.actors import Actor, Role
from ota_console.core.errors import Invalid, NotFound
from ota_console.core.events import publish
from ota_console.core.text import require_name
from ota_console.tenancy.events import ApiKeyCreated, ApiKeyRevoked, ApiKeyUpdated
from ota_console.tenancy.models import ApiKey, Project

LONGEST_NAME = 100
MOST_TAGS = 100
_KEY_ALPHABET = string.ascii_letters + string.digits
_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """`secret` is the key itself; it cannot be read again."""

    record: ApiKey
    secret: str


@transaction.atomic
def create_api_key(
    *,
    project: Project,
    name: str,
    actor: Actor,
    role: Role = Role.OPERATOR,
    expires_at: datetime | None = None,
    tags: Sequence[str] = (),
) -> NewApiKey:
    """Raise Forbidden unless the actor administers the project, Invalid for a name or tag that is none."""
    actor.require("apikeys.edit", project=project.pk)
    secret = "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_LENGTH))
    record = ApiKey.objects.create(
        project=project,
        name=require_name(name, field="name", longest=LONGEST_NAME),
        key_hash=ApiKey.hash_of(secret),
        role=role,
        expires_at=expires_at,
        tags=_checked_tags(tags),
    )
    changes = {field: [None, value] for field, value in _summary(record).items() if value}
    publish(ApiKeyCreated(project_id=project.pk, object_id=record.public_id, actor=actor, changes=changes))
    return NewApiKey(record=record, secret=secret)


@transaction.atomic
def update_api_key(
    *,
    key: ApiKey,
    actor: Actor,
    name: str | EllipsisType = ...,
    tags: Sequence[str] | EllipsisType = ...,
    role: Role | EllipsisType = ...,
    expires_at: datetime | None | EllipsisType = ...,
) -> ApiKey:
    """Change what is given and leave the rest. Raise NotFound for a key that was revoked."""
    actor.require("apikeys.edit", project=key.project_id)
    key = _locked(key)
    before = _summary(key)
    if name is not ...:
        key.name = require_name(name, field="name", longest=LONGEST_NAME)
    if tags is not ...:
        key.tags = _checked_tags(tags)
    if role is not ...:
        key.role = role
    if expires_at is not ...:
        key.expires_at = expires_at
    key.save(update_fields=["name", "tags", "role", "expires_at"])
    after = _summary(key)
    changes = {field: [before[field], after[field]] for field in before if before[field] != after[field]}
    if changes:
        publish(ApiKeyUpdated(project_id=key.project_id, object_id=key.public_id, actor=actor, changes=changes))
    return key


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: Actor) -> None:
    """It is refused from the next request on. Raise NotFound for a key that was revoked already."""
    actor.require("apikeys.edit", project=key.project_id)
    key = _locked(key)
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    changes = {"name": [key.name, None]}
    publish(ApiKeyRevoked(project_id=key.project_id, object_id=key.public_id, actor=actor, changes=changes))


def _locked(key: ApiKey) -> ApiKey:
    locked = ApiKey.objects.select_for_update().live().filter(pk=key.pk).first()
    if locked is None:
        raise NotFound("API key not found")
    return locked


def _summary(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "role": Role(key.role).name.lower(),
        "keyTags": key.tags,
        "expiresAt": key.expires_at.isoformat() if key.expires_at else None,
    }


def _checked_tags(tags: Sequence[str]) -> list[str]:
    if len(tags) > MOST_TAGS:
        raise Invalid(f"keyTags: at most {MOST_TAGS}", field="keyTags")
    return [require_name(tag, field="keyTags") for tag in tags]
