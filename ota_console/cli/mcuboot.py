"""The version in an MCUboot image header (MCUboot design document, "Image Format")."""

import struct
from pathlib import Path

from ota_console.cli.errors import OtaError

MAGIC = 0x96F3B83D
HEADER = struct.Struct("<I16xBBHI")  # magic; load address, sizes and flags; major, minor, revision, build


def version(file: Path) -> str:
    """major.minor.revision, with +build when there is one. Raises OtaError for a file that is no MCUboot image."""
    with file.open("rb") as source:
        header = source.read(HEADER.size)
    if len(header) < HEADER.size or header[:4] != MAGIC.to_bytes(4, "little"):
        raise OtaError(f"{file} is no MCUboot image: give --version.")
    _, major, minor, revision, build = HEADER.unpack(header)
    return f"{major}.{minor}.{revision}" + (f"+{build}" if build else "")
