"""ota event: what devices reported about their updates."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Limit, Since, Until, new_app
from ota_console.cli.client import Query
from ota_console.cli.errors import Usage
from ota_console.cli.following import follow
from ota_console.cli.formats import STATES, local_time, moment
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

WIDTHS = {"TIME": 19, "DEVICE": 20, "PACKAGE": 12, "TYPE": 11, "REASON": 31, "CURRENT": 12, "TARGET": 12}
PAGE = 500  # events fetched at a time
FEW = 20  # up to here asking for each device is quicker than reading the whole fleet's names

Device = Annotated[str | None, typer.Option("--device", metavar="D", help="Name or id.")]
Cohort = Annotated[str | None, typer.Option("--cohort", metavar="C", help="Name or id.")]


@app.command("list")
def list_events(
    ctx: typer.Context,
    device: Device = None,
    cohort: Cohort = None,
    package: Annotated[str | None, typer.Option(metavar="P", help="The package's id.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="T", help=f"One of {', '.join(STATES.values())}.")
    ] = None,
    reason: Annotated[int | None, typer.Option(metavar="N", help="A reason's number.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    following: Annotated[
        bool, typer.Option("--follow", help="Print new events as they happen, until --limit or Ctrl-C.")
    ] = False,
) -> None:
    """List OTA events, newest first."""
    if following and (since or until):
        raise Usage("--follow prints what is new: it takes neither --since nor --until.")
    session = Session(ctx)
    query = _about(session, device, cohort) | {
        "packageId": package,
        "eventType": type_.upper() if type_ else None,
        "status": reason,
        "startTime": moment(since) if since else None,
        "endTime": moment(until) if until else None,
    }
    if following:
        _follow(session, query, limit)
    else:
        _list(session, query, limit)


def _about(session: Session, device: str | None, cohort: str | None) -> dict[str, str | int | None]:
    return {
        "deviceId": resolve.device(session, device)["id"] if device else None,
        "cohortId": resolve.cohort(session, cohort)["cohortId"] if cohort else None,
    }


def _list(session: Session, query: dict[str, str | int | None], limit: int | None) -> None:
    query = query | {"limit": min(limit or PAGE, PAGE)}
    events = session.client.collection(session.in_organization("ota-events"), query, limit)

    def rows(events: list[Object]) -> Iterator[list[object]]:
        names = _names(session, {event["deviceId"] for event in events})
        return (_row(event, names.get(event["deviceId"])) for event in events)

    session.screen.show_list(events, list(WIDTHS), rows)


def _follow(session: Session, query: Query, limit: int | None) -> None:
    names: dict[str, str] = {}

    def row(event: Object) -> list[object]:
        if event["deviceId"] not in names:
            names.update(_names(session, {event["deviceId"]}))
        return _row(event, names.get(event["deviceId"]))

    where = session.in_organization("ota-events", "stream")
    events = follow(session.client, where, query, session.screen.say)
    with suppress(KeyboardInterrupt):
        session.screen.show_lines(islice(events, limit), WIDTHS, row)


def _row(event: Object, name: str | None) -> list[object]:
    return [
        local_time(event["timestamp"]),
        name or event["deviceId"],
        event["packageId"],
        event["eventType"],
        f"{event['status']} {event['message']}",
        event["currentVersion"],
        event["targetVersion"],
    ]


@app.command("stats")
def show_stats(
    ctx: typer.Context,
    device: Device = None,
    cohort: Cohort = None,
    since: Since = "24h",
    until: Until = None,
    limit: Limit = None,
) -> None:
    """Count the events of each span of time, by type."""
    session = Session(ctx)
    query = _about(session, device, cohort) | {
        "startTime": moment(since) if since else None,
        "endTime": moment(until) if until else None,
    }
    spans = session.client.collection(session.in_organization("ota-events", "stats"), query, limit)
    session.screen.show_list(spans, ["FROM", *STATES.values()], _stats_rows)


def _stats_rows(spans: list[Object]) -> Iterator[list[object]]:
    for span in spans:
        counts = {one["eventType"]: one["count"] for one in span["stats"]}
        yield [local_time(span["timestamp"]), *(counts.get(state, 0) for state in STATES.values())]


def _names(session: Session, ids: set[str]) -> dict[str, str]:
    """Device names by id, of those that still exist."""
    devices = session.client.collection(session.in_project("devices")) if len(ids) > FEW else _each(session, ids)
    return {device["id"]: device["name"] for device in devices}


def _each(session: Session, ids: set[str]) -> list[Object]:
    found = [session.client.find(session.in_project("devices", one)) for one in ids]
    return [device for device in found if device]
