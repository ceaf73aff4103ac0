"""Background work of deployments."""

from celery import shared_task

from deployments import services


@shared_task
def sweep_orphans() -> int:
    """Number of stored files that no artifact claimed and that are gone now."""
    return len(services.remove_orphans())
