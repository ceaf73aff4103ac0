"""Tenancy in Django admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from ota_console.admin import ReadOnlyAdmin
from ota_console.tenancy.models import ApiKey, AuditEntry, Membership, Organization, Project, User

admin.site.register(User, UserAdmin)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "name", "created_at")
    search_fields = ("slug", "name")
    inlines = (MembershipInline,)


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    list_display = ("slug", "name", "organization", "created_at")
    list_select_related = ("organization",)
    search_fields = ("slug", "name")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("name", "project", "role", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("project",)
    list_filter = ("role",)
    search_fields = ("name", "public_id", "project__slug")
    exclude = ("key_hash",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "action", "object_type", "object_id")
    list_filter = ("action",)
    search_fields = ("object_id", "actor_name")
