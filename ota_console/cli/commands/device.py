"""ota device: create, list and show devices."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import Blueprint, DeviceRef, DeviceRefs, Limit, Search, Tags, new_app
from ota_console.cli.commands.device_import import import_devices
from ota_console.cli.deployed import firmware, last_seen, reported
from ota_console.cli.errors import Usage
from ota_console.cli.formats import local_time, reason, state
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "COHORT", "FIRMWARE", "ENABLED", "LAST SEEN"]
REPORT_COLUMNS = ["PACKAGE", "CURRENT", "TARGET", "STATE", "REASON", "LAST REPORT"]


@app.command("list")
def list_devices(
    ctx: typer.Context,
    search: Search = None,
    cohort: Annotated[str | None, typer.Option(metavar="C", help="Only those in this cohort.")] = None,
    tag: Tags = None,
    blueprint: Blueprint = None,
    enabled: Annotated[bool | None, typer.Option("--enabled/--disabled", help="Only such devices.")] = None,
    limit: Limit = None,
) -> None:
    """List devices, newest first."""
    session = Session(ctx)
    query = {
        "term": search,
        "cohortId": resolve.cohort(session, cohort)["cohortId"] if cohort else None,
        "tags": resolve.tag_ids(session, tag) or None,
        "blueprintId": resolve.blueprint_id(session, blueprint) if blueprint else None,
        "enabled": None if enabled is None else str(enabled).lower(),
    }
    devices = session.client.collection(session.in_project("devices"), query, limit)

    def rows(devices: list[Object]) -> Iterator[list[object]]:
        cohorts = _cohort_names(session) if any(device.get("cohortId") for device in devices) else {}
        for device in devices:
            yield [
                device["id"],
                device["name"],
                cohorts.get(device.get("cohortId", "")),
                firmware(device),
                "yes" if device["enabled"] else "no",
                local_time(last_seen(device)),
            ]

    session.screen.show_list(devices, COLUMNS, rows)


@app.command("show")
def show_device(ctx: typer.Context, device: DeviceRef) -> None:
    """Show a device and what it last reported about each package."""
    session = Session(ctx)
    found = resolve.device(session, device)
    session.screen.show_object(found, _lines(session, found))
    session.screen.show_more(REPORT_COLUMNS, _report_rows(found))


def _lines(session: Session, device: Object) -> Iterator[tuple[str, object]]:
    yield "ID", device["id"]
    yield "Name", device["name"]
    yield "Hardware ids", ", ".join(device.get("hardwareIds") or [])
    yield "Cohort", _cohort_names(session).get(device["cohortId"]) if device.get("cohortId") else None
    yield "Tags", _tag_names(session, device["tagIds"])
    yield "Blueprint", resolve.blueprint(session, device["blueprintId"])["name"] if device.get("blueprintId") else None
    yield "Enabled", "yes" if device["enabled"] else "no"
    yield "Last seen", local_time(last_seen(device))
    yield "Last report", local_time((device.get("metadata") or {}).get("lastReport"))
    yield "Created", local_time(device.get("createdAt"))


def _report_rows(device: Object) -> Iterator[list[object]]:
    for package, report in reported(device).items():
        yield [
            package,
            report.get("version"),
            report.get("target"),
            state(report.get("state")),
            reason(report.get("reason")),
            local_time(report.get("timestamp")),
        ]


@app.command("create")
def create_device(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    hw_id: Annotated[list[str] | None, typer.Option(metavar="H", help="Hardware id; may be repeated.")] = None,
    tag: Tags = None,
    blueprint: Blueprint = None,
    cohort: Annotated[str | None, typer.Option(metavar="C", help="Put it into this cohort.")] = None,
    psk: Annotated[bool, typer.Option("--psk", help="Make a key for it too, and print it.")] = False,
) -> None:
    """Create a device."""
    session = Session(ctx)
    body: Object = {"name": name, "hardwareIds": hw_id or [], "tagIds": resolve.tag_ids(session, tag)}
    if blueprint:
        body["blueprintId"] = resolve.blueprint_id(session, blueprint)
    if cohort:
        body["cohortId"] = resolve.cohort(session, cohort)["cohortId"]
    device = session.client.post(session.in_project("devices"), body)
    lines = [("ID", device["id"]), ("Name", device["name"])]
    if psk:
        where = session.in_project("devices", device["id"], "credentials")
        device["credential"] = session.client.post(where, {"type": "PRE_SHARED_KEY"})
        lines += [("Identity", device["credential"]["identity"]), ("Key", device["credential"]["preSharedKey"])]
    session.screen.show_object(device, lines)


app.command("import")(import_devices)


@app.command("update")
def update_device(
    ctx: typer.Context,
    device: DeviceRef,
    name: Annotated[str | None, typer.Option(metavar="N", help="Call it so.")] = None,
    cohort: Annotated[str | None, typer.Option(metavar="C", help="Put it into this cohort.")] = None,
    no_cohort: Annotated[bool, typer.Option("--no-cohort", help="Take it out of its cohort.")] = False,
    blueprint: Blueprint = None,
    no_blueprint: Annotated[bool, typer.Option("--no-blueprint", help="It is of no kind.")] = False,
    add_tag: Annotated[list[str] | None, typer.Option(metavar="T", help="Name or id; may be repeated.")] = None,
    rm_tag: Annotated[list[str] | None, typer.Option(metavar="T", help="Likewise.")] = None,
    add_hw_id: Annotated[list[str] | None, typer.Option(metavar="H", help="May be repeated.")] = None,
    rm_hw_id: Annotated[list[str] | None, typer.Option(metavar="H", help="Likewise.")] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it may sign in.")] = None,
) -> None:
    """Change a device; what is not named stays as it is."""
    if (cohort and no_cohort) or (blueprint and no_blueprint):
        raise Usage("Give a cohort or --no-cohort, a blueprint or --no-blueprint, not both.")
    session = Session(ctx)
    changes: Object = {
        "name": name,
        "enabled": enabled,
        "cohortId": resolve.cohort(session, cohort)["cohortId"] if cohort else None,
        "blueprintId": resolve.blueprint_id(session, blueprint) if blueprint else None,
        "addTagId": resolve.tag_ids(session, add_tag) or None,
        "removeTagId": resolve.tag_ids(session, rm_tag) or None,
        "addHardwareId": add_hw_id,
        "removeHardwareId": rm_hw_id,
    }
    body = {key: value for key, value in changes.items() if value is not None}
    body |= {key: None for key, cleared in (("cohortId", no_cohort), ("blueprintId", no_blueprint)) if cleared}
    if not body:
        raise Usage("Say what to change.")
    where = session.in_project("devices", resolve.device(session, device)["id"])
    updated = session.client.patch(where, body)
    session.screen.say(f"Updated {updated['name']}.")
    session.screen.show_json(updated)


@app.command("delete")
def delete_devices(ctx: typer.Context, devices: DeviceRefs) -> None:
    """Delete devices and their credentials."""
    session = Session(ctx)
    found = [resolve.device(session, ref) for ref in devices]
    session.screen.confirm(f"Delete {', '.join(device['name'] for device in found)}?")
    for device in found:
        session.client.delete(session.in_project("devices", device["id"]))
        session.screen.say(f"Deleted {device['name']}.")


def _cohort_names(session: Session) -> dict[str, str]:
    cohorts = session.client.collection(session.in_organization("cohorts"))
    return {cohort["cohortId"]: cohort["name"] for cohort in cohorts}


def _tag_names(session: Session, ids: list[str]) -> str:
    tags = session.client.collection(session.in_project("tags"), {"ids": ids}) if ids else []
    return ", ".join(tag["name"] for tag in tags)
