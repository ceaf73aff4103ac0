"""Addresses under /v1 about desired state."""

from django.urls import include, path

from deployments.api import artifacts, blueprints, cohorts, content, deployments, dry_runs, packages, uploads, versions

_IN_ORGANIZATION = [
    path("packages", packages.PackageList.as_view(), name="package-list"),
    path("packages/<str:package>", packages.PackageDetail.as_view(), name="package-detail"),
    path("packages/<str:package>/versions", versions.VersionList.as_view(), name="version-list"),
    path("packages/<str:package>/versions/<str:version>", versions.VersionDetail.as_view(), name="version-detail"),
    path("cohorts", cohorts.CohortList.as_view(), name="cohort-list"),
    path("cohorts/<str:cohort>", cohorts.CohortDetail.as_view(), name="cohort-detail"),
    path("cohorts/<str:cohort>/deployments", deployments.DeploymentList.as_view(), name="deployment-list"),
    path("cohorts/<str:cohort>/deployments/dry-run", dry_runs.DeploymentDryRun.as_view(), name="deployment-dry-run"),
    path("cohorts/<str:cohort>/rollback", deployments.DeploymentRollback.as_view(), name="deployment-rollback"),
    path(
        "cohorts/<str:cohort>/deployments/<str:deployment>",
        deployments.DeploymentDetail.as_view(),
        name="deployment-detail",
    ),
]
urlpatterns = [
    path("artifacts", uploads.ArtifactUpload.as_view(), name="artifact-upload"),
    path("projects/<str:project>/artifacts", artifacts.ArtifactList.as_view(), name="artifact-list"),
    path("projects/<str:project>/artifacts/<str:artifact>", artifacts.ArtifactDetail.as_view(), name="artifact-detail"),
    path(
        "projects/<str:project>/artifacts/<str:artifact>/content",
        content.ArtifactContent.as_view(),
        name="artifact-content",
    ),
    path("projects/<str:project>/blueprints", blueprints.BlueprintList.as_view(), name="blueprint-list"),
    path(
        "projects/<str:project>/blueprints/<str:blueprint>",
        blueprints.BlueprintDetail.as_view(),
        name="blueprint-detail",
    ),
    path("organizations/<str:organization>/projects/<str:project>/", include(_IN_ORGANIZATION)),
]
