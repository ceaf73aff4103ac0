"""Provisioning: a device and its credential in one step."""

from collections.abc import Iterable, Sequence
from types import EllipsisType

from django.db import transaction

from deployments.models import Blueprint, Cohort
from devices.models import Device, Tag
from devices.services.credentials import create_credential
from devices.services.devices import Edit, create_device, update_device
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project


@transaction.atomic
def provision_device(
    *,
    project: Project,
    name: str,
    actor: Actor,
    identity: str | None = None,
    key: str | None = None,
    hardware_ids: Sequence[str] = (),
    tags: Iterable[Tag] = (),
    blueprint: Blueprint | None = None,
    cohort: Cohort | None = None,
) -> Device:
    """A new device with a credential; the identity is the device's name when none is given. Raises as its parts do."""
    device = create_device(
        project=project,
        name=name,
        hardware_ids=hardware_ids,
        tags=tags,
        blueprint=blueprint,
        cohort=cohort,
        actor=actor,
    )
    create_credential(device=device, identity=identity or device.name, key=key, actor=actor)
    return device


@transaction.atomic
def provision_again(
    *,
    device: Device,
    actor: Actor,
    name: str | EllipsisType = ...,
    identity: str | None = None,
    key: str | None = None,
    hardware_ids: Sequence[str] = (),
    tags: Sequence[Tag] = (),
    blueprint: Blueprint | EllipsisType = ...,
    cohort: Cohort | EllipsisType = ...,
) -> Device:
    """Give an existing device what is named, and one more credential; what it has stays."""
    updated = update_device(
        device=device,
        name=name,
        hardware_ids=Edit(added=hardware_ids),
        tags=Edit(added=tags),
        blueprint=blueprint,
        cohort=cohort,
        actor=actor,
    )
    create_credential(device=device, identity=identity or updated.name, key=key, actor=actor)
    return updated
