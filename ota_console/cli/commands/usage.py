"""ota usage: what was delivered, month by month."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli.arguments import new_app
from ota_console.cli.formats import size
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["MONTH", "DELIVERED", "DEVICES UPDATED"]


@app.command()
def usage(
    ctx: typer.Context,
    start: Annotated[str | None, typer.Option("--from", metavar="MONTH", help="For example 2026-01.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="MONTH", help="Likewise, and included.")] = None,
) -> None:
    """Show the bytes delivered to devices and the devices updated, month by month."""
    session = Session(ctx)
    months = session.client.collection(session.in_project("usage"), {"from": start, "to": end})
    session.screen.show_list(months, COLUMNS, _rows)


def _rows(months: list[Object]) -> Iterator[list[object]]:
    for month in months:
        yield [month["month"], size(month["bytesDelivered"]), month["devicesUpdated"]]
