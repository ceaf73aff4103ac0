"""Observe on the manifest (RFC 7641): who watches, what each was sent last, and notifications until acknowledged.

A notification goes out when the device's desired key differs from the one it was sent last, so each change is told
exactly once, whatever road the news came by. Leaving a cohort resets that key silently: joining again notifies.
"""

import asyncio
import heapq
import random
import time
from collections.abc import Iterable
from itertools import count

from devices.gateway import codec
from devices.gateway.codec import Code, Type
from devices.gateway.content import Reply, manifest_reply
from devices.gateway.session import Session

# RFC 7252 §4.8
ACK_TIMEOUT = 2.0
ACK_RANDOM_FACTOR = 1.5
MAX_RETRANSMIT = 4

_SLICE = 50  # notifications between two turns of the event loop
_SEQUENCE_PER_SECOND = 8
_SEQUENCE_MASK = 0xFFFFFF


class Observation:
    """The one observation of a session; a new registration replaces it (contract/coap.md §5).

    `sent` is the desired key sent last. `message_id` is that of the notification under way, None when there is none.
    """

    __slots__ = (
        "attempt",
        "block",
        "content_format",
        "message_id",
        "notification",
        "sent",
        "sequence",
        "session",
        "token",
        "wait",
    )

    def __init__(self, session: Session, token: bytes, content_format: int, block: int | None) -> None:
        self.session = session
        self.token = token
        self.content_format = content_format
        self.block = block
        self.sent = session.device.desired_key
        self.sequence = _clock()
        self.message_id: int | None = None
        self.notification = b""
        self.attempt = 0
        self.wait = 0.0

    @property
    def is_current(self) -> bool:
        return self.session.observation is self

    def next_sequence(self) -> int:
        """Increases by the clock, so that it goes on increasing over reconnects and restarts of the gateway."""
        self.sequence = max(self.sequence + 1, _clock())
        return self.sequence & _SEQUENCE_MASK


class Observers:
    """Sends notifications and repeats them. One is under way per observation, always with the newest manifest."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Observation, int]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    def register(self, session: Session, token: bytes, content_format: int, block: int | None) -> Reply:
        """Observe the manifest; the answer carries the current one."""
        reply = manifest_reply(session.device.desired, content_format, block, _clock() & _SEQUENCE_MASK)
        if reply.code == Code.CONTENT:
            session.observation = Observation(session, token, content_format, block)
        return reply

    def deregister(self, session: Session, token: bytes) -> None:
        if session.observation is not None and session.observation.token == token:
            session.observation = None

    async def consider_all(self, sessions: Iterable[Session]) -> None:
        """Consider many, in slices between which other datagrams are served."""
        for number, session in enumerate(sessions, 1):
            self.consider(session)
            if number % _SLICE == 0:
                await asyncio.sleep(0)

    def consider(self, session: Session) -> None:
        """Notify if this session was not yet sent what its device should run."""
        observation = session.observation
        if observation is None:
            return
        desired = session.device.desired_key
        if desired is None:
            observation.sent = observation.message_id = None
        elif desired != observation.sent and observation.message_id is None:
            self._notify(observation, attempt=0, wait=_first_wait())

    def acknowledge(self, session: Session, message_id: int) -> None:
        """An ACK ends the retransmission; what changed meanwhile is sent now."""
        observation = session.observation
        if observation is not None and observation.message_id == message_id:
            observation.message_id = None
            self.consider(session)

    def reset(self, session: Session, message_id: int) -> None:
        """An RST ends the observation (RFC 7641 §3.5)."""
        observation = session.observation
        if observation is not None and observation.message_id == message_id:
            session.observation = None

    def _notify(self, observation: Observation, *, attempt: int, wait: float) -> None:
        session = observation.session
        reply = manifest_reply(
            session.device.desired, observation.content_format, observation.block, observation.next_sequence()
        )
        observation.sent = session.device.desired_key
        observation.message_id = session.next_message_id()
        observation.notification = codec.encode(
            Type.CON, reply.code, observation.message_id, observation.token, reply.options, reply.payload
        )
        self._transmit(observation, attempt=attempt, wait=wait)

    def _transmit(self, observation: Observation, *, attempt: int, wait: float) -> None:
        observation.attempt, observation.wait = attempt, wait
        message_id = observation.message_id
        if message_id is not None:
            entry = (time.monotonic() + wait, next(self._order), observation, message_id)
            heapq.heappush(self._due, entry)
            self._arm()
            observation.session.send(observation.notification)

    def _arm(self) -> None:
        if self._timer is None and self._due:
            delay = max(0.0, self._due[0][0] - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._repeat_due)

    def _repeat_due(self) -> None:
        self._timer = None
        now = time.monotonic()
        for _ in range(_SLICE):
            if not self._due or self._due[0][0] > now:
                break
            _, _, observation, message_id = heapq.heappop(self._due)
            if observation.is_current and observation.message_id == message_id:
                self._repeat(observation)
        self._arm()

    def _repeat(self, observation: Observation) -> None:
        """Once more, with the newest manifest (RFC 7641 §4.5.2); after the last try the observation is over."""
        if observation.attempt >= MAX_RETRANSMIT:
            observation.session.observation = None
            return
        attempt, wait = observation.attempt + 1, observation.wait * 2
        if observation.session.device.desired_key == observation.sent:
            self._transmit(observation, attempt=attempt, wait=wait)
        else:
            self._notify(observation, attempt=attempt, wait=wait)


def _first_wait() -> float:
    return ACK_TIMEOUT * random.uniform(1, ACK_RANDOM_FACTOR)  # noqa: S311 - spreads load, keeps no secret


def _clock() -> int:
    return int(time.time() * _SEQUENCE_PER_SECOND)
