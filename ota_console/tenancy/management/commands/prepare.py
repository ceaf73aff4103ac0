"""`manage.py prepare`: what must be done before the parts of an installation start. Doing it again is harmless."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from ota_console import health
from ota_console.tenancy.first_run import ensure_first_run


class Command(BaseCommand):
    help = "Migrate the database, collect static files and, on an empty database, create the first sign-in."

    def handle(self, *args: Any, **options: Any) -> None:
        _require_database()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        ensure_first_run(settings.OTA_DATA_DIR / "first-run.json")
        health.forget()


def _require_database() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(f"DATABASE_URL: the database does not answer: {error}") from error
