"""ota cohort: devices that run the same deployment."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Blueprint, CohortRef, DryRun, Limit, Search, SomeDevices, Tags, new_app
from ota_console.cli.deployed import Deployed, firmware, last_seen
from ota_console.cli.errors import Usage
from ota_console.cli.formats import local_time
from ota_console.cli.moving import chosen, move, move_out
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "DEVICES", "ACTIVE DEPLOYMENT", "UPDATED"]
DEVICE_COLUMNS = ["ID", "NAME", "FIRMWARE", "PROGRESS", "LAST SEEN"]


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


@app.command("rename")
def rename_cohort(ctx: typer.Context, cohort: CohortRef, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Give a cohort another name."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    renamed = session.client.put(session.in_organization("cohorts", found["cohortId"]), {"name": name})
    session.screen.say(f"Renamed {found['name']} to {renamed['name']}.")
    session.screen.show_json(renamed)


@app.command("devices")
def list_devices(
    ctx: typer.Context,
    cohort: CohortRef,
    state: Annotated[
        str | None, typer.Option(metavar="S", help="Only those up_to_date, updating, failed or waiting.")
    ] = None,
    search: Search = None,
    limit: Limit = None,
) -> None:
    """List the devices of a cohort, and how far each is with the active deployment."""
    session = Session(ctx)
    where = session.in_organization("cohorts", resolve.cohort(session, cohort)["cohortId"], "devices")
    devices = session.client.collection(where, {"state": state, "term": search}, limit)
    session.screen.show_list(devices, DEVICE_COLUMNS, _device_rows)


def _device_rows(devices: list[Object]) -> Iterator[list[object]]:
    for device in devices:
        yield [device["id"], device["name"], firmware(device), device.get("progress"), local_time(last_seen(device))]


@app.command("add")
def add_devices(
    ctx: typer.Context,
    cohort: CohortRef,
    devices: SomeDevices = None,
    tag: Tags = None,
    blueprint: Blueprint = None,
    search: Search = None,
    all_unassigned: Annotated[bool, typer.Option("--all-unassigned", help="All that are in no cohort.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Put devices into a cohort: those named, or all that match every filter.

    Those online get its active deployment at once.
    """
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    wanted = _filter(session, tag, blueprint, search) | {"unassigned": all_unassigned}
    session.screen.show_json(move(session, found, "add", chosen(session, devices, wanted), dry_run))


@app.command("remove")
def remove_devices(
    ctx: typer.Context,
    devices: SomeDevices = None,
    cohort: Annotated[str | None, typer.Option(metavar="C", help="Instead of devices: those of this cohort.")] = None,
    tag: Tags = None,
    blueprint: Blueprint = None,
    search: Search = None,
    everything: Annotated[bool, typer.Option("--all", help="All of the cohort.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Take devices out of their cohort: those named, or those of --cohort that match every filter.

    They keep what they run.
    """
    session = Session(ctx)
    wanted = _filter(session, tag, blueprint, search) | {"all": everything}
    if bool(devices) == bool(cohort) or bool(cohort) != any(wanted.values()):
        raise Usage("Name devices, or give --cohort with filters or --all.")
    if cohort is None:
        session.screen.show_json(move_out(session, devices or [], dry_run))
        return
    found = resolve.cohort(session, cohort)
    choice = {"filter": {name: value for name, value in wanted.items() if value and name != "all"}}
    choice["filter"]["cohortId"] = found["cohortId"]
    session.screen.show_json(move(session, found, "remove", choice, dry_run))


def _filter(session: Session, tag: list[str] | None, blueprint: str | None, search: str | None) -> Object:
    return {
        "tagIds": resolve.tag_ids(session, tag),
        "blueprintId": resolve.blueprint_id(session, blueprint) if blueprint else None,
        "term": search,
    }
