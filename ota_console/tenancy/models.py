"""Who owns what and who may act: organizations, projects, members, API keys, and the trail of what they did."""

import hashlib
import re
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models

from ota_console.core.actors import Actor, Role
from ota_console.core.ids import new_public_id

SLUG = RegexValidator(
    re.compile(r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"),
    "Use 1 to 63 lower-case letters, digits and hyphens, not starting or ending with a hyphen.",
)
ROLE_CHOICES = [(role.value, role.name.lower()) for role in Role]


class User(AbstractUser):
    """Someone who signs in. What they may do follows from their memberships."""


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those with a project that the actor may see."""
        return self if actor.is_system else self.filter(projects__in=actor.project_ids).distinct()


class Organization(models.Model):
    slug = models.CharField(max_length=63, unique=True, validators=[SLUG])
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(pk__in=actor.project_ids)


class Project(models.Model):
    """The border of everything: devices, packages and cohorts belong to exactly one project."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="projects")
    slug = models.CharField(max_length=63, unique=True, validators=[SLUG], editable=False)
    name = models.CharField(max_length=200)
    last_sequence_number = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """The role of a user in every project of an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(choices=ROLE_CHOICES, default=Role.VIEWER.value)
    created_at = models.DateTimeField(auto_now_add=True, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}: {self.get_role_display()}"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)

    def live(self) -> Self:
        """Those that were not revoked; they may have expired."""
        return self.filter(revoked_at=None)


class ApiKey(models.Model):
    """A key for automation, valid in one project. Only its hash is kept: the key is shown once."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    role = models.PositiveSmallIntegerField(choices=ROLE_CHOICES, default=Role.OPERATOR.value)
    tags = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_of(secret: str) -> str:
        """A plain SHA-256: the key has 190 random bits, so there is nothing to guess and every request pays for it."""
        return hashlib.sha256(secret.encode()).hexdigest()


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project_id__in=actor.project_ids)


class AuditEntry(models.Model):
    """One change, by whom, written in the transaction that made it. No foreign keys: the trail outlives its objects.

    What happens to a whole organization, such as a new member, has an `organization_id` in place of a `project_id`.
    """

    project_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=16)
    actor_name = models.CharField(max_length=200)
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=255)
    changes = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [
            models.Index(fields=["project_id", "-id"], name="audit_by_project"),
            models.Index(fields=["project_id", "object_type", "object_id", "-id"], name="audit_by_object"),
            models.Index(fields=["organization_id", "-id"], name="audit_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id} by {self.actor_name}"
