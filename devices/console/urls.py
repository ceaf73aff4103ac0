"""Addresses of pages about devices."""

from django.urls import path

from devices.console import views

app_name = "devices"
urlpatterns = [
    path("projects/<slug:project>/devices/", views.device_list, name="device-list"),
    path("projects/<slug:project>/devices/<slug:device_id>/", views.device_detail, name="device-detail"),
    path("projects/<slug:project>/devices/<slug:device_id>/assign/", views.device_assign, name="device-assign"),
    path("projects/<slug:project>/events/", views.event_list, name="event-list"),
]
