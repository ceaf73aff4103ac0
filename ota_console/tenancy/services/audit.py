"""The trail: what changed, by whom, from where."""

from ota_console.core.events import Event
from ota_console.tenancy.models import AuditEntry


def record_audit(event: Event) -> None:
    """Write the audit row of an event, in its transaction (settings.EVENT_RECORDERS)."""
    AuditEntry.objects.create(
        project_id=event.project_id,
        organization_id=event.organization_id,
        actor_kind=event.actor.kind,
        actor_name=event.actor.name,
        address=event.actor.address,
        action=event.name,
        object_type=event.object_type,
        object_id=event.object_id,
        changes=dict(event.changes) if event.changes else None,
    )
