"""Addresses under /v1 about devices and what they report."""

from django.urls import include, path

from devices.api import (
    certificates,
    cohort_devices,
    credentials,
    devices,
    event_stream,
    events,
    firmware_logs,
    imports,
    metrics,
    provisioning,
    releases,
    stats,
    tags,
    usage,
)

_IN_PROJECT = [
    path("devices", devices.DeviceList.as_view(), name="device-list"),
    path("devices/import", imports.DeviceImport.as_view(), name="device-import"),
    path("devices/<str:device>", devices.DeviceDetail.as_view(), name="device-detail"),
    path("devices/<str:device>/credentials", credentials.CredentialList.as_view(), name="credential-list"),
    path(
        "devices/<str:device>/credentials/<str:credential>",
        credentials.CredentialDetail.as_view(),
        name="credential-detail",
    ),
    path("devices/<str:device>/provisioning", provisioning.DeviceProvisioning.as_view(), name="device-provisioning"),
    path("provisioning", provisioning.Provisioning.as_view(), name="provisioning"),
    path("credentials", provisioning.ProjectCredentialList.as_view(), name="project-credential-list"),
    path(
        "credentials/<str:credential>",
        provisioning.ProjectCredentialDetail.as_view(),
        name="project-credential-detail",
    ),
    path("tags", tags.TagList.as_view(), name="tag-list"),
    path("tags/<str:tag>", tags.TagDetail.as_view(), name="tag-detail"),
    path("releases", releases.ReleaseList.as_view(), name="release-list"),
    path("releases/<str:release>", releases.ReleaseDetail.as_view(), name="release-detail"),
    path("certificates", certificates.CertificateList.as_view(), name="certificate-list"),
    path("certificates/<str:certificate>", certificates.CertificateDetail.as_view(), name="certificate-detail"),
    path("usage", usage.UsageList.as_view(), name="usage-list"),
    path("metrics", metrics.ProjectMetrics.as_view(), name="metrics"),
    path("firmware/logs", firmware_logs.FirmwareLogList.as_view(), name="firmware-log-list"),
]
_IN_COHORT = [
    path("devices", cohort_devices.CohortDeviceList.as_view(), name="cohort-device-list"),
    path("devices/add", cohort_devices.CohortDeviceAdd.as_view(), name="cohort-device-add"),
    path("devices/remove", cohort_devices.CohortDeviceRemove.as_view(), name="cohort-device-remove"),
]
urlpatterns = [
    path("projects/<str:project>/", include(_IN_PROJECT)),
    path("organizations/<str:organization>/projects/<str:project>/cohorts/<str:cohort>/", include(_IN_COHORT)),
    path(
        "organizations/<str:organization>/projects/<str:project>/ota-events",
        events.OtaEventList.as_view(),
        name="event-list",
    ),
    path(
        "organizations/<str:organization>/projects/<str:project>/ota-events/stream",
        event_stream.OtaEventStream.as_view(),
        name="event-stream",
    ),
    path(
        "organizations/<str:organization>/projects/<str:project>/ota-events/stats",
        stats.OtaEventStats.as_view(),
        name="event-stats",
    ),
]
