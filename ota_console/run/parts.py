"""The programs an installation consists of, as the supervisor starts them."""

import sys
from pathlib import Path

from ota_console.run import valkey
from ota_console.run.child import Part

_MANAGE = [sys.executable, "manage.py"]


def preparation() -> Part:
    """Runs to its end before anything serves."""
    return Part("prepare", [*_MANAGE, "prepare"])


def private_valkey(data_dir: Path) -> Part:
    return Part("valkey", valkey.command(data_dir))


def web(listener: int) -> Part:
    """One uvicorn on the listening socket; requests are logged by Django, not a second time by uvicorn."""
    options = ["--fd", str(listener), "--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    graceful = ["--timeout-graceful-shutdown", "5"]
    command = [sys.executable, "-m", "uvicorn", "ota_console.asgi:application", *options, *graceful]
    return Part("web", command, inherited=(listener,))


def worker() -> Part:
    """Celery with beat inside, on threads."""
    options = [
        "-P",
        "threads",
        "-c",
        "4",
        "-B",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
    return Part("worker", [sys.executable, "-m", "celery", "-A", "ota_console.celery", "-q", "worker", *options])


def gateway(bound: int) -> Part:
    """The CoAP server on the bound UDP socket, so that its crash loses no port."""
    return Part("gateway", [*_MANAGE, "gateway"], (bound,), {"OTA_GATEWAY_FD": str(bound)})
