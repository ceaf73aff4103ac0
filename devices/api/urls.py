"""Addresses under /v1 about devices and what they report."""

from django.urls import include, path

from devices.api import cohort_devices, credentials, devices, events

_IN_PROJECT = [
    path("devices", devices.DeviceList.as_view(), name="device-list"),
    path("devices/<str:device>", devices.DeviceDetail.as_view(), name="device-detail"),
    path("devices/<str:device>/credentials", credentials.CredentialList.as_view(), name="credential-list"),
    path(
        "devices/<str:device>/credentials/<str:credential>",
        credentials.CredentialDetail.as_view(),
        name="credential-detail",
    ),
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
]
