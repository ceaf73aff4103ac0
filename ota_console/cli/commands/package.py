"""ota package: what devices are made of."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli.arguments import Limit, Package, new_app
from ota_console.cli.errors import Usage
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["PACKAGE", "LATEST", "VERSIONS", "DESCRIPTION", "UPDATED"]
VERSION_COLUMNS = ["VERSION", "ARTIFACTS", "NOTE", "BY", "CREATED"]
Meta = Annotated[list[str] | None, typer.Option("--meta", metavar="K=V", help="May be repeated.")]


@app.command("list")
def list_packages(ctx: typer.Context, meta: Meta = None, limit: Limit = None) -> None:
    """List the packages, the latest version of each, and how many there are."""
    session = Session(ctx)
    query = {f"metadata.{key}": value for key, value in _pairs(meta).items()}
    packages = session.client.collection(session.in_organization("packages"), query, limit)

    def rows(packages: list[Object]) -> Iterator[list[object]]:
        versions = _versions(session)
        for package in packages:
            known = versions.get(package["packageId"], [])
            yield [
                package["packageId"],
                known[0] if known else None,
                len(known),
                package["description"],
                local_time(package.get("updatedAt")),
            ]

    session.screen.show_list(packages, COLUMNS, rows)


def _versions(session: Session) -> dict[str, list[str]]:
    """Versions per package, the one uploaded last first; one version may have artifacts for several blueprints."""
    versions: dict[str, list[str]] = {}
    for artifact in session.client.collection(session.in_project("artifacts")):
        known = versions.setdefault(artifact["package"], [])
        if artifact["version"] not in known:
            known.append(artifact["version"])
    return versions


@app.command("show")
def show_package(ctx: typer.Context, package: Package) -> None:
    """Show a package and its versions."""
    session = Session(ctx)
    found = session.client.get(session.in_organization("packages", package))
    _show(session, found)

    def rows() -> Iterator[list[object]]:
        for version in session.client.collection(session.in_organization("packages", package, "versions")):
            yield [
                version["version"],
                len(version["artifacts"]),
                version.get("note"),
                version.get("createdBy"),
                local_time(version.get("createdAt")),
            ]

    session.screen.show_more(VERSION_COLUMNS, rows())


@app.command("create")
def create_package(
    ctx: typer.Context,
    package: Package,
    description: Annotated[str, typer.Option(help="What it is.", metavar="TEXT")] = "",
    meta: Meta = None,
) -> None:
    """Create a package. Uploading an artifact creates its package too."""
    session = Session(ctx)
    body = {"packageId": package, "description": description, "metadata": _pairs(meta)}
    _show(session, session.client.post(session.in_organization("packages"), body))


@app.command("update")
def update_package(
    ctx: typer.Context,
    package: Package,
    description: Annotated[str | None, typer.Option(help="What it is.", metavar="TEXT")] = None,
    meta: Meta = None,
    unset_meta: Annotated[list[str] | None, typer.Option(metavar="K", help="May be repeated.")] = None,
) -> None:
    """Change the description or metadata of a package; what is not named stays as it is."""
    if description is None and not meta and not unset_meta:
        raise Usage("Say what to change.")
    session = Session(ctx)
    where = session.in_organization("packages", package)
    found = session.client.get(where)
    metadata = (found.get("metadata") or {}) | _pairs(meta)
    body = {
        "packageId": found["packageId"],
        "description": found["description"] if description is None else description,
        "metadata": {key: value for key, value in metadata.items() if key not in (unset_meta or [])},
    }
    _show(session, session.client.put(where, body))


@app.command("note")
def note_version(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="PACKAGE@VERSION")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="An empty text takes the note away.")],
) -> None:
    """Write what a version of a package is about."""
    package, _, version = ref.partition("@")
    session = Session(ctx)
    where = session.in_organization("packages", package, "versions", version)
    noted = session.client.patch(where, {"note": text})
    session.screen.say(f"Noted for {ref}: {noted['note'] or 'nothing'}.")
    session.screen.show_json(noted)


@app.command("delete")
def delete_package(ctx: typer.Context, package: Package) -> None:
    """Delete a package and its artifacts. Refused while a cohort deploys one of them."""
    session = Session(ctx)
    session.screen.confirm(f"Delete package {package} and all its artifacts?")
    session.client.delete(session.in_organization("packages", package))
    session.screen.say(f"Deleted package {package}.")


def _show(session: Session, package: Object) -> None:
    session.screen.show_object(
        package,
        [
            ("Package", package["packageId"]),
            ("Description", package["description"]),
            *((f"  {key}", value) for key, value in (package.get("metadata") or {}).items()),
            ("Created", local_time(package.get("createdAt"))),
            ("Updated", local_time(package.get("updatedAt"))),
        ],
    )


def _pairs(meta: list[str] | None) -> dict[str, str]:
    """Raise Usage for what is no K=V."""
    pairs = {}
    for pair in meta or []:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise Usage(f"Write metadata as KEY=VALUE, not {pair!r}.")
        pairs[key] = value
    return pairs
