"""From a sign-in or a key to an actor with its grants."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ota_console.core.actors import Actor, Role
from ota_console.core.errors import NotFound, Unauthenticated
from ota_console.tenancy.models import ApiKey, Membership, Project, User

_LAST_USED_RESOLUTION = timedelta(minutes=1)


def operator(user: User, *, address: str = "") -> Actor:
    """The signed-in user as an actor: one query, roles of all projects of all its organizations."""
    rows = Membership.objects.filter(user=user, organization__projects__isnull=False)
    grants = {pk: Role(role) for pk, role in rows.values_list("organization__projects", "role")}
    return Actor(kind="user", name=user.get_username(), grants=grants, address=address)


def api_key_actor(secret: str, *, address: str = "") -> Actor:
    """The key as an actor. Raise Unauthenticated for an unknown, revoked or expired one."""
    now = timezone.now()
    usable = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    key = ApiKey.objects.filter(usable, key_hash=ApiKey.hash_of(secret)).first()
    if key is None:
        raise Unauthenticated("the API key is unknown, expired or revoked")
    if key.last_used_at is None or now - key.last_used_at > _LAST_USED_RESOLUTION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return Actor(kind="key", name=key.name, grants={key.project_id: Role(key.role)}, address=address)


def visible_project(slug: str, *, actor: Actor) -> Project:
    """Raise NotFound when there is none with this id that the actor may see."""
    project = Project.objects.visible_to(actor).select_related("organization").filter(slug=slug).first()
    if project is None:
        raise NotFound("project not found")
    return project
