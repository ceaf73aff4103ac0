"""Rate limits per API key, counted in Redis; without Redis nobody is held up."""

import math
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from redis import Redis, RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

log = structlog.get_logger()

_LEFT_ALONE = 5.0  # seconds without asking a Redis that did not answer: each question takes its time


class KeyRate(BaseThrottle):
    """At most OTA_API_BURST requests of a key in as many seconds as OTA_API_RATE takes for them."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = getattr(request.user, "key", None)
        if key is None or settings.OTA_API_RATE <= 0:
            return True
        window = settings.OTA_API_BURST / settings.OTA_API_RATE
        now = time.time()
        number = math.floor(now / window)
        self._wait = (number + 1) * window - now
        count = counter.count(f"ota:rate:{key.pk}:{number}", lasts=math.ceil(window))
        return count <= int(settings.OTA_API_BURST)

    def wait(self) -> float:
        return self._wait


@dataclass
class Counter:
    """Counts in Redis; one round trip. Shared by the threads of a process."""

    redis: Redis
    silent_until: float = 0.0

    def count(self, name: str, *, lasts: int) -> int:
        """How often it was asked, this time included; 0 when nobody knows."""
        if time.monotonic() < self.silent_until:
            return 0
        try:
            with self.redis.pipeline(transaction=False) as pipeline:
                pipeline.incr(name)
                pipeline.expire(name, lasts)
                return int(pipeline.execute()[0])
        except RedisError as error:
            self.silent_until = time.monotonic() + _LEFT_ALONE
            log.warning("rates_uncounted", reason=str(error))
            return 0


counter = Counter(Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2))
