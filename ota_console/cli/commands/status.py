"""ota status: what every device of a cohort runs."""

from collections.abc import Iterator

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, new_app
from ota_console.cli.deployed import Deployed
from ota_console.cli.formats import local_time, reason, state
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["DEVICE", "PACKAGE", "CURRENT", "TARGET", "STATE", "REASON", "LAST REPORT"]


@app.command()
def status(ctx: typer.Context, cohort: CohortRef) -> None:
    """Show what every device of a cohort runs, and what it should run."""
    session = Session(ctx)
    deployed = Deployed(session, resolve.cohort(session, cohort))
    session.screen.show_list(deployed.rows(), COLUMNS, _rows)
    if deployed.deployment:
        session.screen.say(f"{deployed.deployment['name']}: {deployed.progress}.")


def _rows(rows: list[Object]) -> Iterator[list[object]]:
    for row in rows:
        yield [
            row["deviceName"],
            row["package"],
            row["currentVersion"],
            row["targetVersion"],
            state(row["state"]),
            reason(row["reason"]),
            local_time(row["lastReport"]),
        ]
