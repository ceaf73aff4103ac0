"""ota certificate: the authorities whose certificates devices sign in with."""

import base64
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ota_console.cli.arguments import Limit, new_app
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

Id = Annotated[str, typer.Argument(metavar="ID", help="The certificate's id.")]


class Kind(StrEnum):
    ROOT = "root"
    INTERMEDIATE = "intermediate"


@app.command("list")
def list_certificates(ctx: typer.Context, limit: Limit = None) -> None:
    """List the CA certificates, newest first."""
    session = Session(ctx)
    certificates = session.client.collection(session.in_project("certificates"), limit=limit)
    session.screen.show_list(certificates, ["ID", "TYPE", "SUBJECT", "VALID UNTIL", "CREATED"], _rows)


def _rows(certificates: list[Object]) -> Iterator[list[object]]:
    for certificate in certificates:
        content = certificate["certificateContent"]
        yield [
            certificate["id"],
            certificate["certType"],
            content["subject"],
            local_time(content["notAfter"]),
            local_time(certificate["createdAt"]),
        ]


@app.command("show")
def show_certificate(ctx: typer.Context, certificate: Id) -> None:
    """Show a CA certificate."""
    session = Session(ctx)
    _show(session, session.client.get(session.in_project("certificates", certificate)))


@app.command("add")
def add_certificate(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The PEM file.")
    ],
    kind: Annotated[Kind, typer.Option("--type", help="What it is.")] = Kind.ROOT,
) -> None:
    """Add a CA certificate."""
    session = Session(ctx)
    body = {"certFile": base64.b64encode(file.read_bytes()).decode(), "certType": kind}
    _show(session, session.client.post(session.in_project("certificates"), body))


@app.command("delete")
def delete_certificate(ctx: typer.Context, certificate: Id) -> None:
    """Delete a CA certificate."""
    session = Session(ctx)
    found = session.client.get(session.in_project("certificates", certificate))
    session.screen.confirm(f"Delete the certificate of {found['certificateContent']['subject']}?")
    session.client.delete(session.in_project("certificates", certificate))
    session.screen.say(f"Deleted certificate {certificate}.")


def _show(session: Session, certificate: Object) -> None:
    session.screen.show_object(certificate, _lines(certificate))


def _lines(certificate: Object) -> Iterator[tuple[str, Any]]:
    content = certificate["certificateContent"]
    yield "ID", certificate["id"]
    yield "Type", certificate["certType"]
    yield "Subject", content["subject"]
    yield "Issuer", content["issuer"]
    yield "Serial number", content["serialNumber"]
    yield "Valid", f"{local_time(content['notBefore'])} to {local_time(content['notAfter'])}"
    yield "Created", local_time(certificate["createdAt"])
