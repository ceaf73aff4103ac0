"""Single things by the ids that people and programs use. Each refuses what the actor may not see as not found."""

from collections.abc import Sequence

from devices.models import Certificate, Credential, Device, Release, Tag
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid, NotFound
from ota_console.core.ids import is_public_id
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


def visible_tag(*, project: Project, tag_id: str, actor: Actor) -> Tag:
    tag = Tag.objects.visible_to(actor).filter(project=project, public_id=tag_id).first()
    if tag is None:
        raise NotFound("tag not found")
    return tag


def visible_release(*, project: Project, release_id: str, actor: Actor) -> Release:
    """Raise Invalid for a malformed id (contract/rest.md §4), NotFound for an unknown one."""
    if not is_public_id(release_id):
        raise Invalid("the provided hex string is not a valid ObjectID", field="releaseId")
    releases = Release.objects.visible_to(actor).with_details()
    release = releases.filter(project=project, public_id=release_id).first()
    if release is None:
        raise NotFound("release not found")
    return release


def visible_certificate(*, project: Project, certificate_id: str, actor: Actor) -> Certificate:
    certificates = Certificate.objects.visible_to(actor)
    certificate = certificates.filter(project=project, public_id=certificate_id).first()
    if certificate is None:
        raise NotFound("certificate not found")
    return certificate
