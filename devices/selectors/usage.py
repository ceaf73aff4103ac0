"""What was delivered to the devices of a project, month by month."""

from collections.abc import Sequence
from datetime import date

from devices.models import Usage
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project


def monthly_usage(
    *, project: Project, actor: Actor, start: date | None = None, end: date | None = None
) -> Sequence[Usage]:
    """Oldest month first; both bounds, given as first days of months, are inclusive. Empty months are left out."""
    months = Usage.objects.visible_to(actor).filter(project=project)
    if start is not None:
        months = months.filter(month__gte=start)
    if end is not None:
        months = months.filter(month__lte=end)
    return list(months)
