"""ota credential: the keys devices sign in with."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ota_console.cli import resolve
from ota_console.cli.arguments import DeviceRef, new_app
from ota_console.cli.formats import local_time
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

app = new_app()

HIDDEN = "••••"


@app.command("list")
def list_credentials(
    ctx: typer.Context,
    device: DeviceRef,
    show_keys: Annotated[bool, typer.Option("--show-keys", help="Print the keys, in JSON too.")] = False,
) -> None:
    """List a device's credentials."""
    session = Session(ctx)
    credentials = session.client.collection(_where(session, device))
    if not show_keys:
        credentials = [_without_key(credential) for credential in credentials]
    session.screen.show_list(credentials, ["ID", "TYPE", "IDENTITY", "KEY", "CREATED"], _rows)


def _rows(credentials: list[Object]) -> Iterator[list[object]]:
    for credential in credentials:
        yield [
            credential["id"],
            credential["type"],
            credential["identity"],
            credential.get("preSharedKey", HIDDEN),
            local_time(credential.get("createdAt")),
        ]


@app.command("add")
def add_credential(
    ctx: typer.Context,
    device: DeviceRef,
    identity: Annotated[
        str | None, typer.Option(metavar="I", help="What the device calls itself; else generated.")
    ] = None,
    psk: Annotated[str | None, typer.Option(metavar="K", help="The key; else generated.")] = None,
) -> None:
    """Give a device a key, and print it."""
    session = Session(ctx)
    body = {"type": "PRE_SHARED_KEY"}
    if identity is not None:
        body["identity"] = identity
    if psk is not None:
        body["preSharedKey"] = psk
    credential = session.client.post(_where(session, device), body)
    session.screen.show_object(
        credential,
        [("ID", credential["id"]), ("Identity", credential["identity"]), ("Key", credential["preSharedKey"])],
    )


@app.command("delete")
def delete_credential(
    ctx: typer.Context,
    device: DeviceRef,
    credential: Annotated[str, typer.Argument(metavar="CREDENTIAL", help="The credential's id.")],
) -> None:
    """Delete a credential. The device cannot sign in with it any more."""
    session = Session(ctx)
    found = resolve.device(session, device)
    session.screen.confirm(f"Delete credential {credential} of {found['name']}?")
    session.client.delete(session.in_project("devices", found["id"], "credentials", credential))
    session.screen.say(f"Deleted credential {credential}.")


def _where(session: Session, ref: str) -> str:
    return session.in_project("devices", resolve.device(session, ref)["id"], "credentials")


def _without_key(credential: Object) -> Object:
    return {name: value for name, value in credential.items() if name != "preSharedKey"}
