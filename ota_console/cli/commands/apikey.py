"""ota apikey: the keys that programs sign in with."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Limit, Role, new_app
from ota_console.cli.formats import later, local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "ROLE", "EXPIRES", "LAST USED", "CREATED"]


@app.command("list")
def list_keys(ctx: typer.Context, limit: Limit = None) -> None:
    """List the API keys of the project, newest first. The keys themselves are not kept."""
    session = Session(ctx)
    session.screen.show_list(session.client.collection(session.in_project("apikeys"), limit=limit), COLUMNS, _rows)


def _rows(keys: list[Object]) -> Iterator[list[object]]:
    for key in keys:
        yield [
            key["id"],
            key["name"],
            key["role"],
            local_time(key.get("expiresAt")),
            local_time(key.get("lastUsedAt")),
            local_time(key["createdAt"]),
        ]


@app.command("create")
def create_key(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option(metavar="N", help="What it is for.")] = None,
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.OPERATOR,
    expires: Annotated[str | None, typer.Option(metavar="T", help="After 30d, 12h, or at an ISO time.")] = None,
) -> None:
    """Create an API key, and print it: it is shown this once."""
    session = Session(ctx)
    body = {"role": role} | ({"name": name} if name else {}) | ({"expiresAt": later(expires)} if expires else {})
    key = session.client.post(session.in_project("apikeys"), body)
    session.screen.show_object(
        key,
        [
            ("ID", key["id"]),
            ("Name", key["name"]),
            ("Role", key["role"]),
            ("Expires", local_time(key.get("expiresAt"))),
            ("Key", key["key"]),
        ],
    )


@app.command("delete")
def delete_key(ctx: typer.Context, key: Annotated[str, typer.Argument(metavar="ID", help="Id or name.")]) -> None:
    """Delete an API key. It is refused from then on."""
    session = Session(ctx)
    found = resolve.api_key(session, key)
    session.screen.confirm(f"Delete API key {found['name']}?")
    session.client.delete(session.in_project("apikeys", found["id"]))
    session.screen.say(f"Deleted API key {found['name']}.")
