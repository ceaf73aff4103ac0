"""ota package: what devices are made of."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli.arguments import Limit, Package, new_app
from ota_console.cli.formats import local_time, size
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()


@app.command("list")
def list_packages(ctx: typer.Context, limit: Limit = None) -> None:
    """List the packages, the latest version of each, and how many there are."""
    session = Session(ctx)
    packages = session.client.collection(session.in_organization("packages"), limit=limit)

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

    session.screen.show_list(packages, ["PACKAGE", "LATEST", "VERSIONS", "DESCRIPTION", "UPDATED"], rows)


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
    metadata = found.get("metadata") or {}
    session.screen.show_object(
        found,
        [
            ("Package", found["packageId"]),
            ("Description", found["description"]),
            *((f"  {key}", value) for key, value in metadata.items()),
            ("Created", local_time(found.get("createdAt"))),
            ("Updated", local_time(found.get("updatedAt"))),
        ],
    )

    def rows() -> Iterator[list[str]]:
        for artifact in session.client.collection(session.in_project("artifacts"), {"package": package}):
            yield [artifact["version"], size(artifact.get("size")), local_time(artifact.get("createdAt"))]

    session.screen.show_more(["VERSION", "SIZE", "CREATED"], rows())


@app.command("create")
def create_package(
    ctx: typer.Context,
    package: Package,
    description: Annotated[str, typer.Option(help="What it is.", metavar="TEXT")] = "",
) -> None:
    """Create a package. Uploading an artifact creates its package too."""
    session = Session(ctx)
    body = {"packageId": package, "description": description, "metadata": {}}
    created = session.client.post(session.in_organization("packages"), body)
    session.screen.show_object(created, [("Package", created["packageId"]), ("Description", created["description"])])


@app.command("delete")
def delete_package(ctx: typer.Context, package: Package) -> None:
    """Delete a package and its artifacts. Refused while a cohort deploys one of them."""
    session = Session(ctx)
    session.screen.confirm(f"Delete package {package} and all its artifacts?")
    session.client.delete(session.in_organization("packages", package))
    session.screen.say(f"Deleted package {package}.")
