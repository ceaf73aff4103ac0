"""What goes wrong on purpose: lost datagrams, corrupt downloads, devices that leave, updates that fail."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """`loss` and `bad_hash` are probabilities from 0 to 1, per datagram (each direction) and per finished download.

    `offline_at` is the part of a download, from 0 to 1, at which the device silently leaves for
    `offline_seconds`, once per download. `reason` makes every update fail with this reason before its first block.
    """

    loss: float = 0.0
    bad_hash: float = 0.0
    offline_at: float | None = None
    offline_seconds: float = 15.0
    reason: int | None = None


NO_FAULTS = Faults()


class Chance:
    """Decides for one device; the same seed decides the same way again."""

    def __init__(self, faults: Faults, seed: str) -> None:
        self.faults = faults
        self._random = random.Random(seed)  # noqa: S311 (chance, not a secret)

    def loses_datagram(self) -> bool:
        return self.faults.loss > 0 and self._random.random() < self.faults.loss

    def spoils_download(self) -> bool:
        return self.faults.bad_hash > 0 and self._random.random() < self.faults.bad_hash

    def spread(self, seconds: float) -> float:
        """Around `seconds`, from half to one and a half, so that a fleet does not move in step."""
        return seconds * (0.5 + self._random.random())
