"""Every operation of the API. One that is missing here has no description, and a test says so."""

from rest_framework import serializers

from deployments.api import (
    artifacts,
    blueprints,
    cohorts,
    content,
    deployments,
    dry_runs,
    packages,
    uploads,
    versions,
)
from devices.api import (
    certificates,
    cohort_devices,
    credentials,
    devices,
    event_stream,
    events,
    firmware_logs,
    imports,
    inputs,
    provisioning,
    releases,
    stats,
    tags,
    usage,
)
from ota_console.api import apikeys, audit, organizations, projects, whoami
from ota_console.api.elsewhere import DeviceLogList
from ota_console.api.fields import Moment, Text
from ota_console.api.views import Paging
from ota_console.openapi.operations import NOTHING, Operation, Section, envelope, one, page, walk, whole

FILE = {"type": "string", "format": "binary"}
BASE64 = {"type": "string", "contentEncoding": "base64", "minLength": 4, "description": "The file as standard base64."}

CSV = {
    "type": "string",
    "description": "A line of names, of which `name` is needed: name, hardwareIds, tags, blueprint, cohort, identity, "
    "preSharedKey; then a line for each device. Several hardware ids or tags stand between semicolons.",
}
JSON_LINES = {"type": "string", "description": "A JSON object on each line, with the names of the CSV form."}


def _upload_fields(**more: object) -> dict[str, object]:
    text = {"type": "string", "minLength": 1}
    return {
        "projectId": text | {"description": "The project's id."},
        "package": text | {"default": "main", "description": "Created when there is none."},
        "version": text | {"description": "Free text of the characters A-Z a-z 0-9 . _ - + and the like."},
        "blueprintId": {"type": ["string", "null"], "description": "For one kind of hardware only."},
        **more,
    }


def _upload(**more: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": _upload_fields(**more),
        "required": ["projectId", "version", *more],
        "additionalProperties": False,
    }


