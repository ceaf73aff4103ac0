"""What happens to organizations, members, projects and keys."""

from dataclasses import dataclass

from ota_console.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrganizationCreated(Event):
    name = "organization.created"
    object_type = "organization"


@dataclass(frozen=True, kw_only=True)
class OrganizationUpdated(Event):
    name = "organization.updated"
    object_type = "organization"


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Event):
    """`object_id` is the user name."""

    name = "member.added"
    object_type = "member"


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Event):
    name = "member.changed"
    object_type = "member"


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    name = "member.removed"
    object_type = "member"


@dataclass(frozen=True, kw_only=True)
class UserSaved(Event):
    """Someone's sign-in was made or changed; what changed is named, never a password."""

    name = "user.saved"
    object_type = "user"


@dataclass(frozen=True, kw_only=True)
class UserDeleted(Event):
    name = "user.deleted"
    object_type = "user"


@dataclass(frozen=True, kw_only=True)
class ProjectCreated(Event):
    name = "project.created"
    object_type = "project"


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Event):
    name = "apikey.created"
    object_type = "apikey"


@dataclass(frozen=True, kw_only=True)
class ApiKeyUpdated(Event):
    name = "apikey.updated"
    object_type = "apikey"


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event):
    name = "apikey.revoked"
    object_type = "apikey"
