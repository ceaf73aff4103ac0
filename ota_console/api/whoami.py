"""Whose key this is."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console.api.authentication import Caller
from ota_console.api.fields import Constant, Moment, RoleName, Text
from ota_console.api.views import ApiView, data
from ota_console.tenancy.models import ApiKey


class WhoAmIOutput(serializers.Serializer[ApiKey]):
    kind = Constant("key")
    name = Text()
    role = RoleName()
    project = Text(source="project.slug")
    organization = Text(source="project.organization.slug")
    expiresAt = Moment(source="expires_at", allow_null=True)


class WhoAmI(ApiView):
    def get(self, request: Request) -> Response:
        """The key, what it may do, and where."""
        caller: Any = request.user
        assert isinstance(caller, Caller)  # noqa: S101 - narrows the type; nothing else authenticates
        return data(WhoAmIOutput(caller.key))
