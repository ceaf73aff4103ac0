"""`manage.py simulate`: simulated devices that observe, download, verify and report over the real protocol."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from devices.simulator.coap import BLOCK_SIZES
from devices.simulator.credentials import CredentialsFileError, PresharedKey, read_credentials
from devices.simulator.display import run_fleet
from devices.simulator.faults import Faults
from devices.simulator.flash import FlashError
from devices.simulator.fleet import FleetOptions
from devices.simulator.provision import find_project, provision
from ota_console.core.addresses import Address
from ota_console.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Run simulated devices until Ctrl-C. Devices <prefix>-0001 and on are created in the project when missing; "
        "with --credentials, existing ones are used and no database is touched."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        _add_devices(parser)
        _add_behaviour(parser)
        _add_faults(parser)
        _add_ending(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            is_well = _run(options)
        except (DomainError, CredentialsFileError, FlashError) as error:
            raise CommandError(str(error)) from error
        if not is_well:
            sys.exit(1)


def _run(options: dict[str, Any]) -> bool:
    keys = _keys(options)
    ending = {"until_updated": options["until_updated"], "seconds": options["seconds"]}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run_fleet(keys, _fleet_options(options), Console(), **ending))


def _keys(options: dict[str, Any]) -> list[PresharedKey]:
    if options["credentials"] is not None:
        keys = read_credentials(options["credentials"])
        return keys if options["devices"] is None else keys[: options["devices"]]
    return provision(
        project=find_project(options["project"]),
        prefix=options["prefix"],
        count=options["devices"] or 1,
        cohort_name=options["cohort"],
    )


def _fleet_options(options: dict[str, Any]) -> FleetOptions:
    return FleetOptions(
        gateway=options["coaps"] or Address.parse(settings.OTA_COAPS, variable="OTA_COAPS").reachable,
        installed={options["package"]: options["initial_version"]},
        state_dir=options["state_dir"] or settings.OTA_DATA_DIR / "simulator",
        block_size=options["block_size"],
        faults=Faults(
            loss=options["drop_blocks"],
            bad_hash=options["fail_hash"],
            offline_at=options["offline_at"],
            offline_seconds=options["offline_seconds"],
            reason=options["fail_reason"],
        ),
        faulty=options["faulty"],
    )


def _add_devices(parser: CommandParser) -> None:
    group = parser.add_argument_group("devices")
    group.add_argument("--devices", type=_count, metavar="N", help="how many; default 1, or all of --credentials")
    group.add_argument("--project", metavar="ID", help="the project they belong to; default: the only one")
    group.add_argument("--prefix", default="sim", help="of their names, default %(default)s")
    group.add_argument("--cohort", metavar="NAME", help="put them into this cohort, created when missing")
    group.add_argument(
        "--credentials", type=Path, metavar="FILE", help='JSON lines with "identity" and "preSharedKey"; no database'
    )
    group.add_argument("--coaps", type=_address, metavar="HOST:PORT", help="the gateway; default OTA_COAPS")


def _add_behaviour(parser: CommandParser) -> None:
    group = parser.add_argument_group("behaviour")
    group.add_argument("--package", default="main", help="installed in the factory, default %(default)s")
    group.add_argument(
        "--initial-version", default="1.0.0", metavar="VERSION", help="of that package, default %(default)s"
    )
    group.add_argument("--block-size", type=int, choices=BLOCK_SIZES, default=1024, help="of downloads, in bytes")
    group.add_argument(
        "--state-dir", type=Path, metavar="DIR", help="what they remember; default simulator/ in the data folder"
    )


def _add_faults(parser: CommandParser) -> None:
    group = parser.add_argument_group("faults")
    group.add_argument(
        "--drop-blocks", type=_chance, default=0.0, metavar="P", help="lose a datagram, in each direction (0 to 1)"
    )
    group.add_argument(
        "--fail-hash", type=_chance, default=0.0, metavar="P", help="fail the check of a download (0 to 1)"
    )
    group.add_argument(
        "--offline-at", type=_percent, metavar="PERCENT", help="leave at this part of a download, and come back"
    )
    group.add_argument(
        "--offline-seconds", type=_seconds, default=15.0, metavar="S", help="gone for so long, default %(default)s"
    )
    group.add_argument(
        "--fail-reason", type=int, choices=range(2, 12), metavar="N", help="fail every update with this reason, 2 to 11"
    )
    group.add_argument("--faulty", type=_count, metavar="N", help="only the first N devices have these faults")


def _add_ending(parser: CommandParser) -> None:
    group = parser.add_argument_group("ending; the exit code is 1 when it did not come to that")
    group.add_argument("--until-updated", action="store_true", help="end when every device runs what its cohort should")
    group.add_argument("--seconds", type=_seconds, metavar="S", help="end after so long in any case")


def _count(text: str) -> int:
    return int(_number(text, least=1, most=100_000, kind=int))


def _seconds(text: str) -> float:
    return _number(text, least=0, most=1e9, kind=float)


def _chance(text: str) -> float:
    return _number(text, least=0, most=1, kind=float)


def _percent(text: str) -> float:
    return _number(text, least=0, most=100, kind=float) / 100


def _number(text: str, *, least: float, most: float, kind: type[int] | type[float]) -> float:
    try:
        value = kind(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text} is not from {least:g} to {most:g}")
    return value


def _address(text: str) -> Address:
    try:
        return Address.parse(text, variable="--coaps").reachable
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
