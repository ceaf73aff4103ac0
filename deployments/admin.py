"""Desired state in Django admin."""

from django.contrib import admin

from deployments.models import Artifact, Blueprint, Cohort, Deployment, Package, Version
from ota_console.admin import ReadOnlyAdmin


@admin.register(Package)
class PackageAdmin(ReadOnlyAdmin):
    list_display = ("name", "project", "description", "updated_at")
    list_select_related = ("project",)
    search_fields = ("name", "project__slug")


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ("label", "package", "created_by", "created_at")
    list_select_related = ("package",)
    search_fields = ("label", "package__name")


@admin.register(Artifact)
class ArtifactAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "version", "blueprint", "size", "kind", "created_at")
    list_select_related = ("version__package", "blueprint")
    list_filter = ("kind",)
    search_fields = ("public_id", "sha256", "version__label", "version__package__name")


@admin.register(Blueprint)
class BlueprintAdmin(ReadOnlyAdmin):
    list_display = ("name", "project", "board_id", "platform")
    list_select_related = ("project",)
    search_fields = ("public_id", "name")


@admin.register(Cohort)
class CohortAdmin(ReadOnlyAdmin):
    list_display = ("name", "public_id", "project", "active_deployment", "deleted_at")
    list_select_related = ("project", "active_deployment")
    search_fields = ("public_id", "name")


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    list_display = ("name", "public_id", "cohort", "sequence_number", "created_by", "created_at")
    list_select_related = ("cohort",)
    search_fields = ("public_id", "name", "=sequence_number")
    exclude = ("manifest_cbor", "manifest_json")
