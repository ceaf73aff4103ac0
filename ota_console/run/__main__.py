"""`python -m ota_console.run`: exit code 0 after a clean stop, 1 when the start is refused."""

import asyncio
import os
import sys

from ota_console.run import data_folder, leftovers, sockets
from ota_console.run.configuration import Configuration
from ota_console.run.errors import CannotStart
from ota_console.run.supervisor import Supervisor
from ota_console.run.terminal import say


def main() -> int:
    try:
        _run(Configuration.read())
    except CannotStart as refusal:
        say(f"Cannot start: {refusal}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):  # before it listened to signals, or told twice
        return 1
    return 0


def _run(configuration: Configuration) -> None:
    os.umask(0o077)  # the database and the log of Valkey are nobody else's either
    data_folder.prepare(configuration.data_dir)
    with data_folder.lock(configuration.data_dir):
        if ended := leftovers.end_leftovers(configuration.data_dir):
            say(f"Ended {ended} processes that an earlier run left.")
        with (
            sockets.listen_http(configuration.http) as http,
            sockets.bind_coaps(configuration.coaps) as coaps,
        ):
            data_folder.ensure_secrets(configuration.data_dir)
            _tell_parts(configuration, OTA_HTTP=sockets.bound_address(http), OTA_COAPS=sockets.bound_address(coaps))
            asyncio.run(Supervisor(configuration, http, coaps).run())


def _tell_parts(configuration: Configuration, **addresses: object) -> None:
    """The parts read the environment: give them what was resolved here, such as the port a 0 became."""
    os.environ.update({name: str(address) for name, address in addresses.items()})
    os.environ["OTA_DATA_DIR"] = str(configuration.data_dir)
    os.environ[leftovers.MARK] = str(configuration.data_dir)


if __name__ == "__main__":
    sys.exit(main())
