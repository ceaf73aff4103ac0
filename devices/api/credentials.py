"""Credentials of a device, with their keys in clear (contract/rest.md §3.3)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Credential, Device
from devices.selectors import visible_credential, visible_device
from devices.services import create_credential, delete_credential, reveal_key, reveal_keys
from ota_console.api.fields import Body, Constant, Moment, Text
from ota_console.api.views import ProjectView, data, deleted, many

PRE_SHARED_KEY = "PRE_SHARED_KEY"


class CredentialOutput(serializers.Serializer[Credential]):
    """The context's `keys` maps primary keys to keys in clear."""

    id = Text(source="public_id")
    type = Constant(PRE_SHARED_KEY)
    identity = Text()
    preSharedKey = serializers.SerializerMethodField()
    createdAt = Moment(source="created_at")

    def get_preSharedKey(self, credential: Credential) -> str:
        return str(self.context["keys"][credential.pk])


class CredentialBody(Body):
    type = serializers.ChoiceField([PRE_SHARED_KEY], default=PRE_SHARED_KEY)
    identity = Text(default=None, allow_null=True, allow_blank=True)
    preSharedKey = Text(default=None, allow_null=True, allow_blank=True)


class _CredentialView(ProjectView):
    device: Device

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.device = visible_device(project=self.project, device_id=kwargs["device"], actor=self.actor)


class CredentialList(_CredentialView):
    def get(self, request: Request, **ids: Any) -> Response:
        revealed = reveal_keys(device=self.device, actor=self.actor)
        keys = {credential.pk: key for credential, key in revealed}
        listed = [credential for credential, _ in revealed]
        return Response({"list": many(listed, CredentialOutput, keys=keys)})

    def post(self, request: Request, **ids: Any) -> Response:
        """What the body leaves out is generated."""
        given = self.body(CredentialBody)
        credential = create_credential(
            device=self.device, identity=given["identity"], key=given["preSharedKey"], actor=self.actor
        )
        key = reveal_key(credential=credential, actor=self.actor)
        return data(CredentialOutput(credential, context={"keys": {credential.pk: key}}))


class CredentialDetail(_CredentialView):
    def delete(self, request: Request, **ids: Any) -> Response:
        credential = visible_credential(device=self.device, credential_id=ids["credential"], actor=self.actor)
        delete_credential(credential=credential, actor=self.actor)
        return deleted()
