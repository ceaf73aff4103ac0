"""A device and its credential in one request; credentials addressed without their device (contract/rest.md §3.14)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.api.credentials import PRE_SHARED_KEY, CredentialBody, CredentialOutput
from devices.api.devices import DeviceView
from devices.models import Device
from devices.selectors import visible_credential, visible_device
from devices.services import create_credential, delete_credential, provision_again, provision_device, reveal_key
from ota_console.api.fields import Body, Query, Text, Texts
from ota_console.api.views import ProjectView, data, deleted
from ota_console.core.errors import Invalid, NotFound


class ProvisioningBody(Body):
    name = Text()
    hardwareIds = Texts(default=list)
    tagIds = Texts(default=list)
    blueprintId = Text(default=None, allow_null=True, allow_blank=True)
    cohortId = Text(default=None, allow_null=True, allow_blank=True)
    type = serializers.ChoiceField([PRE_SHARED_KEY], default=PRE_SHARED_KEY)
    identity = Text(default=None, allow_null=True, allow_blank=True)
    preSharedKey = Text(default=None, allow_null=True, allow_blank=True)


class DeviceProvisioningBody(ProvisioningBody):
    name = Text(required=False)


class ProvisionedOutput(serializers.Serializer[Device]):
    deviceId = Text(source="public_id")


class Provisioning(DeviceView):
    def post(self, request: Request, **ids: Any) -> Response:
        """Create a device and its credential; the identity is the name when none is given."""
        given = self.body(ProvisioningBody)
        device = provision_device(
            project=self.project,
            name=given["name"],
            hardware_ids=given["hardwareIds"],
            tags=self.tags(given["tagIds"], "tagIds"),
            blueprint=self.blueprint(given["blueprintId"]),
            cohort=self.cohort(given["cohortId"]),
            identity=given["identity"],
            key=given["preSharedKey"],
            actor=self.actor,
        )
        return data(ProvisionedOutput(device))


class DeviceProvisioning(DeviceView):
    def post(self, request: Request, **ids: Any) -> Response:
        """Give the device one more credential, and what else is named; what it has stays."""
        device = visible_device(project=self.project, device_id=ids["device"], actor=self.actor)
        given = self.body(DeviceProvisioningBody)
        provisioned = provision_again(
            device=device,
            name=given.get("name", ...),
            hardware_ids=given["hardwareIds"],
            tags=self.tags(given["tagIds"], "tagIds"),
            blueprint=self.blueprint(given["blueprintId"]) or ...,
            cohort=self.cohort(given["cohortId"]) or ...,
            identity=given["identity"],
            key=given["preSharedKey"],
            actor=self.actor,
        )
        return data(ProvisionedOutput(provisioned))


class NamedCredentialBody(CredentialBody):
    deviceId = Text()


class NamedCredentialQuery(Query):
    deviceId = Text()


class ProjectCredentialList(ProjectView):
    def post(self, request: Request, **ids: Any) -> Response:
        """Give the device named in the body a credential; what the body leaves out is generated."""
        given = self.body(NamedCredentialBody)
        credential = create_credential(
            device=_named_device(self, given["deviceId"]),
            identity=given["identity"],
            key=given["preSharedKey"],
            actor=self.actor,
        )
        key = reveal_key(credential=credential, actor=self.actor)
        return data(CredentialOutput(credential, context={"keys": {credential.pk: key}}))


class ProjectCredentialDetail(ProjectView):
    def delete(self, request: Request, **ids: Any) -> Response:
        """The query names the device; its sessions that were opened with the credential end."""
        device = _named_device(self, self.query(NamedCredentialQuery)["deviceId"])
        credential = visible_credential(device=device, credential_id=ids["credential"], actor=self.actor)
        delete_credential(credential=credential, actor=self.actor)
        return deleted()


def _named_device(view: ProjectView, device_id: str) -> Device:
    """Raise Invalid, field `deviceId`: it is an input here, not an address."""
    try:
        return visible_device(project=view.project, device_id=device_id, actor=view.actor)
    except NotFound as error:
        raise Invalid("deviceId: there is no such device in the project", field="deviceId") from error
