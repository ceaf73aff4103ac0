"""ota tag: words to pick devices by."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Limit, Name, new_app
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

TagRef = Annotated[str, typer.Argument(metavar="TAG", help="Name or id.")]


@app.command("list")
def list_tags(ctx: typer.Context, limit: Limit = None) -> None:
    """List the tags, newest first."""
    session = Session(ctx)
    tags = session.client.collection(session.in_project("tags"), limit=limit)
    session.screen.show_list(tags, ["ID", "NAME", "CREATED"], _rows)


def _rows(tags: list[Object]) -> Iterator[list[object]]:
    for tag in tags:
        yield [tag["id"], tag["name"], local_time(tag["createdAt"])]


@app.command("show")
def show_tag(ctx: typer.Context, tag: TagRef) -> None:
    """Show a tag. `ota device list --tag TAG` lists the devices that have it."""
    session = Session(ctx)
    _show(session, resolve.tag(session, tag))


@app.command("create")
def create_tag(ctx: typer.Context, name: Name) -> None:
    """Create a tag."""
    session = Session(ctx)
    _show(session, session.client.post(session.in_project("tags"), {"name": name}))


@app.command("delete")
def delete_tag(ctx: typer.Context, tag: TagRef) -> None:
    """Delete a tag. Devices lose it."""
    session = Session(ctx)
    found = resolve.tag(session, tag)
    session.screen.confirm(f"Delete tag {found['name']}?")
    session.client.delete(session.in_project("tags", found["id"]))
    session.screen.say(f"Deleted tag {found['name']}.")


def _show(session: Session, tag: Object) -> None:
    lines = [("ID", tag["id"]), ("Name", tag["name"]), ("Created", local_time(tag["createdAt"]))]
    session.screen.show_object(tag, lines)
