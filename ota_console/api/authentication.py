"""Who calls: an API key, sent as `x-api-key: <key>` or `authorization: bearer <key>` (contract/rest.md §1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from ota_console.core.actors import Actor
from ota_console.tenancy.models import ApiKey
from ota_console.tenancy.selectors import api_key_actor, usable_api_key

SCHEME = "Bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """`request.user` of an API request; what it may do is its actor's business."""

    actor: Actor
    key: ApiKey
    is_authenticated: bool = True


class ApiKeyAuthentication(BaseAuthentication):
    """`request.auth` is the actor. Raise Unauthenticated for a key that is unknown, revoked or expired."""

    def authenticate(self, request: Request) -> tuple[Caller, Actor] | None:
        secret = sent_key(request.headers)
        if not secret:
            return None
        key = usable_api_key(secret)
        actor = api_key_actor(key, address=request.META.get("REMOTE_ADDR", ""))
        return Caller(actor, key), actor

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def sent_key(headers: Mapping[str, str]) -> str:
    """Empty when there is none."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    bearer = token.strip() if scheme.lower() == SCHEME.lower() else ""
    return headers.get("x-api-key", "").strip() or bearer
