"""Which devices a command speaks of, and moving them between cohorts all at once."""

from collections.abc import Mapping
from typing import Any

from ota_console.cli import resolve
from ota_console.cli.errors import Usage
from ota_console.cli.formats import count
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

MOVES = {
    "add": ("Put {} into {}", "Would put {} into {}"),
    "remove": ("Took {} out of {}", "Would take {} out of {}"),
}  # done, and in a dry run


def chosen(session: Session, refs: list[str] | None, wanted: Mapping[str, Any]) -> Object:
    """What a request says of devices that are named, or match a filter. Raise Usage unless it is one of both."""
    where = {name: value for name, value in wanted.items() if value}
    if bool(refs) == bool(where):
        raise Usage("Name devices, or say with filters which: one of both.")
    if not refs:
        return {"filter": where}
    if any(resolve.looks_like_id(ref) for ref in refs):
        return {"deviceIds": [resolve.device(session, ref)["id"] for ref in refs]}
    return {"deviceNames": refs}


def move(session: Session, cohort: Object, action: str, choice: Object, dry_run: bool) -> Object:
    """`action` is a key of MOVES. Nothing is moved when one of the devices does not exist."""
    where = session.in_organization("cohorts", cohort["cohortId"], "devices", action)
    moves = session.client.post(where, choice | {"dryRun": dry_run})
    verb = MOVES[action][dry_run].format(count(moves["moved"], "device"), cohort["name"])
    session.screen.say(f"{verb}; {moves['matched']} matched.")
    return moves


def move_out(session: Session, refs: list[str], dry_run: bool) -> Object:
    """Devices out of whichever cohort each of them is in."""
    devices = [resolve.device(session, ref) for ref in refs]
    members: dict[str, list[str]] = {}
    for device in devices:
        if device.get("cohortId"):
            members.setdefault(device["cohortId"], []).append(device["id"])
        else:
            session.screen.say(f"{device['name']} is in no cohort.")
    moved = 0
    for cohort_id, ids in members.items():
        cohort = session.client.get(session.in_organization("cohorts", cohort_id))
        moved += move(session, cohort, "remove", {"deviceIds": ids}, dry_run)["moved"]
    return {"matched": len(devices), "moved": moved, "dryRun": dry_run}
