"""Credentials: create, reveal, delete. The gateways ask for a key at every handshake, so a new one works at once."""

import secrets
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from devices.events import CredentialCreated, CredentialDeleted, CredentialRevealed, DeviceEvent
from devices.models import Credential, Device, open_key, seal_key
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound, Precondition
from ota_console.core.events import publish
from ota_console.tenancy.models import Project

LONGEST_IDENTITY = 128  # bytes, with the project: what OpenSSL accepts (PSK_MAX_IDENTITY_LEN)
LONGEST_KEY = 64  # bytes; default Mbed TLS builds take 32 (contract/coap.md §1)


@transaction.atomic
def create_credential(
    *, device: Device, actor: Actor, identity: str | None = None, key: str | None = None
) -> Credential:
    """The stored identity is `<identity>@<project id>`. What is missing is generated: 32 hex digits for the key.

    Raise Invalid, field `identity` or `preSharedKey`, for what a device could not send; Conflict for a taken identity.
    """
    actor.require("credentials.edit", project=device.project_id)
    identity = full_identity(device.project, identity or secrets.token_hex(8))
    key = key or secrets.token_hex(16)
    require_sendable(identity, field="identity", longest=LONGEST_IDENTITY)
    require_sendable(key, field="preSharedKey", longest=LONGEST_KEY)
    try:
        with transaction.atomic():
            credential = Credential.objects.create(
                device=device, identity=identity, sealed_key=seal_key(key, identity=identity)
            )
    except IntegrityError as error:
        raise Conflict(f"identity: {identity} already exists", field="identity") from error
    _publish(CredentialCreated, device, [credential], actor)
    return credential


def reveal_key(*, credential: Credential, actor: Actor) -> str:
    """The key in clear. Raise Forbidden for viewers, Precondition when this installation cannot decrypt it."""
    actor.require("credentials.view", project=credential.device.project_id)
    key = _opened(credential)
    with transaction.atomic():
        _publish(CredentialRevealed, credential.device, [credential], actor)
    return key


def reveal_keys(*, device: Device, actor: Actor) -> list[tuple[Credential, str]]:
    """All credentials of the device, each with its key in clear. Raises as `reveal_key` does."""
    actor.require("credentials.view", project=device.project_id)
    credentials = list(Credential.objects.visible_to(actor).filter(device=device))
    revealed = [(credential, _opened(credential)) for credential in credentials]
    if credentials:
        with transaction.atomic():
            _publish(CredentialRevealed, device, credentials, actor)
    return revealed


@transaction.atomic
def delete_credential(*, credential: Credential, actor: Actor) -> None:
    """Sessions that were opened with it end."""
    actor.require("credentials.edit", project=credential.device.project_id)
    _publish(CredentialDeleted, credential.device, [credential], actor)
    deleted, _ = Credential.objects.filter(pk=credential.pk).delete()
    if not deleted:
        raise NotFound("credential not found")


def _publish(event: type[DeviceEvent], device: Device, credentials: Iterable[Credential], actor: Actor) -> None:
    publish(
        event(
            project_id=device.project_id,
            object_id=device.public_id,
            actor=actor,
            device_pk=device.pk,
            changes={"identity": ", ".join(credential.identity for credential in credentials)},
        )
    )


def _opened(credential: Credential) -> str:
    try:
        return open_key(credential.sealed_key, identity=credential.identity)
    except ValueError as error:
        message = f"the key of {credential.identity} was encrypted with a key that this installation does not have"
        raise Precondition(message) from error


def full_identity(project: Project, identity: str) -> str:
    """As it is stored and sent: `<identity>@<project id>`."""
    suffix = f"@{project.slug}"
    return identity if identity.endswith(suffix) else identity + suffix


def require_sendable(text: str, *, field: str, longest: int) -> None:
    """Raise Invalid unless devices can send it; `longest` in bytes."""
    if not text.isprintable() or text.startswith("@"):
        raise Invalid(f"{field}: must be printable text", field=field)
    if len(text.encode()) > longest:
        raise Invalid(f"{field}: must not be longer than {longest} bytes", field=field)
