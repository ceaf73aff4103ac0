"""ota deployment: a cohort's deployments."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, DeploymentRef, Limit, new_app
from ota_console.cli.changes import CHANGE_COLUMNS, change_rows, compare
from ota_console.cli.deployed import progress_of
from ota_console.cli.errors import NotFound
from ota_console.cli.formats import local_time, size
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "SEQUENCE", "ARTIFACTS", "ACTIVE", "CREATED"]


@app.command("list")
def list_deployments(ctx: typer.Context, cohort: CohortRef, limit: Limit = None) -> None:
    """List a cohort's deployments, newest first."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    deployments = session.client.collection(_where(session, found), limit=limit)

    def rows(deployments: list[Object]) -> Iterator[list[object]]:
        labels = _labels(session, deployments)
        for deployment in deployments:
            yield [
                deployment["deploymentId"],
                deployment["name"],
                deployment.get("sequenceNumber"),
                ", ".join(labels[one] for one in deployment["artifactIds"]),
                "yes" if deployment["deploymentId"] == found.get("activeDeploymentId") else "",
                local_time(deployment.get("createdAt")),
            ]

    session.screen.show_list(deployments, COLUMNS, rows)


@app.command("show")
def show_deployment(ctx: typer.Context, cohort: CohortRef, deployment: DeploymentRef) -> None:
    """Show one deployment of a cohort: its artifacts, and how far devices are with the active one."""
    session = Session(ctx)
    found = _detail(session, resolve.cohort(session, cohort), deployment)
    session.screen.show_object(found, _lines(found))
    session.screen.show_more(
        ["PACKAGE", "VERSION", "SIZE", "SHA256"],
        ([one["package"], one["version"], size(one["size"]), one["sha256"][:12]] for one in found["artifacts"]),
    )
    for warning in found["warnings"]:
        session.screen.warn(warning)


def _lines(deployment: Object) -> Iterator[tuple[str, object]]:
    yield "ID", deployment["deploymentId"]
    yield "Name", deployment["name"]
    yield "Sequence", deployment["sequenceNumber"]
    yield "Active", "yes" if deployment["active"] else "no"
    if deployment["progress"]:
        yield "Progress", progress_of(deployment["progress"])
    yield "Created by", deployment["createdBy"]
    yield "Created", local_time(deployment["createdAt"])


@app.command("diff")
def compare_deployments(
    ctx: typer.Context,
    cohort: CohortRef,
    before: Annotated[str | None, typer.Argument(metavar="DEP_A", help="Else the one before the active.")] = None,
    after: Annotated[str | None, typer.Argument(metavar="DEP_B", help="Else the active one.")] = None,
) -> None:
    """Show what changes from one deployment of a cohort to another."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    new = _detail(session, found, after or _active(found))
    old = _detail(session, found, before or _earlier(session, found, new))
    changes = compare(old["artifacts"], new["artifacts"])
    session.screen.show_list(changes, CHANGE_COLUMNS, change_rows)
    session.screen.say(f"From {old['name']} to {new['name']}.")


def _active(cohort: Object) -> str:
    if not cohort.get("activeDeploymentId"):
        raise NotFound(f"Nothing is deployed to {cohort['name']}.")
    return str(cohort["activeDeploymentId"])


def _earlier(session: Session, cohort: Object, deployment: Object) -> str:
    """The one that was active before: deployments are listed newest first."""
    ids = [one["deploymentId"] for one in session.client.collection(_where(session, cohort))]
    later = ids[ids.index(deployment["deploymentId"]) + 1 :]
    if not later:
        raise NotFound(f"{deployment['name']} is the first deployment of {cohort['name']}.")
    return str(later[0])


def _detail(session: Session, cohort: Object, ref: str) -> Object:
    found = resolve.deployment(session, cohort["cohortId"], ref)
    return found if "artifacts" in found else session.client.get(_where(session, cohort, found["deploymentId"]))


def _where(session: Session, cohort: Object, *parts: str) -> str:
    return session.in_organization("cohorts", cohort["cohortId"], "deployments", *parts)


def _labels(session: Session, deployments: list[Object]) -> dict[str, str]:
    """package@version by artifact id; the id itself for an artifact that is gone."""
    ids = {one for deployment in deployments for one in deployment["artifactIds"]}
    found = resolve.artifacts_by_id(session, ids)
    return {one: resolve.label(found[one]) if one in found else one for one in ids}
