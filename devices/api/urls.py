"""Addresses under /v1 about devices and what they report."""

from django.urls import include, path

from devices.api import credentials, devices, events

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
urlpatterns = [
    path("projects/<str:project>/", include(_IN_PROJECT)),
    path(
        "organizations/<str:organization>/projects/<str:project>/ota-events",
        events.OtaEventList.as_view(),
        name="event-list",
    ),
]
