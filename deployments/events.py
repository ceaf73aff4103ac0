"""What happens to desired state."""

from dataclasses import dataclass

from ota_console.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PackageCreated(Event):
    name = "package.created"
    object_type = "package"


@dataclass(frozen=True, kw_only=True)
class PackageUpdated(Event):
    name = "package.updated"
    object_type = "package"


@dataclass(frozen=True, kw_only=True)
class PackageDeleted(Event):
    name = "package.deleted"
    object_type = "package"


@dataclass(frozen=True, kw_only=True)
class VersionNoted(Event):
    """`object_id` is `package@version`."""

    name = "version.noted"
    object_type = "version"


@dataclass(frozen=True, kw_only=True)
class ArtifactUploaded(Event):
    name = "artifact.uploaded"
    object_type = "artifact"


@dataclass(frozen=True, kw_only=True)
class ArtifactDeleted(Event):
    name = "artifact.deleted"
    object_type = "artifact"


@dataclass(frozen=True, kw_only=True)
class CohortCreated(Event):
    name = "cohort.created"
    object_type = "cohort"


@dataclass(frozen=True, kw_only=True)
class CohortRenamed(Event):
    name = "cohort.renamed"
    object_type = "cohort"


@dataclass(frozen=True, kw_only=True)
class CohortDeleted(Event):
    name = "cohort.deleted"
    object_type = "cohort"

    cohort_pk: int


@dataclass(frozen=True, kw_only=True)
class DeploymentStarted(Event):
    """`object_id` is the deployment; `cohort_id` is the public id of its cohort."""

    name = "deployment.started"
    object_type = "deployment"

    cohort_pk: int
    cohort_id: str


@dataclass(frozen=True, kw_only=True)
class BlueprintCreated(Event):
    name = "blueprint.created"
    object_type = "blueprint"


@dataclass(frozen=True, kw_only=True)
class BlueprintDeleted(Event):
    name = "blueprint.deleted"
    object_type = "blueprint"
