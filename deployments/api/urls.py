"""Addresses under /v1 about desired state."""

from django.urls import include, path

from deployments.api import artifacts, cohorts, deployments, packages, uploads

_IN_ORGANIZATION = [
    path("packages", packages.PackageList.as_view(), name="package-list"),
    path("packages/<str:package>", packages.PackageDetail.as_view(), name="package-detail"),
    path("cohorts", cohorts.CohortList.as_view(), name="cohort-list"),
    path("cohorts/<str:cohort>", cohorts.CohortDetail.as_view(), name="cohort-detail"),
    path("cohorts/<str:cohort>/deployments", deployments.DeploymentList.as_view(), name="deployment-list"),
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
    path("organizations/<str:organization>/projects/<str:project>/", include(_IN_ORGANIZATION)),
]
