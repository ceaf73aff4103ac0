"""Ids that people choose for organizations and projects."""

from django.core.exceptions import ValidationError

from ota_console.core.errors import Invalid
from ota_console.tenancy.models import SLUG


def require_slug(text: str, *, what: str) -> None:
    """Raise Invalid, field `id`."""
    try:
        SLUG(text)
    except ValidationError as error:
        raise Invalid(f"{what}: {SLUG.message}", field="id") from error
