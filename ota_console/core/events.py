"""Domain events: recorded with the change that caused them, announced once it is committed.

Events are frozen dataclasses in the past tense with ids, never model instances. Who listens is listed in
`settings.EVENT_RECORDERS` and `settings.EVENT_SUBSCRIBERS`, so the whole fan-out is readable in one place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from ota_console.core.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Event:
    """`object_id` is the public id of what changed, `changes` field → [before, after].

    `project_id` is a primary key; what happens to a whole organization has an `organization_id` in its place.
    """

    name: ClassVar[str]
    object_type: ClassVar[str]

    project_id: int | None = None
    organization_id: int | None = None
    object_id: str
    actor: Actor
    changes: Mapping[str, Any] | None = None


def publish(event: Event) -> None:
    """Record the event in the running transaction and tell subscribers after its commit.

    Raises RuntimeError outside a transaction: an event without its change, or the reverse, must not exist.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() must be called inside a transaction")
    for path in settings.EVENT_RECORDERS:
        import_string(path)(event)
    for path in settings.EVENT_SUBSCRIBERS:
        transaction.on_commit(_call(import_string(path), event), robust=True)


def _call(handler: Callable[[Event], None], event: Event) -> Callable[[], None]:
    return lambda: handler(event)
