"""What Django admin pages share: support staff look, and act through the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ota_console.core.actors import Actor


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows and changes none; what may be done is an action that calls a service."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def staff(request: HttpRequest) -> Actor:
    """Support staff act in every project, under their own name."""
    address = request.META.get("REMOTE_ADDR", "")
    return Actor(kind="staff", name=request.user.get_username(), address=address, is_system=True)
