"""Addresses of pages about packages, cohorts and deployments."""

from django.urls import path

from deployments.console import cohorts, deploy, deployments, packages

app_name = "deployments"
PROJECT = "projects/<slug:project>"
COHORT = f"{PROJECT}/cohorts/<slug:cohort_id>"

urlpatterns = [
    path(f"{PROJECT}/upload/", packages.artifact_upload, name="artifact-upload"),
    path(f"{PROJECT}/packages/", packages.package_list, name="package-list"),
    path(f"{PROJECT}/packages/<str:package>/", packages.package_detail, name="package-detail"),
    path(f"{PROJECT}/cohorts/", cohorts.cohort_list, name="cohort-list"),
    path(f"{PROJECT}/cohorts/create/", cohorts.cohort_create, name="cohort-create"),
    path(f"{COHORT}/", cohorts.cohort_detail, name="cohort-detail"),
    path(f"{COHORT}/devices/", cohorts.cohort_devices, name="cohort-devices"),
    path(f"{COHORT}/devices/add/", cohorts.cohort_add, name="cohort-add"),
    path(f"{COHORT}/devices/remove/", cohorts.cohort_remove, name="cohort-remove"),
    path(f"{COHORT}/settings/", cohorts.cohort_settings, name="cohort-settings"),
    path(f"{COHORT}/rename/", cohorts.cohort_rename, name="cohort-rename"),
    path(f"{COHORT}/delete/", cohorts.cohort_delete, name="cohort-delete"),
    path(f"{COHORT}/deploy/", deploy.deployment_prepare, name="deployment-prepare"),
    path(f"{COHORT}/deploy/review/", deploy.deployment_review, name="deployment-review"),
    path(f"{COHORT}/deploy/start/", deploy.deployment_start, name="deployment-start"),
    path(
        f"{COHORT}/deployments/<slug:deployment_id>/",
        deployments.deployment_detail,
        name="deployment-detail",
    ),
]
