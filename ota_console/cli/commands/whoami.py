"""ota whoami: where commands go, and with which key."""

import os

import typer

from ota_console.cli.arguments import new_app
from ota_console.cli.client import path
from ota_console.cli.config import profile_name
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session

app = new_app()


@app.command()
def whoami(ctx: typer.Context) -> None:
    """Show the server, project and organization in use, and the key; asks the server, so the key is checked too."""
    session = Session(ctx)
    project = session.project
    key = session.client.get(path("whoami"))
    session.screen.show_object(
        {"url": session.url, "project": project, "key": key},
        [
            ("Server", session.url),
            ("Project", f"{project['id']} ({project['name']})"),
            ("Organization", project["organizationId"]),
            ("Key", key["name"]),
            ("Role", key["role"]),
            ("Expires", local_time(key.get("expiresAt"))),
            ("Profile", profile_name(session.options, os.environ)),
        ],
    )
