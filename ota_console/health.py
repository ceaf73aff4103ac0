"""Health: /healthz says that web answers, /readyz that database, worker and gateway serve as well.

Worker and gateway write a heartbeat every few seconds; a heartbeat that is not renewed expires.
"""

import contextlib

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

PARTS = ("worker", "gateway")
_FRESH_SECONDS = 10


def beat(part: str) -> None:
    """Say that `part` serves now. It never raises: a heartbeat that cannot be written is simply missed."""
    with contextlib.suppress(RedisError, OSError):
        cache.set(_key(part), True, timeout=_FRESH_SECONDS)


def forget() -> None:
    """Forget the heartbeats of an earlier run, so that a new one is not called ready too soon."""
    with contextlib.suppress(RedisError, OSError):
        cache.delete_many([_key(part) for part in PARTS])


def missing() -> list[str]:
    """Names of what does not serve: "database", "redis", "worker", "gateway". It never raises."""
    return [*_missing_database(), *_missing_parts()]


def _missing_database() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return ["database"]
    return []


def _missing_parts() -> list[str]:
    try:
        fresh = cache.get_many([_key(part) for part in PARTS])
    except (RedisError, OSError):
        return ["redis", *PARTS]
    return [part for part in PARTS if _key(part) not in fresh]


def _key(part: str) -> str:
    return f"health.{part}"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"healthy": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything serves, else 503; `missing` names what does not."""
    absent = missing()
    return JsonResponse({"ready": not absent, "missing": absent}, status=503 if absent else 200)


urlpatterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
