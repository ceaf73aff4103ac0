"""Blueprints: kinds of hardware."""

import re

from django.db import IntegrityError, transaction

from deployments.events import BlueprintCreated, BlueprintDeleted
from deployments.models import Artifact, Blueprint
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound, Precondition
from ota_console.core.events import publish
from ota_console.core.text import require_name
from ota_console.tenancy.models import Project

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


@transaction.atomic
def create_blueprint(
    *, project: Project, name: str, actor: Actor, board_id: str | None = None, platform: str | None = None
) -> Blueprint:
    """Raise Invalid for other characters than A–Z a–z 0–9 _ -, Conflict for a name that is taken."""
    actor.require("blueprints.edit", project=project.pk)
    if _NAME.fullmatch(name) is None:
        raise Invalid("blueprint names can use only use characters A-Z a-z 0-9 _ -", field="name")
    try:
        with transaction.atomic():
            blueprint = Blueprint.objects.create(
                project=project,
                name=name,
                board_id=require_name(board_id, field="boardId") if board_id else None,
                platform=require_name(platform, field="platform") if platform else None,
            )
    except IntegrityError as error:
        raise Conflict(f"blueprint name already being used: {name}", field="name") from error
    publish(
        BlueprintCreated(
            project_id=project.pk, object_id=blueprint.public_id, actor=actor, changes={"name": [None, name]}
        )
    )
    return blueprint


@transaction.atomic
def delete_blueprint(*, blueprint: Blueprint, actor: Actor) -> None:
    """Devices lose it. Raise Precondition while an artifact names it."""
    actor.require("blueprints.edit", project=blueprint.project_id)
    locked = Blueprint.objects.select_for_update().filter(pk=blueprint.pk).first()
    if locked is None:
        raise NotFound("blueprint or tag not found")
    if Artifact.objects.filter(blueprint=locked).exists():
        raise Precondition("blueprint in use: an artifact names it; delete that artifact first")
    publish(
        BlueprintDeleted(
            project_id=locked.project_id,
            object_id=locked.public_id,
            actor=actor,
            changes={"name": [locked.name, None]},
        )
    )
    locked.delete()
