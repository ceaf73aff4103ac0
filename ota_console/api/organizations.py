"""Organizations and their members."""

from typing import Any

from django.utils.text import slugify
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console.api.fields import Body, Moment, RoleName, Text
from ota_console.api.views import ApiView, data, deleted, many
from ota_console.core.errors import Forbidden
from ota_console.tenancy.models import Membership, Organization
from ota_console.tenancy.selectors import visible_member, visible_organization
from ota_console.tenancy.services import (
    add_member,
    change_member,
    create_organization,
    remove_member,
    require_administrator,
)


class OrganizationOutput(serializers.Serializer[Organization]):
    id = Text(source="slug")
    name = Text()
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")


class OrganizationBody(Body):
    """Without an id, one is made of the name."""

    name = Text()
    id = Text(default="", allow_blank=True)


class OrganizationList(ApiView):
    def get(self, request: Request) -> Response:
        """The organization of the key's project."""
        return Response({"list": many(Organization.objects.visible_to(self.actor), OrganizationOutput)})

    def post(self, request: Request) -> Response:
        """Those who administer the key's organization administer the new one too; the key stays in its project."""
        beside = Organization.objects.visible_to(self.actor).first()
        if beside is None:
            raise Forbidden("this key belongs to no organization")
        require_administrator(beside, self.actor, "organizations.create")
        given = self.body(OrganizationBody)
        slug = given["id"] or slugify(given["name"])[:63].strip("-")
        return data(
            OrganizationOutput(create_organization(slug=slug, name=given["name"], beside=beside, actor=self.actor))
        )


class OrganizationView(ApiView):
    """Something in `/organizations/{organization}`."""

    organization: Organization

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.organization = visible_organization(kwargs["organization"], actor=self.actor)


class OrganizationDetail(OrganizationView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(OrganizationOutput(self.organization))


class MemberOutput(serializers.Serializer[Membership]):
    """`createdAt` is null for who was a member before that was noted."""

    username = Text(source="user.username")
    role = RoleName()
    createdAt = Moment(source="created_at", allow_null=True)


class MemberBody(Body):
    username = Text()
    role = RoleName()


class MemberChanges(Body):
    role = RoleName()


class MemberList(OrganizationView):
    def get(self, request: Request, **ids: Any) -> Response:
        require_administrator(self.organization, self.actor, "members.view")
        members = Membership.objects.filter(organization=self.organization).select_related("user")
        return Response({"list": many(members.order_by("-pk"), MemberOutput)})

    def post(self, request: Request, **ids: Any) -> Response:
        """Make someone who can sign in a member, with a role in every project of the organization."""
        require_administrator(self.organization, self.actor)
        given = self.body(MemberBody)
        member = add_member(
            organization=self.organization, username=given["username"], role=given["role"], actor=self.actor
        )
        return data(MemberOutput(member))


class MemberDetail(OrganizationView):
    def get(self, request: Request, **ids: Any) -> Response:
        require_administrator(self.organization, self.actor, "members.view")
        return data(MemberOutput(self._member(ids)))

    def patch(self, request: Request, **ids: Any) -> Response:
        require_administrator(self.organization, self.actor)
        member = self._member(ids)
        given = self.body(MemberChanges)
        return data(MemberOutput(change_member(membership=member, role=given["role"], actor=self.actor)))

    def delete(self, request: Request, **ids: Any) -> Response:
        """They keep their sign-in. The only admin cannot be removed."""
        require_administrator(self.organization, self.actor)
        remove_member(membership=self._member(ids), actor=self.actor)
        return deleted()

    def _member(self, ids: dict[str, str]) -> Membership:
        return visible_member(organization=self.organization, username=ids["username"])
