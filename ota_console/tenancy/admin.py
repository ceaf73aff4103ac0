"""Tenancy in Django admin. What staff change here leaves its row in the trail, as everywhere."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.http import HttpRequest

from ota_console.admin import ReadOnlyAdmin, staff
from ota_console.core.actors import Role
from ota_console.core.errors import DomainError
from ota_console.core.events import publish
from ota_console.tenancy.events import OrganizationCreated, OrganizationUpdated, UserDeleted, UserSaved
from ota_console.tenancy.models import ApiKey, AuditEntry, Membership, Organization, Project, User
from ota_console.tenancy.services import add_member, change_member, remove_member


@admin.register(User)
class PeopleAdmin(UserAdmin):  # type: ignore[type-arg]
    """Django calls the `log_` methods for every change there is, that of a password included."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._publish(request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._publish(request, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        with transaction.atomic():
            for user in queryset:
                publish(UserDeleted(object_id=user.get_username(), actor=staff(request)))
        return super().log_deletions(request, queryset)

    def _publish(self, request: HttpRequest, user: User, message: Any) -> None:
        with transaction.atomic():
            publish(UserSaved(object_id=user.get_username(), actor=staff(request), changes={"what": message}))


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "name", "created_at")
    search_fields = ("slug", "name")
    inlines = (MembershipInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changes = {name: [form.initial.get(name), form.cleaned_data[name]] for name in form.changed_data}
        if changes:
            event = OrganizationUpdated if change else OrganizationCreated
            publish(event(organization_id=obj.pk, object_id=obj.slug, actor=staff(request), changes=changes))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Members are changed by the services; what these refuse is told and left as it was."""
        formset.save(commit=False)
        try:
            with transaction.atomic():
                self._save_members(request, formset)
        except DomainError as error:
            messages.error(request, error.message)

    def _save_members(self, request: HttpRequest, formset: Any) -> None:
        actor = staff(request)
        for member in formset.new_objects:
            username = member.user.get_username()
            add_member(organization=member.organization, username=username, role=Role(member.role), actor=actor)
        for member, _ in formset.changed_objects:
            change_member(membership=member, role=Role(member.role), actor=actor)
        for member in formset.deleted_objects:
            remove_member(membership=member, actor=actor)


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
