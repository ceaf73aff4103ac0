"""Members of an organization: who has which role in all its projects."""

from django.db import IntegrityError, transaction

from ota_console.core.actors import Actor, Role
from ota_console.core.errors import Conflict, Forbidden, Invalid, NotFound, Precondition
from ota_console.core.events import publish
from ota_console.tenancy.events import MemberAdded, MemberChanged, MemberRemoved
from ota_console.tenancy.models import Membership, Organization, Project, User


def require_administrator(organization: Organization, actor: Actor, action: str = "members.edit") -> None:
    """Raise Forbidden unless the actor is an admin in every project of the organization, and it has one.

    A key of one project must not become a way into the others.
    """
    projects = Project.objects.filter(organization=organization).values_list("pk", flat=True)
    if not actor.can_everywhere(action, projects=list(projects)):
        raise Forbidden("this needs the role admin in every project of the organization")


@transaction.atomic
def add_member(*, organization: Organization, username: str, role: Role, actor: Actor) -> Membership:
    """Raise Invalid, field `username`, when nobody has that name; Conflict for someone who is a member already."""
    require_administrator(organization, actor)
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Invalid("username: there is nobody with this name", field="username")
    try:
        with transaction.atomic():
            membership = Membership.objects.create(organization=organization, user=user, role=role)
    except IntegrityError as error:
        raise Conflict(f"username: {username} already exists in the organization", field="username") from error
    changes = {"role": [None, role.name.lower()]}
    publish(MemberAdded(organization_id=organization.pk, object_id=username, actor=actor, changes=changes))
    return membership


@transaction.atomic
def change_member(*, membership: Membership, role: Role, actor: Actor) -> Membership:
    """Raise Precondition when the organization would be left without an admin."""
    organization = membership.organization
    require_administrator(organization, actor)
    locked = _locked(membership)
    before = Role(locked.role)
    if before == role:
        return locked
    _require_other_administrator(locked)
    locked.role = role
    locked.save(update_fields=["role"])
    publish(
        MemberChanged(
            organization_id=organization.pk,
            object_id=locked.user.get_username(),
            actor=actor,
            changes={"role": [before.name.lower(), role.name.lower()]},
        )
    )
    return locked


@transaction.atomic
def remove_member(*, membership: Membership, actor: Actor) -> None:
    """Their sign-in stays; raise Precondition when the organization would be left without an admin."""
    organization = membership.organization
    require_administrator(organization, actor)
    locked = _locked(membership)
    _require_other_administrator(locked)
    publish(
        MemberRemoved(
            organization_id=organization.pk,
            object_id=locked.user.get_username(),
            actor=actor,
            changes={"role": [Role(locked.role).name.lower(), None]},
        )
    )
    locked.delete()


def _locked(membership: Membership) -> Membership:
    """All memberships are locked, in order, so that two admins cannot remove each other at once."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "organization").order_by("pk")
    members = {row.pk: row for row in rows.filter(organization=membership.organization_id)}
    if membership.pk not in members:
        raise NotFound("member not found")
    return members[membership.pk]


def _require_other_administrator(membership: Membership) -> None:
    others = Membership.objects.filter(organization=membership.organization_id, role=Role.ADMIN).exclude(
        pk=membership.pk
    )
    if membership.role == Role.ADMIN and not others.exists():
        raise Precondition("this is the only admin of the organization; make someone else an admin first")
