"""`python -m tests.packages`: the system packages that tests need, installed when we may, named when we may not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tests.servers import postgresql_program

#: Debian package → a program of it that tests start.
PACKAGES: Mapping[str, str] = {
    "postgresql": "initdb",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "libcoap3-bin": "coap-client-openssl",
    "npm": "npm",
}


def missing_packages() -> list[str]:
    return [package for package, program in PACKAGES.items() if not _is_there(program)]


def _is_there(program: str) -> bool:
    return bool(shutil.which(program) or postgresql_program(program))


def main() -> None:
    missing = missing_packages()
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"The tests need these Debian packages: apt-get install {' '.join(missing)}")
    print(f"Installing for the tests: {' '.join(missing)}", flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=True)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    subprocess.run(install, env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
