"""ota deploy: make a bundle of artifacts what a cohort runs."""

from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import ArtifactRefs, CohortRef, Timeout, Wait, new_app
from ota_console.cli.changes import CHANGE_COLUMNS, change_rows
from ota_console.cli.deployed import Deployed
from ota_console.cli.formats import count, size
from ota_console.cli.launching import launch, patience
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
    wait: Wait = False,
    timeout: Timeout = None,
) -> None:
    """Deploy artifacts to a cohort. Its devices are told at once.

    With --wait the exit code is 1 when devices fail, or when time runs out.
    """
    seconds = patience(wait, timeout)
    session = Session(ctx)
    found = resolve.cohort(session, cohort)
    named = [resolve.artifact(session, ref) for ref in refs]
    bundle = [*_kept(Deployed(session, found).artifacts, named), *named] if keep else named
    body = {"name": name or _name(bundle), "artifactIds": [artifact["id"] for artifact in bundle]}
    if dry_run:
        _preview(session, found, body)
    else:
        launch(session, found, "deployments", body, seconds)


def _kept(active: list[Object], named: list[Object]) -> list[Object]:
    replaced = {artifact["package"] for artifact in named}
    return [artifact for artifact in active if artifact["package"] not in replaced]


def _name(bundle: list[Object]) -> str:
    rest = f" and {len(bundle) - 1} more" if len(bundle) > 1 else ""
    return resolve.label(bundle[0]) + rest


def _preview(session: Session, cohort: Object, body: Object) -> None:
    where = session.in_organization("cohorts", cohort["cohortId"], "deployments", "dry-run")
    preview = session.client.post(where, body)
    session.screen.show_part(preview, CHANGE_COLUMNS, change_rows(preview["changes"]))
    for warning in preview["warnings"]:
        session.screen.warn(warning)
    devices, online = count(preview["devices"], "device"), preview["online"]
    session.screen.say(f"{devices}, {online} of them online, would fetch {size(preview['bytes'])}.")
