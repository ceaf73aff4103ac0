"""ota whoami: where commands go."""

import os

import typer

from ota_console.cli.arguments import new_app
from ota_console.cli.config import profile_name
from ota_console.cli.session import Session

app = new_app()


@app.command()
def whoami(ctx: typer.Context) -> None:
    """Show the server, project and organization in use; asks the server, so the key is checked too."""
    session = Session(ctx)
    project = session.project
    session.screen.show_object(
        {"url": session.url, "project": project},
        [
            ("Server", session.url),
            ("Project", f"{project['id']} ({project['name']})"),
            ("Organization", project["organizationId"]),
            ("Roles", ", ".join(project.get("roles") or [])),
            ("Profile", profile_name(session.options, os.environ)),
        ],
    )
