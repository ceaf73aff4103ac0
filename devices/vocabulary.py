"""The numbers that devices report, and their names (contract/coap.md §7)."""

IDLE, DOWNLOADING, DOWNLOADED, UPDATING = range(4)

STATE_NAMES = {
    IDLE: "IDLE",
    DOWNLOADING: "DOWNLOADING",
    DOWNLOADED: "DOWNLOADED",
    UPDATING: "UPDATING",
}
REASON_TEXTS = {
    0: "ready",
    1: "firmware updated successfully",
    2: "not enough flash",
    3: "out of RAM",
    4: "connection lost",
    5: "integrity check failed",
    6: "unsupported package type",
    7: "invalid URI",
    8: "firmware update failed",
    9: "unsupported protocol",
    10: "I/O error while storing",
    11: "awaiting retry",
}
ACTIVE_STATES = (DOWNLOADING, DOWNLOADED, UPDATING)
READY, UPDATED, AWAITING_RETRY = 0, 1, 11
FAILURES = tuple(range(2, 11))
UNSUCCESSFUL = (*FAILURES, AWAITING_RETRY)  # a device that backs off has failed and not recovered yet


def state_name(state: int) -> str:
    return STATE_NAMES.get(state, f"STATE_{state}")


def reason_text(reason: int) -> str:
    return REASON_TEXTS.get(reason, f"reason {reason}")
