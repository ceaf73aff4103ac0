"""What devices should run."""

from deployments.api import artifacts, blueprints, cohorts, content, deployments, dry_runs, packages, uploads, versions
from devices.api import cohort_devices
from ota_console.api.fields import Query, Text
from ota_console.api.views import Paging
from ota_console.openapi.operations import NOTHING, Operation, Section, one, page

BARE = "Beside a file that is sent bare, as application/octet-stream."


class BareUploadQuery(Query):
    """What the other forms say in the body."""

    projectId = Text(required=False, help_text=BARE)
    package = Text(required=False, help_text=BARE)
    version = Text(required=False, help_text=BARE)
    blueprintId = Text(required=False, help_text=BARE)


FILE = {"type": "string", "format": "binary"}
BASE64 = {"type": "string", "contentEncoding": "base64", "minLength": 4, "description": "The file as standard base64."}


def _upload_fields(**more: object) -> dict[str, object]:
    text = {"type": "string", "minLength": 1}
    return {
        "projectId": text | {"description": "The project's id."},
        "package": text | {"default": "main", "description": "Created when there is none."},
        "version": text | {"description": "Free text of the characters that devices can ask for."},
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
                    BareUploadQuery,
                    bodies={
                        "application/json": _upload(content=BASE64),
                        "multipart/form-data": _upload(artifact=FILE),
                        "application/octet-stream": FILE,
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
)
