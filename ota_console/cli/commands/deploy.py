"""ota deploy: make a bundle of artifacts what a cohort runs."""

from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import ArtifactRefs, CohortRef, new_app
from ota_console.cli.deployed import Deployed
from ota_console.cli.limits import warn_of_components, warn_of_labels
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()


@app.command()
def deploy(
    ctx: typer.Context,
    cohort: CohortRef,
    refs: ArtifactRefs,
    name: Annotated[
        str | None, typer.Option(metavar="N", help="What to call it; else the first artifact's name.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Start from the active deployment, replace only these packages.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
) -> None:
    """Deploy artifacts to a cohort. Its devices are told at once."""
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    deployed = Deployed(session, found)
    named = [resolve.artifact(session, ref) for ref in refs]
    bundle = [*_kept(deployed.artifacts, named), *named] if keep else named
    _warn(session, bundle)
    if dry_run:
        _show_changes(session, deployed.artifacts, bundle)
    else:
        _start(session, found, name or _name(bundle), bundle)


def _kept(active: list[Object], named: list[Object]) -> list[Object]:
    replaced = {artifact["package"] for artifact in named}
    return [artifact for artifact in active if artifact["package"] not in replaced]


def _name(bundle: list[Object]) -> str:
    rest = f" and {len(bundle) - 1} more" if len(bundle) > 1 else ""
    return resolve.label(bundle[0]) + rest


def _warn(session: Session, bundle: list[Object]) -> None:
    for artifact in bundle:
        warn_of_labels(session.screen, artifact["package"], artifact["version"])
    warn_of_components(session.screen, len(bundle))


def _show_changes(session: Session, active: list[Object], bundle: list[Object]) -> None:
    """The change table: package, version now, version then; None where there is none."""
    before = {artifact["package"]: artifact["version"] for artifact in active}
    after = {artifact["package"]: artifact["version"] for artifact in bundle}
    changes = [
        {"package": package, "from": before.get(package), "to": after.get(package)}
        for package in sorted(before.keys() | after.keys())
    ]
    session.screen.show_list(
        changes, ["PACKAGE", "FROM", "TO"], lambda changes: [list(change.values()) for change in changes]
    )


def _start(session: Session, cohort: Object, name: str, bundle: list[Object]) -> None:
    where = session.in_organization("cohorts", cohort["cohortId"], "deployments")
    body = {"name": name, "artifactIds": [artifact["id"] for artifact in bundle]}
    deployment = session.client.post(where, body)
    session.screen.show_object(
        deployment,
        [
            ("ID", deployment["deploymentId"]),
            ("Name", deployment["name"]),
            ("Cohort", cohort["name"]),
            ("Devices", cohort["deviceCount"]),
            ("Artifacts", ", ".join(resolve.label(artifact) for artifact in bundle)),
        ],
    )
