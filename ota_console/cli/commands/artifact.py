"""ota artifact: the files of a package's versions."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ota_console.cli import mcuboot, resolve
from ota_console.cli.arguments import ArtifactRef, ArtifactRefs, Limit, new_app
from ota_console.cli.client import path
from ota_console.cli.downloads import Download
from ota_console.cli.errors import Usage
from ota_console.cli.formats import local_time, size
from ota_console.cli.limits import warn_of_labels
from ota_console.cli.progress import reading
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

COLUMNS = ["ID", "PACKAGE", "VERSION", "SIZE", "TYPE", "SHA256", "BLUEPRINT", "CREATED"]


@app.command("list")
def list_artifacts(
    ctx: typer.Context,
    package: Annotated[str | None, typer.Option(metavar="P", help="Only of this package.")] = None,
    version: Annotated[str | None, typer.Option(metavar="V", help="Only this version.")] = None,
    limit: Limit = None,
) -> None:
    """List the artifacts, newest first."""
    session = Session(ctx)
    query = {"package": package, "version": version}
    artifacts = session.client.collection(session.in_project("artifacts"), query, limit)
    session.screen.show_list(artifacts, COLUMNS, _rows)


def _rows(artifacts: list[Object]) -> Iterator[list[object]]:
    for artifact in artifacts:
        yield [
            artifact["id"],
            artifact["package"],
            artifact["version"],
            size(artifact.get("size")),
            _type(artifact),
            _sha256(artifact)[:12],
            artifact.get("blueprintId"),
            local_time(artifact.get("createdAt")),
        ]


@app.command("show")
def show_artifact(ctx: typer.Context, ref: ArtifactRef) -> None:
    """Show an artifact."""
    session = Session(ctx)
    _show(session, resolve.artifact(session, ref))


@app.command("upload")
def upload_artifact(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The binary.")
    ],
    version: Annotated[str | None, typer.Option(metavar="V", help="The version it is.")] = None,
    package: Annotated[str, typer.Option(metavar="P", help="The package it belongs to.")] = "main",
    blueprint: Annotated[str | None, typer.Option(metavar="B", help="Only for devices of this kind.")] = None,
    from_header: Annotated[bool, typer.Option("--mcuboot", help="Take the version from the MCUboot header.")] = False,
) -> None:
    """Upload a file as one version of a package. The package is created when it does not exist."""
    if (version is None) is not from_header:
        raise Usage("Give either --version or --mcuboot.")
    if not file.is_file():  # the length is announced before the first byte
        raise Usage(f"{file} is no regular file.")
    session = Session(ctx)
    fields = {
        "projectId": session.project_id,
        "package": package,
        "version": version if version is not None else mcuboot.version(file),
    }
    if blueprint is not None:
        fields["blueprintId"] = resolve.blueprint_id(session, blueprint)
    warn_of_labels(session.screen, fields["package"], fields["version"])
    _show(session, _upload(session, file, fields))


def _upload(session: Session, file: Path, fields: dict[str, str]) -> Object:
    label = f"{fields['package']}@{fields['version']}"
    with file.open("rb") as source, reading(session.screen, source, file.stat().st_size, label) as watched:
        return session.client.upload(path("artifacts"), fields, file.name, watched)


@app.command("download")
def download_artifact(
    ctx: typer.Context,
    ref: ArtifactRef,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; else package-version.bin in this folder.")
    ] = None,
) -> None:
    """Download an artifact. What an earlier attempt left is gone on with, and the SHA-256 is checked."""
    session = Session(ctx)
    artifact = resolve.artifact(session, ref)
    target = out or Path(f"{artifact['package']}-{artifact['version']}.bin".replace(os.sep, "_"))
    if target.exists():
        session.screen.confirm(f"Overwrite {target}?")
    where = session.in_project("artifacts", artifact["id"], "content")
    Download(session.client, where, target, size=int(artifact["size"]), sha256=_sha256(artifact)).run(session.screen)
    session.screen.say(f"Saved {resolve.label(artifact)} as {target}: {size(artifact['size'])}, SHA-256 checked.")
    session.screen.show_json(artifact)


@app.command("delete")
def delete_artifacts(ctx: typer.Context, refs: ArtifactRefs) -> None:
    """Delete artifacts. Refused for one that a cohort deploys."""
    session = Session(ctx)
    artifacts = [resolve.artifact(session, ref) for ref in refs]
    session.screen.confirm(f"Delete {', '.join(resolve.label(artifact) for artifact in artifacts)}?")
    for artifact in artifacts:
        session.client.delete(session.in_project("artifacts", artifact["id"]))
        session.screen.say(f"Deleted {resolve.label(artifact)}.")


def _show(session: Session, artifact: Object) -> None:
    session.screen.show_object(
        artifact,
        [
            ("ID", artifact["id"]),
            ("Artifact", resolve.label(artifact)),
            ("Size", f"{size(artifact.get('size'))} ({artifact.get('size')} bytes)"),
            ("Type", _type(artifact)),
            ("SHA-256", _sha256(artifact)),
            ("Blueprint", artifact.get("blueprintId")),
            ("Created", local_time(artifact.get("createdAt"))),
        ],
    )


def _type(artifact: Object) -> str:
    return str((artifact.get("binaryInfo") or {}).get("type", ""))


def _sha256(artifact: Object) -> str:
    digests = (artifact.get("binaryInfo") or {}).get("digests") or {}
    return str((digests.get("sha256") or {}).get("digest", ""))
