"""Background work of deployments."""

from deployments import services
from ota_console.celery import app


@app.task
def sweep_orphans() -> int:
    """Number of stored files that no artifact claimed and that are gone now."""
    return len(services.remove_orphans())
