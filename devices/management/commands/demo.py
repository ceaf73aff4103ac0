"""`manage.py demo`: simulated devices beside a running installation, set up through its REST API."""

import asyncio
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from devices.simulator.demo import Installation, NotRunning, run_demo
from devices.simulator.rest import RestError


class Command(BaseCommand):
    help = "Let 20 simulated devices update to and fro on the running installation, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deployments", type=int, metavar="N", help="end after so many; default: Ctrl-C ends")
        parser.add_argument(
            "--pause", type=float, default=20.0, metavar="SECONDS", help="between them, default %(default)s"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            installation = Installation.read(settings.OTA_DATA_DIR / "first-run.json")
            demo = run_demo(installation, Console(), deployments=options["deployments"], pause=options["pause"])
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(demo)
        except (NotRunning, RestError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("The devices have said goodbye.")
