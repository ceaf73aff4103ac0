"""Who acts: an operator, an API key or the system itself, with its grants resolved once where it enters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from ota_console.core.errors import Forbidden, NotFound


class Role(IntEnum):
    """What a member or key may do in a project; each role includes the ones before it."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


#: The least role each action asks for. An action not listed here does not exist.
REQUIRED_ROLE: Mapping[str, Role] = {
    "project.view": Role.VIEWER,
    "packages.edit": Role.OPERATOR,
    "artifacts.upload": Role.OPERATOR,
    "artifacts.delete": Role.OPERATOR,
    "cohorts.edit": Role.OPERATOR,
    "deployments.start": Role.OPERATOR,
    "blueprints.edit": Role.OPERATOR,
    "tags.edit": Role.OPERATOR,
    "devices.edit": Role.OPERATOR,
    "devices.delete": Role.OPERATOR,
    "credentials.view": Role.OPERATOR,
    "credentials.edit": Role.OPERATOR,
    "releases.edit": Role.OPERATOR,
    "certificates.edit": Role.OPERATOR,
    "audit.view": Role.OPERATOR,
    "apikeys.view": Role.ADMIN,
    "apikeys.edit": Role.ADMIN,
    "members.view": Role.ADMIN,
    "members.edit": Role.ADMIN,
    "organizations.create": Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """`grants` maps a project's primary key to the role held there; `is_system` may do everything."""

    kind: str
    name: str
    grants: Mapping[int, Role] = field(default_factory=dict)
    address: str = ""
    is_system: bool = False

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(kind="system", name=name, is_system=True)

    @property
    def project_ids(self) -> list[int]:
        return list(self.grants)

    def can(self, action: str, *, project: int) -> bool:
        needed = REQUIRED_ROLE[action]
        return self.is_system or self.grants.get(project, 0) >= needed

    def can_everywhere(self, action: str, *, projects: Sequence[int]) -> bool:
        """In each of these projects; never where there is none."""
        return self.is_system or (bool(projects) and all(self.can(action, project=project) for project in projects))

    def require(self, action: str, *, project: int) -> None:
        """Raise NotFound for a project the actor cannot see, Forbidden when its role is too small."""
        if self.can(action, project=project):
            return
        if project not in self.grants:
            raise NotFound("project not found")
        needed = REQUIRED_ROLE[action].name.lower()
        raise Forbidden(f"this needs the role {needed} in the project; ask one of its admins")
