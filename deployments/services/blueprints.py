"""Blueprints: kinds of hardware."""

import re

from django.db import IntegrityError, transaction

from deployments.models import Blueprint
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid
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
            return Blueprint.objects.create(
                project=project, name=name, board_id=board_id or None, platform=platform or None
            )
    except IntegrityError as error:
        raise Conflict(f"blueprint name already being used: {name}", field="name") from error
