"""The project's own periodic tasks."""

from ota_console import health
from ota_console.api.idempotency import forget_old_replies
from ota_console.celery import app


@app.task(name="ota_console.tasks.worker_heartbeat")
def worker_heartbeat() -> None:
    """Started by beat and run by a worker: it is heard only while both serve."""
    health.beat("worker")


@app.task(name="ota_console.tasks.forget_replies")
def forget_replies() -> int:
    """Those kept for requests that nobody will send again."""
    return forget_old_replies()
