"""ota event: what devices reported about their updates."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Limit, new_app
from ota_console.cli.formats import STATES, local_time, moment
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["TIME", "DEVICE", "PACKAGE", "TYPE", "REASON", "CURRENT", "TARGET"]
PAGE = 500  # events fetched at a time
FEW = 20  # up to here asking for each device is quicker than reading the whole fleet's names


@app.callback()
def _event() -> None:
    """What devices reported about their updates."""


@app.command("list")
def list_events(
    ctx: typer.Context,
    device: Annotated[str | None, typer.Option(metavar="D", help="Name or id.")] = None,
    cohort: Annotated[str | None, typer.Option(metavar="C", help="Name or id.")] = None,
    package: Annotated[str | None, typer.Option(metavar="P", help="The package's id.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="T", help=f"One of {', '.join(STATES.values())}.")
    ] = None,
    reason: Annotated[int | None, typer.Option(metavar="N", help="A reason's number.")] = None,
    since: Annotated[str | None, typer.Option(metavar="T", help="From when: 90m, 1h, 7d ago, or an ISO time.")] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="Until when, written likewise.")] = None,
    limit: Limit = None,
) -> None:
    """List OTA events, newest first."""
    session = Session(ctx)
    query = {
        "deviceId": resolve.device(session, device)["id"] if device else None,
        "cohortId": resolve.cohort(session, cohort)["cohortId"] if cohort else None,
        "packageId": package,
        "eventType": type_.upper() if type_ else None,
        "status": reason,
        "startTime": moment(since) if since else None,
        "endTime": moment(until) if until else None,
        "limit": min(limit or PAGE, PAGE),
    }
    events = session.client.collection(session.in_organization("ota-events"), query, limit)

    def rows(events: list[Object]) -> Iterator[list[object]]:
        names = _names(session, {event["deviceId"] for event in events})
        for event in events:
            yield [
                local_time(event["timestamp"]),
                names.get(event["deviceId"], event["deviceId"]),
                event["packageId"],
                event["eventType"],
                f"{event['status']} {event['message']}",
                event["currentVersion"],
                event["targetVersion"],
            ]

    session.screen.show_list(events, COLUMNS, rows)


def _names(session: Session, ids: set[str]) -> dict[str, str]:
    """Device names by id, of those that still exist."""
    devices = session.client.collection(session.in_project("devices")) if len(ids) > FEW else _each(session, ids)
    return {device["id"]: device["name"] for device in devices}


def _each(session: Session, ids: set[str]) -> list[Object]:
    found = [session.client.find(session.in_project("devices", one)) for one in ids]
    return [device for device in found if device]
