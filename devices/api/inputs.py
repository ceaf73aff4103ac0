"""What requests about devices may hold (contract/rest.md §3.2)."""

from rest_framework import serializers

from ota_console.api.fields import Body, Flag, Text, Texts
from ota_console.api.views import Paging


class DeviceQuery(Paging):
    perPage = serializers.IntegerField(default=100, min_value=1, max_value=100)
    deviceName = Text(required=False)
    hardwareId = Text(required=False)
    tags = Texts(required=False)
    blueprintId = Text(required=False)
    cohortId = Text(required=False)
    enabled = serializers.BooleanField(required=False)
    term = Text(required=False)
    cursor = Text(required=False)


class DeviceBody(Body):
    name = Text()
    hardwareIds = Texts(default=list)
    tagIds = Texts(default=list)
    blueprintId = Text(default=None, allow_null=True, allow_blank=True)
    cohortId = Text(default=None, allow_null=True, allow_blank=True)


class DeviceChanges(Body):
    name = Text(required=False)
    enabled = Flag(required=False)
    blueprintId = Text(required=False, allow_null=True, allow_blank=True)
    cohortId = Text(required=False, allow_null=True, allow_blank=True)
    tagIds = Texts(required=False, allow_null=True)
    addTagId = Texts(required=False, allow_null=True)
    removeTagId = Texts(required=False, allow_null=True)
    hardwareIds = Texts(required=False, allow_null=True)
    addHardwareId = Texts(required=False, allow_null=True)
    removeHardwareId = Texts(required=False, allow_null=True)
