"""ota cohort: devices that run the same deployment."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, DeviceRefs, Limit, new_app
from ota_console.cli.deployed import Deployed
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "DEVICES", "ACTIVE DEPLOYMENT", "UPDATED"]


@app.command("list")
def list_cohorts(ctx: typer.Context, limit: Limit = None) -> None:
    """List the cohorts, newest first."""
    session = Session(ctx)
    cohorts = session.client.collection(session.in_organization("cohorts"), limit=limit)
    session.screen.show_list(cohorts, COLUMNS, _rows)


def _rows(cohorts: list[Object]) -> Iterator[list[object]]:
    for cohort in cohorts:
        yield [
            cohort["cohortId"],
            cohort["name"],
            cohort["deviceCount"],
            cohort.get("activeDeploymentId"),
            local_time(cohort.get("updatedAt")),
        ]


@app.command("show")
def show_cohort(ctx: typer.Context, cohort: CohortRef) -> None:
    """Show a cohort, its active deployment, and how many devices run it. `ota status` shows each device."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    session.screen.show_object(found, _lines(found, Deployed(session, found)))


def _lines(cohort: Object, deployed: Deployed) -> Iterator[tuple[str, object]]:
    yield "ID", cohort["cohortId"]
    yield "Name", cohort["name"]
    yield "Devices", cohort["deviceCount"]
    if deployed.deployment:
        yield "Deployment", deployed.deployment["name"]
        yield "Artifacts", ", ".join(deployed.labels)
        yield "Progress", deployed.progress
    yield "Updated", local_time(cohort.get("updatedAt"))


@app.command("create")
def create_cohort(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Create a cohort."""
    session = Session(ctx)
    cohort = session.client.post(session.in_organization("cohorts"), {"name": name})
    session.screen.show_object(cohort, [("ID", cohort["cohortId"]), ("Name", cohort["name"])])


@app.command("delete")
def delete_cohort(ctx: typer.Context, cohort: CohortRef) -> None:
    """Delete a cohort. Its devices stay, without a cohort."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    session.screen.confirm(f"Delete cohort {found['name']} with {found['deviceCount']} devices?")
    session.client.delete(session.in_organization("cohorts", found["cohortId"]))
    session.screen.say(f"Deleted cohort {found['name']}.")


@app.command("add")
def add_devices(ctx: typer.Context, cohort: CohortRef, devices: DeviceRefs) -> None:
    """Put devices into a cohort. Those online get its active deployment at once."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    _move(session, devices, found["cohortId"], f"Added {{}} to {found['name']}.")


@app.command("remove")
def remove_devices(ctx: typer.Context, devices: DeviceRefs) -> None:
    """Take devices out of their cohort. They keep what they run."""
    _move(Session(ctx), devices, None, "Removed {} from its cohort.")


def _move(session: Session, refs: list[str], cohort_id: str | None, message: str) -> None:
    """All devices are looked up before the first one moves, so that a wrong name changes nothing."""
    devices = [resolve.device(session, ref) for ref in refs]
    moved = []
    for device in devices:
        moved.append(session.client.patch(session.in_project("devices", device["id"]), {"cohortId": cohort_id}))
        session.screen.say(message.format(device["name"]))
    session.screen.show_json(moved)
