"""ota member: the people of the organization."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli.arguments import Role, new_app
from ota_console.cli.client import path
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

Person = Annotated[str, typer.Argument(metavar="NAME", help="The name they sign in with.")]
TheirRole = Annotated[Role, typer.Option("--role", help="What they may do in every project.")]


@app.command("list")
def list_members(ctx: typer.Context) -> None:
    """List the members of the organization."""
    session = Session(ctx)
    session.screen.show_list(session.client.collection(_where(session)), ["NAME", "ROLE", "SINCE"], _rows)


def _rows(members: list[Object]) -> Iterator[list[object]]:
    for member in members:
        yield [member["username"], member["role"], local_time(member.get("createdAt"))]


@app.command("add")
def add_member(ctx: typer.Context, name: Person, role: TheirRole = Role.VIEWER) -> None:
    """Make someone who can sign in a member."""
    session = Session(ctx)
    member = session.client.post(_where(session), {"username": name, "role": role})
    session.screen.say(f"{member['username']} is now {member['role']}.")
    session.screen.show_json(member)


@app.command("update")
def update_member(ctx: typer.Context, name: Person, role: TheirRole) -> None:
    """Change the role of a member."""
    session = Session(ctx)
    member = session.client.patch(_where(session, name), {"role": role})
    session.screen.say(f"{member['username']} is now {member['role']}.")
    session.screen.show_json(member)


@app.command("remove")
def remove_member(ctx: typer.Context, name: Person) -> None:
    """Take someone out of the organization."""
    session = Session(ctx)
    session.screen.confirm(f"Remove {name} from {session.organization_id}?")
    session.client.delete(_where(session, name))
    session.screen.say(f"Removed {name}.")


def _where(session: Session, *parts: str) -> str:
    return path("organizations", session.organization_id, "members", *parts)
