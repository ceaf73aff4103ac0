"""Starts a deployment, shows it, and waits for it where that was asked for: what deploy and rollback share."""

import math

from ota_console.cli import resolve
from ota_console.cli.deployed import progress_of
from ota_console.cli.errors import Usage
from ota_console.cli.formats import duration
from ota_console.cli.session import Session
from ota_console.cli.waiting import Rollout
from ota_console.cli.wire import Object


def patience(wait: bool, timeout: str | None) -> float:
    """Seconds to wait: none, for ever, or as many as --timeout says. Raise Usage when that makes no sense."""
    if timeout is None:
        return math.inf if wait else 0
    if not wait:
        raise Usage("--timeout is for --wait.")
    return duration(timeout)


def launch(session: Session, cohort: Object, action: str, body: Object, seconds: float) -> None:
    """`action` is the part of the URL behind the cohort."""
    started = session.client.post(session.in_organization("cohorts", cohort["cohortId"], action), body)
    for warning in started.get("warnings") or []:
        session.screen.warn(warning)
    if not seconds:
        session.screen.show_object(started, _lines(session, cohort, started))
        return
    session.screen.say(f"Started {started['name']} ({started['deploymentId']}).")
    finished = Rollout(session, cohort, started["deploymentId"], seconds).finish()
    session.screen.say(f"{finished['name']}: {progress_of(finished['progress'])}.")
    session.screen.show_json(finished)


def _lines(session: Session, cohort: Object, started: Object) -> list[tuple[str, object]]:
    found = resolve.artifacts_by_id(session, started["artifactIds"])
    labels = [resolve.label(found[one]) for one in started["artifactIds"] if one in found]
    return [
        ("ID", started["deploymentId"]),
        ("Name", started["name"]),
        ("Cohort", cohort["name"]),
        ("Devices", cohort["deviceCount"]),
        ("Artifacts", ", ".join(labels)),
    ]
