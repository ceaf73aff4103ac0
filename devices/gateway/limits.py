"""The request rate of one session (contract/coap.md §10)."""

RATE = 20.0  # requests per second, other than blocks
BURST = 40.0


class TokenBucket:
    """Refills with RATE tokens a second up to BURST; each request takes one. Times are seconds of any steady clock."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, now: float) -> None:
        self._tokens = BURST
        self._at = now

    def take(self, now: float) -> bool:
        tokens = min(BURST, self._tokens + (now - self._at) * RATE)
        self._at = now
        self._tokens = tokens - 1 if tokens >= 1 else tokens
        return tokens >= 1
