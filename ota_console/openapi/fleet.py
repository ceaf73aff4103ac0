"""Devices and what they report."""

from rest_framework import serializers

from devices.api import (
    credentials,
    devices,
    event_stream,
    events,
    firmware_logs,
    imports,
    inputs,
    metrics,
    provisioning,
    stats,
    tags,
    usage,
)
from ota_console.api.elsewhere import DeviceLogList
from ota_console.api.fields import Moment, Text
from ota_console.openapi.operations import NOTHING, Operation, Section, envelope, one, page, walk, whole

CSV = {
    "type": "string",
    "description": "A line of names, of which `name` is needed: name, hardwareIds, tags, blueprint, cohort, identity, "
    "preSharedKey; then a line for each device. Several hardware ids or tags stand between semicolons.",
}
JSON_LINES = {"type": "string", "description": "A JSON object on each line, with the names of the CSV form."}

SECTIONS = (
    Section(
        "Devices",
        "The fleet, and what it reported.",
        {
            devices.DeviceList: {
                "get": Operation("List devices, newest first", walk(devices.DeviceOutput), inputs.DeviceQuery),
                "post": Operation("Create a device", one(devices.DeviceOutput), body=inputs.DeviceBody),
            },
            devices.DeviceDetail: {
                "get": Operation("Read a device", one(devices.DeviceOutput)),
                "patch": Operation("Change a device", one(devices.DeviceOutput), body=inputs.DeviceChanges),
                "delete": Operation("Delete a device", NOTHING),
            },
            imports.DeviceImport: {
                "post": Operation(
                    "Create many devices from a file",
                    one(imports.ImportOutput),
                    imports.ImportQuery,
                    bodies={"text/csv": CSV, "application/x-ndjson": JSON_LINES},
                ),
            },
            provisioning.Provisioning: {
                "post": Operation(
                    "Create a device with its credential",
                    one(provisioning.ProvisionedOutput),
                    body=provisioning.ProvisioningBody,
                ),
            },
            provisioning.DeviceProvisioning: {
                "post": Operation(
                    "Provision a device again",
                    one(provisioning.ProvisionedOutput),
                    body=provisioning.DeviceProvisioningBody,
                ),
            },
        },
    ),
    Section(
        "Credentials",
        "The pre-shared keys that devices sign in with, in clear. Never for viewers.",
        {
            credentials.CredentialList: {
                "get": Operation("List the credentials of a device", whole(credentials.CredentialOutput)),
                "post": Operation(
                    "Create a credential", one(credentials.CredentialOutput), body=credentials.CredentialBody
                ),
            },
            credentials.CredentialDetail: {"delete": Operation("Delete a credential", NOTHING)},
            provisioning.ProjectCredentialList: {
                "post": Operation(
                    "Create a credential of the device named in the body",
                    one(credentials.CredentialOutput),
                    body=provisioning.NamedCredentialBody,
                ),
            },
            provisioning.ProjectCredentialDetail: {
                "delete": Operation(
                    "Delete a credential of the device named in the query", NOTHING, provisioning.NamedCredentialQuery
                ),
            },
        },
    ),
    Section(
        "Tags",
        "Words that devices carry, to be found by them.",
        {
            tags.TagList: {
                "get": Operation("List tags, newest first", page(tags.TagOutput), tags.TagQuery),
                "post": Operation("Create a tag", one(tags.TagOutput), body=tags.TagBody),
            },
            tags.TagDetail: {
                "get": Operation("Read a tag", one(tags.TagOutput)),
                "delete": Operation("Delete a tag", NOTHING),
            },
        },
    ),
    Section(
        "OTA events",
        "What devices reported, one event for each distinct report.",
        {
            events.OtaEventList: {
                "get": Operation(
                    "List events, newest first",
                    envelope(
                        "OtaEventPage",
                        list=events.OtaEventOutput(many=True),
                        nextPageToken=Text(),
                        prevPageToken=Text(),
                    ),
                    events.OtaEventQuery,
                ),
            },
            event_stream.OtaEventStream: {
                "get": Operation(
                    "Follow events as they come in",
                    {(200, "text/event-stream"): {"type": "string"}},
                    events.OtaEventFilters,
                ),
            },
            stats.OtaEventStats: {
                "get": Operation(
                    "Count events over time",
                    envelope(
                        "EventCountsList",
                        list=stats.EventCountsOutput(many=True),
                        startTime=Moment(),
                        endTime=Moment(),
                    ),
                    stats.StatsQuery,
                ),
            },
            firmware_logs.FirmwareLogList: {
                "get": Operation(
                    "List events in their older form",
                    page(firmware_logs.FirmwareLogOutput),
                    firmware_logs.FirmwareLogQuery,
                ),
            },
            usage.UsageList: {
                "get": Operation("See what was delivered in each month", whole(usage.UsageOutput), usage.UsageQuery),
            },
            metrics.ProjectMetrics: {
                "get": Operation("The project's numbers for Prometheus", {(200, "text/plain"): {"type": "string"}}),
            },
            DeviceLogList: {
                "get": Operation(
                    "An empty list, for clients that look for logs",
                    envelope("LogList", list=serializers.ListField(child=serializers.DictField(), max_length=0)),
                ),
            },
        },
    ),
)
