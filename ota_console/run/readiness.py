"""Asks /readyz whether every part serves."""

import asyncio
import json

from ota_console.core.addresses import Address

_PATIENCE = 5.0  # seconds for one answer


async def missing_parts(address: Address) -> list[str]:
    """Names of what does not serve yet; empty when all is ready. Without an answer web is missing."""
    try:
        async with asyncio.timeout(_PATIENCE):
            status, body = await _get(address, "/readyz")
        if status == 200:
            return []
        missing = json.loads(body)["missing"]
    except (OSError, ValueError, LookupError, TypeError, TimeoutError):
        return ["web"]
    return [str(part) for part in missing]


async def _get(address: Address, path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(maxsplit=2)[1]), body
