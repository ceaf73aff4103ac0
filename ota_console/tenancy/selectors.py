"""From a sign-in or a key to an actor with its grants; projects, keys, members and the trail as they may be seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from ota_console.core.actors import Actor, Role
from ota_console.core.errors import Invalid, NotFound, Unauthenticated
from ota_console.tenancy.models import ApiKey, AuditEntry, Membership, Organization, Project, User

_LAST_USED_RESOLUTION = timedelta(minutes=1)


def operator(user: User, *, address: str = "") -> Actor:
    """The signed-in user as an actor: one query, roles of all projects of all its organizations."""
    rows = Membership.objects.filter(user=user, organization__projects__isnull=False)
    grants = {pk: Role(role) for pk, role in rows.values_list("organization__projects", "role")}
    return Actor(kind="user", name=user.get_username(), grants=grants, address=address)


def usable_api_key(secret: str) -> ApiKey:
    """The key, and note that it was used. Raise Unauthenticated for an unknown, revoked or expired one."""
    now = timezone.now()
    usable = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    key = ApiKey.objects.filter(usable, key_hash=ApiKey.hash_of(secret)).first()
    if key is None:
        raise Unauthenticated("the API key is unknown, expired or revoked")
    if key.last_used_at is None or now - key.last_used_at > _LAST_USED_RESOLUTION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def api_key_actor(key: ApiKey, *, address: str = "") -> Actor:
    return Actor(kind="key", name=key.name, grants={key.project_id: Role(key.role)}, address=address)


def visible_project(slug: str, *, actor: Actor) -> Project:
    """Raise NotFound when there is none with this id that the actor may see."""
    project = Project.objects.visible_to(actor).select_related("organization").filter(slug=slug).first()
    if project is None:
        raise NotFound("project not found")
    return project


def visible_organization(slug: str, *, actor: Actor) -> Organization:
    organization = Organization.objects.visible_to(actor).filter(slug=slug).first()
    if organization is None:
        raise NotFound("organization not found")
    return organization


def visible_api_key(*, project: Project, key_id: str, actor: Actor) -> ApiKey:
    """One that was not revoked. Raise Forbidden unless the actor administers the project."""
    actor.require("apikeys.view", project=project.pk)
    key = ApiKey.objects.visible_to(actor).live().filter(project=project, public_id=key_id).first()
    if key is None:
        raise NotFound("API key not found")
    return key


def visible_member(*, organization: Organization, username: str) -> Membership:
    """Who may ask is checked by whoever calls: members.require_administrator."""
    members = Membership.objects.filter(organization=organization).select_related("user", "organization")
    member = members.filter(user__username=username).first()
    if member is None:
        raise NotFound("member not found")
    return member


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Unset fields do not filter; both times are inclusive."""

    actor: str | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`older` is the token of the next page, or None at the end."""

    entries: Sequence[AuditEntry]
    older: str | None


def audit_trail(
    *, project: Project, actor: Actor, where: AuditFilter, limit: int, before: str | None = None
) -> AuditPage:
    """What happened to the project and to its organization, newest first. Raise Invalid for a token we did not give."""
    actor.require("audit.view", project=project.pk)
    ours = Q(project_id=project.pk) | Q(organization_id=project.organization_id)
    entries = AuditEntry.objects.filter(ours).filter(_audit_condition(where))
    if before is not None:
        if not re.fullmatch(r"[0-9]{1,18}", before):
            raise Invalid("pageToken: not a token of this list", field="pageToken")
        entries = entries.filter(pk__lt=int(before))
    rows = list(entries[: limit + 1])
    return AuditPage(entries=rows[:limit], older=str(rows[limit - 1].pk) if len(rows) > limit else None)


def _audit_condition(where: AuditFilter) -> Q:
    wanted = {
        "actor_name": where.actor,
        "action": where.action,
        "object_type": where.object_type,
        "object_id": where.object_id,
        "at__gte": where.start,
        "at__lte": where.end,
    }
    return Q(**{field: value for field, value in wanted.items() if value is not None})
