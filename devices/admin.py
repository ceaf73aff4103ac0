"""Devices and what they reported, in Django admin."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from devices.models import Credential, Device, OtaEvent, PackageState, Tag, Usage
from devices.services import update_device
from ota_console.admin import ReadOnlyAdmin, staff


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("name", "public_id", "project", "cohort", "enabled", "last_seen_at")
    list_select_related = ("project", "cohort")
    list_filter = ("enabled",)
    search_fields = ("public_id", "name", "hardware_ids__value")
    actions = ("enable", "disable", "take_out_of_cohort")

    @admin.action(description="Enable the selected devices")
    def enable(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        for device in devices:
            update_device(device=device, enabled=True, actor=staff(request))
        messages.success(request, "Enabled.")

    @admin.action(description="Disable the selected devices: their sessions end")
    def disable(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        for device in devices:
            update_device(device=device, enabled=False, actor=staff(request))
        messages.success(request, "Disabled.")

    @admin.action(description="Take the selected devices out of their cohorts")
    def take_out_of_cohort(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        for device in devices:
            update_device(device=device, cohort=None, actor=staff(request))
        messages.success(request, "Taken out of their cohorts.")


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    list_display = ("identity", "device", "created_at")
    list_select_related = ("device",)
    search_fields = ("identity", "device__name")
    exclude = ("sealed_key",)


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    list_display = ("name", "project", "created_at")
    list_select_related = ("project",)
    search_fields = ("public_id", "name")


@admin.register(PackageState)
class PackageStateAdmin(ReadOnlyAdmin):
    list_display = ("device", "package", "version", "target", "state", "reason", "reported_at")
    list_select_related = ("device",)
    search_fields = ("device__name", "package", "version")


@admin.register(OtaEvent)
class OtaEventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "device_id", "package", "state", "reason", "version", "target")
    search_fields = ("=device_id", "=cohort_id", "=deployment_id", "=package")


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    list_display = ("project", "month", "bytes_delivered", "devices_updated")
    list_select_related = ("project",)
    search_fields = ("project__slug",)
