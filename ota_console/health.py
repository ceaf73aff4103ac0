"""Health: /healthz says that web answers, /readyz that database, worker and gateway serve as well.

Worker and gateway write a heartbeat every few seconds; a heartbeat that is not renewed expires.
"""

import contextlib
import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
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


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"healthy": True})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything serves, else 503; `missing` names what does not."""
    absent = missing()
    return JsonResponse({"ready": not absent, "missing": absent}, status=503 if absent else 200)


_PAGES = {"/healthz": never_cache(require_safe(healthz)), "/readyz": never_cache(require_safe(readyz))}


class HealthMiddleware:
    """Answers before everything else: probes ask by address, not by a host name of ours, and often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _PAGES.get(request.path, self._get_response)(request)


class IsNotAboutReadiness(logging.Filter):
    """Drops Django's error line for each 503 of /readyz: to be asked and not to be ready is no error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path", None) != "/readyz"
