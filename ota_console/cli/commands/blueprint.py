"""ota blueprint: kinds of devices."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Limit, Name, new_app
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

BlueprintRef = Annotated[str, typer.Argument(metavar="BLUEPRINT", help="Name or id.")]


@app.command("list")
def list_blueprints(ctx: typer.Context, limit: Limit = None) -> None:
    """List the blueprints, newest first."""
    session = Session(ctx)
    blueprints = session.client.collection(session.in_project("blueprints"), limit=limit)
    session.screen.show_list(blueprints, ["ID", "NAME", "BOARD", "PLATFORM", "CREATED"], _rows)


def _rows(blueprints: list[Object]) -> Iterator[list[object]]:
    for blueprint in blueprints:
        yield [
            blueprint["id"],
            blueprint["name"],
            blueprint.get("boardId"),
            blueprint.get("platform"),
            local_time(blueprint["createdAt"]),
        ]


@app.command("show")
def show_blueprint(ctx: typer.Context, blueprint: BlueprintRef) -> None:
    """Show a blueprint."""
    session = Session(ctx)
    _show(session, resolve.blueprint(session, blueprint))


@app.command("create")
def create_blueprint(
    ctx: typer.Context,
    name: Name,
    board: Annotated[str | None, typer.Option(metavar="B", help="The board that such devices have.")] = None,
    platform: Annotated[str | None, typer.Option(metavar="P", help="What they run on.")] = None,
) -> None:
    """Create a blueprint."""
    session = Session(ctx)
    body = {"name": name, "boardId": board, "platform": platform}
    _show(session, session.client.post(session.in_project("blueprints"), body))


@app.command("delete")
def delete_blueprint(ctx: typer.Context, blueprint: BlueprintRef) -> None:
    """Delete a blueprint. Refused while an artifact is for it."""
    session = Session(ctx)
    found = resolve.blueprint(session, blueprint)
    session.screen.confirm(f"Delete blueprint {found['name']}?")
    session.client.delete(session.in_project("blueprints", found["id"]))
    session.screen.say(f"Deleted blueprint {found['name']}.")


def _show(session: Session, blueprint: Object) -> None:
    session.screen.show_object(
        blueprint,
        [
            ("ID", blueprint["id"]),
            ("Name", blueprint["name"]),
            ("Board", blueprint.get("boardId")),
            ("Platform", blueprint.get("platform")),
            ("Created", local_time(blueprint["createdAt"])),
        ],
    )
