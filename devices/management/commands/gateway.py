"""`manage.py gateway`: serve devices until SIGTERM or SIGINT."""

import asyncio
import signal
from typing import Any

import uvloop
from django.core.management.base import BaseCommand, CommandError

from devices.gateway.server import Gateway, open_socket


class Command(BaseCommand):
    help = "Serve devices on OTA_COAPS, or on the socket whose file descriptor OTA_GATEWAY_FD names."

    def handle(self, *args: Any, **options: Any) -> None:
        uvloop.run(_serve())


async def _serve() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        listening = open_socket()
    except OSError as error:
        raise CommandError(f"OTA_COAPS: {error.strerror}") from error
    await Gateway().serve(listening, stop)
