"""What happens to projects and keys."""

from dataclasses import dataclass

from ota_console.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ProjectCreated(Event):
    name = "project.created"
    object_type = "project"


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Event):
    name = "apikey.created"
    object_type = "apikey"


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event):
    name = "apikey.revoked"
    object_type = "apikey"
