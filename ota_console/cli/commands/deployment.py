"""ota deployment: a cohort's deployments."""

from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import CohortRef, Limit, new_app
from ota_console.cli.client import Object
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session

app = new_app()

COLUMNS = ["ID", "NAME", "SEQUENCE", "ARTIFACTS", "ACTIVE", "CREATED"]


@app.command("list")
def list_deployments(ctx: typer.Context, cohort: CohortRef, limit: Limit = None) -> None:
    """List a cohort's deployments, newest first."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    where = session.in_organization("cohorts", found["cohortId"], "deployments")
    deployments = session.client.collection(where, limit=limit)
    labels = _labels(session, deployments)

    def row(deployment: Object) -> list[object]:
        return [
            deployment["deploymentId"],
            deployment["name"],
            deployment.get("sequenceNumber"),
            ", ".join(labels[one] for one in deployment["artifactIds"]),
            "yes" if deployment["deploymentId"] == found.get("activeDeploymentId") else "",
            local_time(deployment.get("createdAt")),
        ]

    session.screen.show_list(deployments, COLUMNS, row)


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
    labels = _labels(session, [found])
    session.screen.show_object(
        found,
        [
            ("ID", found["deploymentId"]),
            ("Name", found["name"]),
            ("Sequence", found.get("sequenceNumber")),
            ("Artifacts", ", ".join(labels[one] for one in found["artifactIds"])),
            ("Active", "yes" if found["deploymentId"] == parent.get("activeDeploymentId") else "no"),
            ("Created", local_time(found.get("createdAt"))),
        ],
    )


def _labels(session: Session, deployments: list[Object]) -> dict[str, str]:
    """package@version by artifact id; the id itself for an artifact that is gone."""
    ids = {one for deployment in deployments for one in deployment["artifactIds"]}
    found = resolve.artifacts_by_id(session, ids)
    return {one: resolve.label(found[one]) if one in found else one for one in ids}
