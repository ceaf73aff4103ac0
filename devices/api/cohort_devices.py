"""The devices of a cohort: listed with their progress, added and removed in bulk. Ours, beyond the contract."""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.api.deployments import CohortView
from deployments.models import Deployment
from deployments.selectors import visible_deployment
from devices.api.devices import DeviceOutput
from devices.models import Device
from devices.selectors import (
    Choice,
    DeviceFilter,
    device_page,
    devices_by_filter,
    devices_by_id,
    devices_by_name,
    devices_matching,
    with_progress,
)
from devices.selectors.choices import MOST_DEVICES
from devices.selectors.progress import FAILED, UP_TO_DATE, UPDATING, WAITING
from devices.services import Moves, add_devices, remove_devices
from ota_console.api.fields import Body, Flag, Text, Texts, checked
from ota_console.api.large import large_body
from ota_console.api.parsing import JsonObject
from ota_console.api.views import Page, Paging, data, listing


class CohortDeviceOutput(DeviceOutput):
    """`progress` is where the device is with the active deployment; null while there is none."""

    progress = serializers.SerializerMethodField()

    def get_progress(self, device: Device) -> str | None:
        progress: str | None = self.context["progress"].get(device.pk)
        return progress


class CohortDeviceQuery(Paging):
    perPage = serializers.IntegerField(default=100, min_value=1, max_value=100)
    term = Text(required=False)
    state = serializers.ChoiceField([UP_TO_DATE, UPDATING, FAILED, WAITING], required=False)


class ManyTexts(Texts):
    """Up to 100,000 ids or names, looked at together: validating each would take longer than moving the devices."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MOST_DEVICES, "min_length": 1, **options})

    def run_child_validation(self, data: Any) -> list[str]:
        if not all(isinstance(value, str) and value and "\0" not in value for value in data):
            raise serializers.ValidationError("must be a list of text")
        return list(data)


class ChoiceFilter(Body):
    """At least one of these; `all` stands alone. False for `unassigned` or `all` is as good as absent."""

    term = Text(required=False)
    tagIds = Texts(required=False)
    blueprintId = Text(required=False)
    cohortId = Text(required=False)
    enabled = Flag(required=False)
    unassigned = Flag(required=False)
    all = Flag(required=False)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("must be an object")
        return super().to_internal_value(data)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        wanted = {name: value for name, value in given.items() if name == "enabled" or value}
        if not wanted or ("all" in wanted and len(wanted) > 1):
            raise serializers.ValidationError('name what to filter by, or {"all": true} alone')
        return wanted


class ChoiceBody(Body):
    """Exactly one of `deviceIds`, `deviceNames` and `filter`."""

    deviceIds = ManyTexts(required=False)
    deviceNames = ManyTexts(required=False)
    filter = ChoiceFilter(required=False)
    dryRun = Flag(default=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if len(given) != 2:
            raise serializers.ValidationError("give exactly one of deviceIds, deviceNames and filter")
        return given


class MovesOutput(serializers.Serializer[Moves]):
    """`matched` devices were chosen and `moved` of them were not yet where they should be."""

    matched = serializers.IntegerField()
    moved = serializers.IntegerField()
    dryRun = serializers.SerializerMethodField()

    def get_dryRun(self, moves: Moves) -> bool:
        return bool(self.context["dry_run"])


class CohortDeviceList(CohortView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(CohortDeviceQuery)
        where = DeviceFilter(cohort_id=self.cohort.public_id, term=query.get("term"))
        active = self._active()
        page = self._page(where, query) if "state" not in query else self._judged_page(where, query, active)
        return listing(page, CohortDeviceOutput, progress=_progress(page.rows, active))

    def _active(self) -> Deployment | None:
        active = self.cohort.active_deployment
        if active is None:
            return None
        return visible_deployment(cohort=self.cohort, deployment_id=active.public_id, actor=self.actor)

    def _page(self, where: DeviceFilter, query: Mapping[str, Any]) -> Page:
        number, size = query["page"], query["perPage"]
        found = device_page(project=self.project, actor=self.actor, where=where, offset=number * size, size=size)
        return Page(found.devices, number, size, found.total)

    def _judged_page(self, where: DeviceFilter, query: dict[str, Any], active: Deployment | None) -> Page:
        devices = devices_matching(project=self.project, actor=self.actor, where=where)
        if active is None:
            return Page.of(devices.none(), query)
        judged = with_progress(devices, active).filter(Q(progress=query["state"])).values("pk")
        return Page.of(Device.objects.filter(pk__in=judged).with_details(), query)


def _progress(devices: list[Device], active: Deployment | None) -> Mapping[int, str]:
    if active is None:
        return {}
    judged: Iterable[Any] = with_progress(Device.objects.filter(pk__in=[device.pk for device in devices]), active)
    return {device.pk: device.progress for device in judged}


class _MovesView(CohortView):
    """A body of several megabytes may name 100,000 devices."""

    act: Callable[..., Moves]

    def post(self, request: Request, **ids: Any) -> Response:
        given = checked(ChoiceBody(data=JsonObject().parse(io.BytesIO(large_body(request)))))
        dry_run = given["dryRun"]
        moves = type(self).act(cohort=self.cohort, choice=self._choice(given), actor=self.actor, dry_run=dry_run)
        return data(MovesOutput(moves, context={"dry_run": dry_run}))

    def _choice(self, given: Mapping[str, Any]) -> Choice:
        if "deviceIds" in given:
            return devices_by_id(project=self.project, ids=given["deviceIds"], actor=self.actor)
        if "deviceNames" in given:
            return devices_by_name(project=self.project, names=given["deviceNames"], actor=self.actor)
        return devices_by_filter(project=self.project, where=_filter(given["filter"]), actor=self.actor)


class CohortDeviceAdd(_MovesView):
    act = staticmethod(add_devices)


class CohortDeviceRemove(_MovesView):
    act = staticmethod(remove_devices)


def _filter(given: Mapping[str, Any]) -> DeviceFilter:
    return DeviceFilter(
        term=given.get("term"),
        tag_ids=given.get("tagIds", ()),
        blueprint_id=given.get("blueprintId"),
        cohort_id=given.get("cohortId"),
        enabled=given.get("enabled"),
        unassigned=given.get("unassigned"),
    )
