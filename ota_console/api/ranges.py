"""Byte ranges of a download (RFC 9110 §14): one at a time, which is what resuming needs."""

import re

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """The range starts behind the end."""


def byte_range(header: str, size: int) -> range | None:
    """The positions that a Range header asks for; None for a header that is to be ignored, such as several ranges.

    Raise Unsatisfiable when nothing of the `size` bytes lies in it.
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        wanted = range(max(0, size - int(last)), size)
    else:
        wanted = range(int(first), min(size, int(last) + 1) if last else size)
        if last and int(last) < int(first):
            return None
    if not wanted:
        raise Unsatisfiable
    return wanted
