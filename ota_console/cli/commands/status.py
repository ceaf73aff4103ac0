"""ota status: what every device of a cohort runs."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, new_app
from ota_console.cli.deployed import Deployed
from ota_console.cli.errors import Usage
from ota_console.cli.formats import local_time, reason, state
from ota_console.cli.options import Output
from ota_console.cli.session import Session
from ota_console.cli.watching import watch
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["DEVICE", "PACKAGE", "CURRENT", "TARGET", "STATE", "REASON", "LAST REPORT"]
STATES = ["failed", "updating", "waiting", "up_to_date"]  # those that need a look first


@app.command()
def status(
    ctx: typer.Context,
    cohort: CohortRef,
    watching: Annotated[
        bool, typer.Option("--watch", help="Keep the table current until Ctrl-C: on a terminal, as far as it fits.")
    ] = False,
) -> None:
    """Show what every device of a cohort runs, and what it should run."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    if watching:
        _watch(session, found)
        return
    deployed = Deployed(session, found)
    session.screen.show_list(deployed.rows(deployed.devices()), COLUMNS, _rows)
    if deployed.deployment:
        session.screen.say(_summary(deployed))


def _watch(session: Session, cohort: Object) -> None:
    if session.options.output is Output.JSON or not session.screen.out.is_terminal:
        raise Usage("--watch draws on a terminal. In a script, ask `ota status` again, or `ota deploy --wait`.")

    def look(height: int) -> tuple[list[list[object]], str]:
        current = session.client.get(session.in_organization("cohorts", cohort["cohortId"]))
        deployed = Deployed(session, current)
        rows = deployed.rows(_worst(deployed, height))
        return list(_rows(rows)), _summary(deployed)

    watch(session.screen, COLUMNS, look)


def _worst(deployed: Deployed, limit: int) -> list[Object]:
    if not deployed.deployment:
        return deployed.devices(limit=limit)
    devices: list[Object] = []
    for progress in STATES:
        if len(devices) < limit:
            devices += deployed.devices(progress, limit - len(devices))
    return devices


def _summary(deployed: Deployed) -> str:
    return f"{deployed.deployment['name']}: {deployed.progress}." if deployed.deployment else "Nothing is deployed."


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
