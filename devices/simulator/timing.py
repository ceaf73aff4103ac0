"""How long a device waits for what, in seconds: defaults of firmware family L (contract/coap.md §2, §6, §7)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """`acknowledgement` and `retransmissions` are RFC 7252 §4.8's; the rest is the firmware's own.

    `flash_write` is what storing one block takes and `reboot` how long one lasts, both on average.
    """

    acknowledgement: float = 2.0
    retransmissions: int = 4
    response: float = 10.0
    keep_alive: float = 9.0
    reconnect: float = 1.0
    block_retry: float = 15.0
    block_retries: int = 15
    report_retry: float = 0.5
    longest_report_retry: float = 8.0
    back_off: float = 60.0
    longest_back_off: float = 86_400.0
    flash_write: float = 0.0
    reboot: float = 1.0


DEFAULT_TIMING = Timing()
