"""Bodies larger than ordinary ones, for the endpoints that take many things at once."""

from rest_framework.request import Request

from ota_console.core.errors import TooLarge

LARGEST = 16 * 1024 * 1024  # bytes: 100,000 names of 160


def large_body(request: Request) -> bytes:
    """The whole body. Raise TooLarge before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > LARGEST:
        raise TooLarge(f"the body is larger than {LARGEST} bytes")
    body: bytes = request._request.read()
    return body
