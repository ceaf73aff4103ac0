"""What a command works with: the screen, the server, and the project it speaks about."""

import os
from functools import cached_property

import typer

from ota_console.cli.client import Client, path
from ota_console.cli.config import connection
from ota_console.cli.errors import NotFound
from ota_console.cli.options import Options
from ota_console.cli.output import Screen
from ota_console.cli.wire import Object


class Session:
    """Built by each command from its context. The server is not asked before something of it is needed."""

    def __init__(self, ctx: typer.Context) -> None:
        self.options = ctx.ensure_object(Options)
        self.screen = Screen(self.options)
        self._connection = connection(self.options, os.environ)
        self.client = Client(self._connection.url, self._connection.api_key)

    @property
    def url(self) -> str:
        return self._connection.url

    @cached_property
    def project(self) -> Object:
        """The project as the server describes it: the one asked for, else the first that the key may see."""
        if self._connection.project:
            return self.client.get(path("projects", self._connection.project))
        return first_project(self.client)

    @property
    def project_id(self) -> str:
        return self._connection.project or str(self.project["id"])

    @property
    def organization_id(self) -> str:
        return self._connection.organization or str(self.project["organizationId"])

    def in_project(self, *parts: str) -> str:
        """The path of a device, credential, artifact, blueprint or tag (`P` in contract/rest.md §2)."""
        return path("projects", self.project_id, *parts)

    def in_organization(self, *parts: str) -> str:
        """The path of a package, cohort, deployment or OTA event (`O` in contract/rest.md §2)."""
        return path("organizations", self.organization_id, "projects", self.project_id, *parts)


def first_project(client: Client) -> Object:
    projects = client.collection("projects")
    if not projects:
        raise NotFound("This key belongs to no project.")
    return projects[0]
