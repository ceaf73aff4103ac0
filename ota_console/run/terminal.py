"""What the person at the terminal sees: every line begins with the part it comes from."""

import asyncio
import contextlib
import sys

_WIDTH = 8
_CHUNK = 64 * 1024


def say(line: str, *, part: str = "ota") -> None:
    """Print one line. A full disk or a closed terminal must not end us: what cannot be written is dropped."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{part:<{_WIDTH}}| {line}\n")
        sys.stdout.flush()


async def relay(source: asyncio.StreamReader, *, part: str) -> None:
    """Show what a part prints, line by line, until it closes its output."""
    rest = b""
    while chunk := await source.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            say(line.decode(errors="replace").rstrip("\r"), part=part)
    if rest:
        say(rest.decode(errors="replace"), part=part)
