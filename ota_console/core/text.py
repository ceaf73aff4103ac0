"""Rules for names that people choose."""

import unicodedata

from ota_console.core.errors import Invalid

LONGEST_NAME = 255


def require_name(text: str, *, field: str, longest: int = LONGEST_NAME) -> str:
    """The name without outer blanks. Raise Invalid when it is empty, too long or holds control characters."""
    name = text.strip()
    if not name:
        raise Invalid(f"{field}: must not be empty", field=field)
    if len(name) > longest:
        raise Invalid(f"{field}: must not be longer than {longest} characters", field=field)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise Invalid(f"{field}: must not contain control characters", field=field)
    return name
