"""A file fetched piece by piece beside its target, gone on with where it broke off, checked, and only then in place."""

import hashlib
import os
from pathlib import Path

import httpx

from ota_console.cli.client import Client
from ota_console.cli.errors import OtaError, Unreachable
from ota_console.cli.output import Screen
from ota_console.cli.progress import Advance, receiving

SKIPPED, TOO_FAR = 206, 416  # RFC 9110 §15


class Download:
    """One artifact on its way to `target`. Its part file carries the hash: another version never continues it."""

    def __init__(self, client: Client, where: str, target: Path, *, size: int, sha256: str) -> None:
        self._client, self._where, self._target = client, where, target
        self._size, self._sha256 = size, sha256
        self.part = target.with_name(f".{target.name}.{sha256[:12]}.part")

    def run(self, screen: Screen) -> None:
        """Raise Unreachable, with the part kept for the next time, or OtaError for bytes that are not the artifact."""
        with receiving(screen, self._have, self._size, self._target.name) as advance:
            while self._have < self._size:
                self._fetch(advance)
        self._check()
        os.replace(self.part, self._target)

    @property
    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _fetch(self, advance: Advance) -> None:
        """Go on until the end or a broken connection. Raise when that brought nothing new."""
        before = self._have
        try:
            with self._client.content(self._where, before) as response:
                self._store(response, before, advance)
        except Unreachable:
            if self._have <= before:
                raise
        if self._have <= before:
            raise OtaError(f"The server ends at {self._have} of {self._size} bytes.")

    def _store(self, response: httpx.Response, offset: int, advance: Advance) -> None:
        if response.status_code == TOO_FAR:
            self.part.unlink(missing_ok=True)
            raise OtaError("The part fetched earlier is longer than the artifact. It was removed; try again.")
        skipped = response.status_code == SKIPPED
        if not skipped:
            advance(-offset)
        with self.part.open("ab" if skipped else "wb") as file:
            for piece in response.iter_raw():
                file.write(piece)
                advance(len(piece))

    def _check(self) -> None:
        with self.part.open("r+b") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == self._sha256
            os.fsync(file.fileno())
        if not right:
            self.part.unlink()
            raise OtaError("What arrived is not the artifact: its SHA-256 differs. Nothing was kept; try again.")