SECTIONS = (
    Section(
        "Projects",
        "The border of everything: devices, packages and cohorts belong to exactly one.",
        {
            projects.ProjectList: {
                "get": Operation("List the projects of the key", whole(projects.ProjectOutput), projects.ProjectQuery)
            },
            projects.ProjectDetail: {"get": Operation("Read a project", one(projects.ProjectOutput))},
        },
    ),
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
        "Blueprints",
        "Kinds of hardware that devices and artifacts can name.",
        {
            blueprints.BlueprintList: {
                "get": Operation(
                    "List blueprints, newest first", page(blueprints.BlueprintOutput), blueprints.BlueprintQuery
                ),
                "post": Operation("Create a blueprint", one(blueprints.BlueprintOutput), body=blueprints.BlueprintBody),
            },
            blueprints.BlueprintDetail: {
                "get": Operation("Read a blueprint", one(blueprints.BlueprintOutput)),
                "delete": Operation("Delete a blueprint that no artifact names", NOTHING),
            },
        },
    ),
    Section(
        "Packages",
        "What is updated on a device under one name.",
        {
            packages.PackageList: {
                "get": Operation("List packages, newest first", page(packages.PackageOutput), Paging),
                "post": Operation("Create a package", one(packages.PackageOutput), body=packages.PackageBody),
            },
            packages.PackageDetail: {
                "get": Operation("Read a package", one(packages.PackageOutput)),
                "put": Operation(
                    "Replace description and metadata", one(packages.PackageOutput), body=packages.PackageReplacement
                ),
                "delete": Operation("Delete a package with its artifacts", NOTHING),
            },
            versions.VersionList: {
                "get": Operation("List the versions of a package", page(versions.VersionOutput), Paging),
            },
            versions.VersionDetail: {
                "patch": Operation("Note something on a version", one(versions.VersionOutput), body=versions.NoteBody),
            },
        },
    ),
    Section(
        "Artifacts",
        "The stored bytes of one version of a package. They never change.",
        {
            uploads.ArtifactUpload: {
                "post": Operation(
                    "Upload an artifact",
                    one(artifacts.ArtifactOutput),
                    bodies={
                        "application/json": _upload(content=BASE64),
                        "multipart/form-data": _upload(artifact=FILE),
                    },
                ),
            },
            artifacts.ArtifactList: {
                "get": Operation(
                    "List artifacts, newest first", page(artifacts.ArtifactOutput), artifacts.ArtifactQuery
                ),
            },
            artifacts.ArtifactDetail: {
                "get": Operation("Read an artifact", one(artifacts.ArtifactOutput)),
                "delete": Operation("Delete an artifact that no cohort deployed", NOTHING),
            },
            content.ArtifactContent: {
                "get": Operation(
                    "Download an artifact, whole or in a range",
                    {
                        (200, "application/octet-stream"): FILE,
                        (206, "application/octet-stream"): FILE,
                        302: {},
                        304: {},
                        200: FILE,
                    },
                ),
            },
        },
    ),
    Section(
        "Cohorts",
        "Devices that should run the same.",
        {
            cohorts.CohortList: {
                "get": Operation("List cohorts, newest first", page(cohorts.CohortOutput), Paging),
                "post": Operation("Create a cohort", one(cohorts.CohortOutput), body=cohorts.CohortBody),
            },
            cohorts.CohortDetail: {
                "get": Operation("Read a cohort", one(cohorts.CohortOutput)),
                "put": Operation("Rename a cohort", one(cohorts.CohortOutput), body=cohorts.CohortBody),
                "delete": Operation("Delete a cohort; its devices become cohort-less", NOTHING),
            },
            cohort_devices.CohortDeviceList: {
                "get": Operation(
                    "List the devices of a cohort with their progress",
                    page(cohort_devices.CohortDeviceOutput),
                    cohort_devices.CohortDeviceQuery,
                ),
            },
            cohort_devices.CohortDeviceAdd: {
                "post": Operation(
                    "Put many devices into a cohort", one(cohort_devices.MovesOutput), body=cohort_devices.ChoiceBody
                ),
            },
            cohort_devices.CohortDeviceRemove: {
                "post": Operation(
                    "Take many devices out of a cohort",
                    one(cohort_devices.MovesOutput),
                    body=cohort_devices.ChoiceBody,
                ),
            },
        },
    ),
    Section(
        "Deployments",
        "Immutable, numbered bundles of artifacts that the devices of a cohort should run.",
        {
            deployments.DeploymentList: {
                "get": Operation(
                    "List the deployments of a cohort, newest first",
                    page(deployments.DeploymentOutput),
                    deployments.DeploymentQuery,
                ),
                "post": Operation(
                    "Start a deployment", one(deployments.StartedOutput), body=deployments.DeploymentBody
                ),
            },
            dry_runs.DeploymentDryRun: {
                "post": Operation(
                    "See what a deployment would mean", one(dry_runs.DryRunOutput), body=deployments.DeploymentBody
                ),
            },
            deployments.DeploymentRollback: {
                "post": Operation(
                    "Go back to an earlier deployment", one(deployments.StartedOutput), body=deployments.RollbackBody
                ),
            },
            deployments.DeploymentDetail: {
                "get": Operation("Read a deployment", one(deployments.DeploymentDetailOutput)),
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
            DeviceLogList: {
                "get": Operation(
                    "An empty list, for clients that look for logs",
                    envelope("LogList", list=serializers.ListField(child=serializers.DictField(), max_length=0)),
                ),
            },
        },
    ),
    Section(
        "Releases",
        "The predecessor of deployments, kept for clients that know it. They change nothing on a device.",
        {
            releases.ReleaseList: {
                "get": Operation("List releases, newest first", page(releases.ReleaseOutput), Paging),
                "post": Operation("Create a release", one(releases.ReleaseOutput), body=releases.ReleaseBody),
            },
            releases.ReleaseDetail: {
                "get": Operation("Read a release", one(releases.ReleaseOutput)),
                "patch": Operation("Change a release", one(releases.ReleaseOutput), body=releases.ReleaseChanges),
                "delete": Operation("Delete a release", NOTHING),
            },
        },
    ),
    Section(
        "Certificates",
        "Certificates of authorities that sign the certificates of devices.",
        {
            certificates.CertificateList: {
                "get": Operation("List certificates, newest first", page(certificates.CertificateOutput), Paging),
                "post": Operation(
                    "Add a CA certificate", one(certificates.CertificateOutput), body=certificates.CertificateBody
                ),
            },
            certificates.CertificateDetail: {
                "get": Operation("Read a certificate", one(certificates.CertificateOutput)),
                "delete": Operation("Delete a certificate", NOTHING),
            },
        },
    ),
    Section(
        "Access",
        "API keys, members, organizations, and the trail of what they changed.",
        {
            whoami.WhoAmI: {"get": Operation("See whose key this is", one(whoami.WhoAmIOutput))},
            apikeys.ApiKeyList: {
                "get": Operation("List API keys, newest first", page(apikeys.ApiKeyOutput), Paging),
                "post": Operation("Create an API key", one(apikeys.NewApiKeyOutput), body=apikeys.ApiKeyBody),
            },
            apikeys.ApiKeyDetail: {
                "get": Operation("Read about an API key", one(apikeys.ApiKeyOutput)),
                "patch": Operation("Change an API key", one(apikeys.ApiKeyOutput), body=apikeys.ApiKeyChanges),
                "delete": Operation("Revoke an API key", NOTHING),
            },
            organizations.OrganizationList: {
                "get": Operation("List the organization of the key", whole(organizations.OrganizationOutput)),
                "post": Operation(
                    "Create an organization",
                    one(organizations.OrganizationOutput),
                    body=organizations.OrganizationBody,
                ),
            },
            organizations.OrganizationDetail: {
                "get": Operation("Read an organization", one(organizations.OrganizationOutput)),
            },
            organizations.MemberList: {
                "get": Operation("List members, newest first", whole(organizations.MemberOutput)),
                "post": Operation("Add a member", one(organizations.MemberOutput), body=organizations.MemberBody),
            },
            organizations.MemberDetail: {
                "get": Operation("Read a member", one(organizations.MemberOutput)),
                "patch": Operation(
                    "Change a member's role", one(organizations.MemberOutput), body=organizations.MemberChanges
                ),
                "delete": Operation("Remove a member", NOTHING),
            },
            audit.AuditList: {
                "get": Operation(
                    "List what was changed, newest first",
                    envelope("AuditPage", list=audit.AuditOutput(many=True), nextPageToken=Text()),
                    audit.AuditQuery,
                ),
            },
        },
    ),
)
