"""ota rollback: make a cohort run what it ran before."""

from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, Timeout, Wait, new_app
from ota_console.cli.launching import launch, patience
from ota_console.cli.session import Session

app = new_app()


@app.command()
def rollback(
    ctx: typer.Context,
    cohort: CohortRef,
    to: Annotated[
        str | None, typer.Option(metavar="DEPLOYMENT", help="Name or id; else the one before the active.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="N", help="What to call the new deployment.")] = None,
    wait: Wait = False,
    timeout: Timeout = None,
) -> None:
    """Start a new deployment with the artifacts of an earlier one."""
    seconds = patience(wait, timeout)
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    body = {"name": name} if name else {}
    if to:
        body["deploymentId"] = resolve.deployment(session, found["cohortId"], to)["deploymentId"]
    launch(session, found, "rollback", body, seconds)
