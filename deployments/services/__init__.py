"""Everything that changes desired state. Each service checks the actor, changes, and publishes its event."""

from deployments.services.artifacts import create_artifact, delete_artifact, require_upload
from deployments.services.blobs import ArtifactWriter, Blob, remove_orphans
from deployments.services.blueprints import create_blueprint, delete_blueprint
from deployments.services.cohorts import create_cohort, delete_cohort, rename_cohort
from deployments.services.deployments import roll_back, start_deployment
from deployments.services.packages import create_package, delete_package, note_version, update_package

__all__ = [
    "ArtifactWriter",
    "Blob",
    "create_artifact",
    "create_blueprint",
    "create_cohort",
    "create_package",
    "delete_artifact",
    "delete_blueprint",
    "delete_cohort",
    "delete_package",
    "note_version",
    "remove_orphans",
    "rename_cohort",
    "require_upload",
    "roll_back",
    "start_deployment",
    "update_package",
]
