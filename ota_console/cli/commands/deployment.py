"""ota deployment: a cohort's deployments."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, Limit, new_app
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "NAME", "SEQUENCE", "ARTIFACTS", "ACTIVE", "CREATED"]


@app.command("list")
def list_deployments(ctx: typer.Context, cohort: CohortRef, limit: Limit = None) -> None:
    """List a cohort's deployments, newest first."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    where = session.in_organization("cohorts", found["cohortId"], "deployments")
    deployments = session.client.collection(where, limit=limit)

    def rows(deployments: list[Object]) -> Iterator[list[object]]:
        labels = _labels(session, deployments)
        for deployment in deployments:
            yield [
                deployment["deploymentId"],
                deployment["name"],
                deployment.get("sequenceNumber"),
                _joined(deployment, labels),
                "yes" if _is_active(deployment, found) else "",
                local_time(deployment.get("createdAt")),
            ]

    session.screen.show_list(deployments, COLUMNS, rows)


@app.command("show")
def show_deployment(
    ctx: typer.Context,
    cohort: CohortRef,
    deployment: Annotated[str, typer.Argument(metavar="DEPLOYMENT", help="Name or id.")],
) -> None:
    """Show one deployment of a cohort."""
    session = Session(ctx)
    parent = resolve.cohort(session, cohort)
    found = resolve.deployment(session, parent["cohortId"], deployment)

    def lines() -> Iterator[tuple[str, object]]:
        yield "ID", found["deploymentId"]
        yield "Name", found["name"]
        yield "Sequence", found.get("sequenceNumber")
        yield "Artifacts", _joined(found, _labels(session, [found]))
        yield "Active", "yes" if _is_active(found, parent) else "no"
        yield "Created", local_time(found.get("createdAt"))

    session.screen.show_object(found, lines())


def _is_active(deployment: Object, cohort: Object) -> bool:
    return bool(deployment["deploymentId"] == cohort.get("activeDeploymentId"))


def _joined(deployment: Object, labels: dict[str, str]) -> str:
    return ", ".join(labels[one] for one in deployment["artifactIds"])


def _labels(session: Session, deployments: list[Object]) -> dict[str, str]:
    """package@version by artifact id; the id itself for an artifact that is gone."""
    ids = {one for deployment in deployments for one in deployment["artifactIds"]}
    found = resolve.artifacts_by_id(session, ids)
    return {one: resolve.label(found[one]) if one in found else one for one in ids}
