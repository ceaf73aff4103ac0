"""Public ids: 24 lower-case hex digits, ordered by time of creation (contract/rest.md §1.4)."""

import re
import secrets
import time

_PUBLIC_ID = re.compile(r"[0-9a-f]{24}")


def new_public_id() -> str:
    """48 bits of milliseconds since 1970, then 48 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


def is_public_id(text: str) -> bool:
    return _PUBLIC_ID.fullmatch(text) is not None
