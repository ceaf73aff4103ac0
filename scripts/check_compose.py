"""`python scripts/check_compose.py docker-compose.yml`: what no schema sees, that every reference leads somewhere.

Services that another waits for, volumes, files for the environment (or the example to write them from), the Dockerfile
with the stage that is built, and, where a service waits for another's health, a health check there.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


def broken_references(file: Path) -> list[str]:
    """One sentence for each reference that leads nowhere."""
    compose = yaml.safe_load(file.read_text())
    services = compose["services"]
    return [
        f"{name}: {problem}"
        for name, service in services.items()
        for problem in [
            *_dependencies(service, services),
            *_volumes(service, compose.get("volumes") or {}, file.parent),
            *_env_files(service, file.parent),
            *_build(service, file.parent),
        ]
    ]


def _dependencies(service: dict[str, Any], services: dict[str, Any]) -> Iterator[str]:
    for other, how in (service.get("depends_on") or {}).items():
        if other not in services:
            yield f"waits for {other}, which is no service"
        elif how["condition"] == "service_healthy" and "healthcheck" not in services[other]:
            yield f"waits for the health of {other}, which has no health check"


def _volumes(service: dict[str, Any], volumes: dict[str, Any], folder: Path) -> Iterator[str]:
    for mount in service.get("volumes") or []:
        source = mount.partition(":")[0]
        if source.startswith((".", "/")):
            if not (folder / source).exists():
                yield f"mounts {source}, which does not exist"
        elif source not in volumes:
            yield f"mounts the volume {source}, which is not declared"


def _env_files(service: dict[str, Any], folder: Path) -> Iterator[str]:
    named = service.get("env_file") or []
    for name in [named] if isinstance(named, str) else named:
        if not (folder / name).exists() and not (folder / f"{name}.example").exists():
            yield f"reads {name}, which neither exists nor has an example"


def _build(service: dict[str, Any], folder: Path) -> Iterator[str]:
    build = service.get("build")
    if build is None:
        return
    dockerfile = folder / build["context"] / build.get("dockerfile", "Dockerfile")
    if not dockerfile.is_file():
        yield f"is built from {dockerfile}, which does not exist"
        return
    stages = re.findall(r"^FROM\s+\S+\s+AS\s+(\S+)", dockerfile.read_text(), flags=re.MULTILINE | re.IGNORECASE)
    if build.get("target") not in stages:
        yield f"is built to the stage {build.get('target')}, which the Dockerfile does not have"


def main(file: str) -> int:
    problems = broken_references(Path(file))
    for problem in problems:
        sys.stderr.write(f"{file}: {problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
