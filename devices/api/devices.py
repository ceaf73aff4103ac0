"""Devices (contract/rest.md §3.2)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Blueprint, Cohort
from deployments.selectors import chosen_cohort, visible_blueprint
from devices.api.inputs import DeviceBody, DeviceChanges, DeviceQuery
from devices.models import Device, PackageState, Tag
from devices.selectors import DeviceFilter, device_page, visible_device, visible_tags
from devices.services import Edit, create_device, delete_device, update_device
from devices.vocabulary import state_name
from ota_console.api.fields import Constant, Moment, Text
from ota_console.api.views import Page, ProjectView, data, deleted, listing
from ota_console.core.errors import Invalid


class StateOutput(serializers.Serializer[PackageState]):
    """The last report about one package; `reason` is the number of OTA events' `status`."""

    package = Text()
    version = Text()
    target = Text()
    state = serializers.SerializerMethodField()
    reason = serializers.IntegerField()
    timestamp = Moment(source="reported_at")

    def get_state(self, state: PackageState) -> str:
        return state_name(state.state)


class StatesByPackage(serializers.Field[Any, Any, Any, Any]):
    """One StateOutput for all states of a list: making one for each would cost more than the rest of the page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)
        self._output = StateOutput()

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {state.package: self._output.to_representation(state) for state in value.all()}


class MetadataOutput(serializers.Serializer[Device]):
    """`lastSeen` is our addition: a device may be connected for weeks without a new session."""

    status = Constant("-")
    lastReport = Moment(source="last_report_at", allow_null=True)
    lastSeen = Moment(source="last_seen_at", allow_null=True)
    lastSeenOnline = Moment(source="connected_at", allow_null=True)
    lastSeenOffline = Moment(source="disconnected_at", allow_null=True)
    lastSettingsStatus = Constant(None)
    update = StatesByPackage(source="package_states")  # type: ignore[assignment] # fields leave the class: no clash


class DeviceOutput(serializers.Serializer[Device]):
    """For devices read `with_details()`."""

    id = Text(source="public_id")
    name = Text()
    hardwareIds = serializers.SlugRelatedField[Any](
        source="hardware_ids", slug_field="value", many=True, read_only=True
    )
    tagIds = serializers.SlugRelatedField[Any](source="tags", slug_field="public_id", many=True, read_only=True)
    enabled = serializers.BooleanField()
    blueprintId = serializers.SlugRelatedField[Any](source="blueprint", slug_field="public_id", read_only=True)
    cohortId = serializers.SlugRelatedField[Any](source="cohort", slug_field="public_id", read_only=True)
    certificateId = Text(source="certificate_id", allow_null=True)
    metadata = MetadataOutput(source="*")
    status = Constant("-")
    lastReport = Constant(None)
    data = Constant(None)  # type: ignore[assignment] # likewise
    createdAt = Moment(source="created_at")
    updatedAt = Moment(source="updated_at")


class DeviceView(ProjectView):
    """What a body names by id, found in the project; unknown and foreign ids are the same 400."""

    def blueprint(self, blueprint_id: str | None) -> Blueprint | None:
        if not blueprint_id:
            return None
        return visible_blueprint(project=self.project, blueprint_id=blueprint_id, actor=self.actor)

    def cohort(self, cohort_id: str | None) -> Cohort | None:
        return chosen_cohort(project=self.project, cohort_id=cohort_id, actor=self.actor) if cohort_id else None

    def tags(self, tag_ids: list[str], field: str) -> list[Tag]:
        return visible_tags(project=self.project, tag_ids=tag_ids, actor=self.actor, field=field)


class DeviceList(DeviceView):
    def get(self, request: Request, **ids: Any) -> Response:
        query = self.query(DeviceQuery)
        where = DeviceFilter(
            name=query.get("deviceName"),
            hardware_id=query.get("hardwareId"),
            tag_ids=query.get("tags", ()),
            blueprint_id=query.get("blueprintId"),
            cohort_id=query.get("cohortId"),
            enabled=query.get("enabled"),
            term=query.get("term"),
        )
        number, size = query["page"], query["perPage"]
        found = device_page(
            project=self.project,
            actor=self.actor,
            where=where,
            offset=number * size,
            size=size,
            cursor=query.get("cursor", ""),
        )
        return listing(Page(found.devices, number, size, found.total, found.cursor), DeviceOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        given = self.body(DeviceBody)
        device = create_device(
            project=self.project,
            name=given["name"],
            hardware_ids=given["hardwareIds"],
            tags=self.tags(given["tagIds"], "tagIds"),
            blueprint=self.blueprint(given["blueprintId"]),
            cohort=self.cohort(given["cohortId"]),
            actor=self.actor,
        )
        return data(DeviceOutput(device))


class DeviceDetail(DeviceView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(DeviceOutput(self._device(ids)))

    def patch(self, request: Request, **ids: Any) -> Response:
        """Change what the body names. null clears blueprint, cohort and tags; "" clears the cohort as well."""
        device = self._device(ids)
        changes = self._changes(self.body(DeviceChanges))
        return data(DeviceOutput(update_device(device=device, actor=self.actor, **changes)))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_device(device=self._device(ids), actor=self.actor)
        return deleted()

    def _device(self, ids: dict[str, str]) -> Device:
        return visible_device(project=self.project, device_id=ids["device"], actor=self.actor)

    def _changes(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of `update_device`."""
        changes = {name: given[name] for name in ("name", "enabled") if name in given}
        if "blueprintId" in given:
            changes["blueprint"] = self.blueprint(given["blueprintId"])
        if "cohortId" in given:
            changes["cohort"] = self.cohort(given["cohortId"])
        tags = {name: self.tags(given[name] or [], name) for name in _TAG_FIELDS if name in given}
        hardware_ids = {name: given[name] or [] for name in _HARDWARE_FIELDS if name in given}
        return (
            changes
            | _list_change("tags", tags, _TAG_FIELDS)
            | _list_change("hardware_ids", hardware_ids, _HARDWARE_FIELDS)
        )


_TAG_FIELDS = ("tagIds", "addTagId", "removeTagId")
_HARDWARE_FIELDS = ("hardwareIds", "addHardwareId", "removeHardwareId")


def _list_change(argument: str, given: Mapping[str, list[Any]], fields: tuple[str, str, str]) -> dict[str, Any]:
    """A list given whole, or what to add and remove."""
    whole, add, remove = fields
    if not given:
        return {}
    if whole not in given:
        return {argument: Edit(added=given.get(add, []), removed=given.get(remove, []))}
    if len(given) > 1:
        raise Invalid(f"{whole}: give the whole list, or what to add and remove, not both", field=whole)
    return {argument: given[whole]}
