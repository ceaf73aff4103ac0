"""Tags: words to find devices by."""

import re

from django.db import IntegrityError, transaction

from devices.events import TagCreated, TagDeleted
from devices.models import Tag
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound
from ota_console.core.events import publish
from ota_console.tenancy.models import Project

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


@transaction.atomic
def create_tag(*, project: Project, name: str, actor: Actor) -> Tag:
    """Raise Invalid for other characters than A–Z a–z 0–9 _ -, Conflict for a name that is taken."""
    actor.require("tags.edit", project=project.pk)
    if _NAME.fullmatch(name) is None:
        raise Invalid("tag names can use only use characters A-Z a-z 0-9 _ -", field="name")
    try:
        with transaction.atomic():
            tag = Tag.objects.create(project=project, name=name)
    except IntegrityError as error:
        raise Conflict(f"tag name already being used: {name}", field="name") from error
    publish(TagCreated(project_id=project.pk, object_id=tag.public_id, actor=actor, changes={"name": [None, name]}))
    return tag


@transaction.atomic
def delete_tag(*, tag: Tag, actor: Actor) -> None:
    """Devices and releases lose it."""
    actor.require("tags.edit", project=tag.project_id)
    locked = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if locked is None:
        raise NotFound("tag not found")
    publish(
        TagDeleted(
            project_id=locked.project_id,
            object_id=locked.public_id,
            actor=actor,
            changes={"name": [locked.name, None]},
        )
    )
    locked.delete()
