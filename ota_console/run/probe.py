"""`python -m ota_console.run.probe web:8000 gateway`: exit code 0 when that part serves (container health checks)."""

import asyncio
import sys

from ota_console.core.addresses import Address
from ota_console.run.readiness import missing_parts


def main(address: str, part: str) -> int:
    missing = asyncio.run(missing_parts(Address.parse(address, variable="address")))
    return 1 if part in missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
