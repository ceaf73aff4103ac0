"""API keys. A key is shown once, by the request that makes it (contract/rest.md §3.13)."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console.api.fields import Body, Constant, Moment, RoleName, Text, Texts
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, listing
from ota_console.core.actors import Role
from ota_console.tenancy.models import ApiKey
from ota_console.tenancy.selectors import visible_api_key
from ota_console.tenancy.services import create_api_key, revoke_api_key, update_api_key

API_KEY = "API_KEY"
NAMELESS = "API key"


class ApiKeyOutput(serializers.Serializer[ApiKey]):
    """`role`, `expiresAt` and `lastUsedAt` are our additions."""

    id = Text(source="public_id")
    type = Constant(API_KEY)
    name = Text()
    keyTags = serializers.ListField(source="tags", child=Text())
    roles = serializers.SerializerMethodField()
    role = RoleName()
    policyId = Constant(None)
    expiresAt = Moment(source="expires_at", allow_null=True)
    lastUsedAt = Moment(source="last_used_at", allow_null=True)
    createdAt = Moment(source="created_at")

    def get_roles(self, key: ApiKey) -> list[str]:
        return [Role(key.role).name.lower()]


class NewApiKeyOutput(ApiKeyOutput):
    """The context's `secret` is the key."""

    key = serializers.SerializerMethodField()

    def get_key(self, key: ApiKey) -> str:
        return str(self.context["secret"])


class _ExpiringBody(Body):
    def validate_expiresAt(self, moment: datetime | None) -> datetime | None:
        if moment is not None and moment <= timezone.now():
            raise serializers.ValidationError("must be in the future")
        return moment


class ApiKeyBody(_ExpiringBody):
    name = Text(default=NAMELESS)
    type = serializers.ChoiceField([API_KEY], default=API_KEY)
    keyTags = Texts(default=list)
    role = RoleName(default=Role.OPERATOR)
    expiresAt = Moment(default=None, allow_null=True)


class ApiKeyChanges(_ExpiringBody):
    name = Text(required=False)
    keyTags = Texts(required=False)
    role = RoleName(required=False)
    expiresAt = Moment(required=False, allow_null=True)


_ARGUMENTS = {"name": "name", "keyTags": "tags", "role": "role", "expiresAt": "expires_at"}


class ApiKeyList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        """Those that were not revoked, without the keys themselves."""
        self.actor.require("apikeys.view", project=self.project.pk)
        keys = ApiKey.objects.visible_to(self.actor).live().filter(project=self.project)
        return listing(Page.of(keys, self.query(Paging)), ApiKeyOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        """The only reply that shows the key."""
        self.actor.require("apikeys.edit", project=self.project.pk)
        given = self.body(ApiKeyBody)
        made = create_api_key(
            project=self.project,
            name=given["name"],
            tags=given["keyTags"],
            role=given["role"],
            expires_at=given["expiresAt"],
            actor=self.actor,
        )
        return data(NewApiKeyOutput(made.record, context={"secret": made.secret}))


class ApiKeyDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(ApiKeyOutput(self._key(ids)))

    def patch(self, request: Request, **ids: Any) -> Response:
        """Change what the body names; `expiresAt` null means never."""
        key = self._key(ids)
        given = self.body(ApiKeyChanges)
        changes: dict[str, Any] = {_ARGUMENTS[name]: value for name, value in given.items()}
        return data(ApiKeyOutput(update_api_key(key=key, actor=self.actor, **changes)))

    def delete(self, request: Request, **ids: Any) -> Response:
        """The key is refused from the next request on."""
        revoke_api_key(key=self._key(ids), actor=self.actor)
        return deleted()

    def _key(self, ids: dict[str, str]) -> ApiKey:
        return visible_api_key(project=self.project, key_id=ids["apikey"], actor=self.actor)
