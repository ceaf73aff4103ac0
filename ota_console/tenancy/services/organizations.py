"""Organizations: create."""

from django.db import IntegrityError, transaction

from ota_console.core.actors import Actor, Role
from ota_console.core.errors import Conflict
from ota_console.core.events import publish
from ota_console.core.text import require_name
from ota_console.tenancy.events import OrganizationCreated
from ota_console.tenancy.models import Membership, Organization
from ota_console.tenancy.services.members import require_administrator
from ota_console.tenancy.services.slugs import require_slug

LONGEST_NAME = 200


@transaction.atomic
def create_organization(*, slug: str, name: str, beside: Organization, actor: Actor) -> Organization:
    """A new organization without projects; whoever administers the organization `beside` administers it too.

    Raise Invalid for a malformed id, Conflict for one that is taken, Forbidden unless the actor administers `beside`.
    """
    require_administrator(beside, actor, "organizations.create")
    require_slug(slug, what="organization id")
    name = require_name(name, field="name", longest=LONGEST_NAME)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise Conflict(f"organization id {slug} already exists", field="id") from error
    administrators = Membership.objects.filter(organization=beside, role=Role.ADMIN)
    Membership.objects.bulk_create(
        Membership(organization=organization, user_id=pk, role=Role.ADMIN)
        for pk in administrators.values_list("user", flat=True)
    )
    publish(
        OrganizationCreated(
            organization_id=organization.pk, object_id=slug, actor=actor, changes={"name": [None, organization.name]}
        )
    )
    return organization
