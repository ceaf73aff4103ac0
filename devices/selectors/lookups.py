"""Single things by the ids that people and programs use. Each refuses what the actor may not see as not found."""

from collections.abc import Sequence

from devices.models import Credential, Device, Tag
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid, NotFound
from ota_console.tenancy.models import Project


def visible_device(*, project: Project, device_id: str, actor: Actor) -> Device:
    devices = Device.objects.visible_to(actor).select_related("cohort", "blueprint", "project")
    device = devices.filter(project=project, public_id=device_id).first()
    if device is None:
        raise NotFound("device not found")
    return device


def visible_credential(*, device: Device, credential_id: str, actor: Actor) -> Credential:
    credentials = Credential.objects.visible_to(actor).select_related("device__project")
    credential = credentials.filter(device=device, public_id=credential_id).first()
    if credential is None:
        raise NotFound("credential not found")
    return credential


def visible_tags(*, project: Project, tag_ids: Sequence[str], actor: Actor, field: str = "tagIds") -> list[Tag]:
    """Raise Invalid, naming the `field` they came in, for any that the project does not have."""
    found = Tag.objects.visible_to(actor).filter(project=project, public_id__in=tag_ids)
    by_id = {tag.public_id: tag for tag in found}
    unknown = [tag_id for tag_id in tag_ids if tag_id not in by_id]
    if unknown:
        raise Invalid(f"{field}: there is no tag {unknown[0]} in the project", field=field)
    return [by_id[tag_id] for tag_id in tag_ids]
