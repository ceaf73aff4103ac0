"""ota audit: who changed what."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ota_console.cli.arguments import Limit, Since, Until, new_app
from ota_console.cli.formats import NOTHING, local_time, moment
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["TIME", "ACTOR", "ADDRESS", "ACTION", "OBJECT", "CHANGES"]
PAGE = 500  # entries fetched at a time


@app.command()
def audit(
    ctx: typer.Context,
    actor: Annotated[str | None, typer.Option(metavar="NAME", help="Only by this user or key.")] = None,
    action: Annotated[str | None, typer.Option(metavar="A", help="Only this, for example deployment.started.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="T", help="Only of such objects.")] = None,
    object_: Annotated[str | None, typer.Option("--object", metavar="ID", help="Only of this object.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
) -> None:
    """List who changed what in the project, newest first."""
    session = Session(ctx)
    query = {
        "actor": actor,
        "action": action,
        "objectType": type_,
        "objectId": object_,
        "startTime": moment(since) if since else None,
        "endTime": moment(until) if until else None,
        "limit": min(limit or PAGE, PAGE),
    }
    session.screen.show_list(session.client.collection(session.in_project("audit"), query, limit), COLUMNS, _rows)


def _rows(entries: list[Object]) -> Iterator[list[object]]:
    for entry in entries:
        yield [
            local_time(entry["timestamp"]),
            f"{entry['actor']} ({entry['actorKind']})",
            entry["address"],
            entry["action"],
            f"{entry['objectType']} {entry['objectId']}",
            "; ".join(_change(*change) for change in sorted((entry.get("changes") or {}).items())),
        ]


def _change(field: str, values: Any) -> str:
    """Most are what was before and what is after."""
    if isinstance(values, list) and len(values) == 2:
        return f"{field}: {_value(values[0])} → {_value(values[1])}"
    return f"{field}: {_value(values)}"


def _value(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
