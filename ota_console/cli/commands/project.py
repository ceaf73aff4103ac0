"""ota project: what the key may see."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli.arguments import new_app
from ota_console.cli.client import path
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "ORGANIZATION", "CREATED"]


@app.command("list")
def list_projects(ctx: typer.Context) -> None:
    """List the projects of the key."""
    session = Session(ctx)
    session.screen.show_list(session.client.collection("projects"), COLUMNS, _rows)


def _rows(projects: list[Object]) -> Iterator[list[str]]:
    for project in projects:
        yield [project["id"], project["name"], project["organizationId"], local_time(project.get("createdAt"))]


@app.command("show")
def show_project(ctx: typer.Context, project_id: Annotated[str | None, typer.Argument(metavar="ID")] = None) -> None:
    """Show a project; without an id, the one in use."""
    session = Session(ctx)
    project = session.client.get(path("projects", project_id)) if project_id else session.project
    session.screen.show_object(
        project,
        [
            ("ID", project["id"]),
            ("Name", project["name"]),
            ("Organization", project["organizationId"]),
            ("Created", local_time(project.get("createdAt"))),
        ],
    )
