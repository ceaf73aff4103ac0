"""The bytes of artifacts: written in a stream while they are measured, removed when nothing refers to them."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from django.db import transaction
from django.utils import timezone

from deployments import formats, rules
from deployments.models import Artifact
from deployments.storage import FAILURES, artifact_storage
from ota_console.core.errors import Unavailable
from ota_console.core.ids import new_public_id

log = structlog.get_logger()

ORPHAN_AGE = timedelta(hours=24)  # longer than any upload takes


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are safely stored but belong to no artifact yet. `size` in bytes, `sha256` in hex."""

    storage_name: str
    size: int
    sha256: str
    kind: str


class ArtifactWriter:
    """Takes the bytes of one artifact in chunks of any size; memory stays flat.

    Use it as a context manager: what is not finished at its end is discarded, so a broken upload leaves nothing.
    Each step raises Unavailable, field `content`, when the storage is full or does not answer.
    """

    def __init__(self) -> None:
        self._name = new_public_id()
        self._digest = hashlib.sha256()
        self._head = b""
        self._size = 0
        with _storing():
            self._file: Any = artifact_storage().open(self._name, "wb")

    def write(self, chunk: bytes) -> None:
        """Raise Invalid, field `content`, as soon as the artifact grows too large for devices."""
        if len(self._head) < formats.HEAD_BYTES:
            self._head += bytes(chunk[: formats.HEAD_BYTES - len(self._head)])
        self._size += len(chunk)
        if self._size > rules.LARGEST_ARTIFACT:
            rules.require_size(self._size)
        self._digest.update(chunk)
        with _storing():
            self._file.write(chunk)

    def finish(self) -> Blob:
        """Make the bytes durable. Raise Invalid, field `content`, when there are none."""
        rules.require_size(self._size)
        with _storing():
            self._file.close()
        self._file = None
        kind = formats.detect(self._head).name
        return Blob(self._name, self._size, self._digest.hexdigest(), kind)

    def discard(self) -> None:
        if self._file is not None:
            with _storing():
                self._file.discard()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        message = "content: the artifact storage is full or does not answer; try again"
        raise Unavailable(message, field="content") from error


def remove_blob(storage_name: str) -> None:
    artifact_storage().delete(storage_name)


def discard_blob(storage_name: str) -> None:
    """Remove bytes that were refused. A storage that fails now must not hide the refusal: they are swept later."""
    try:
        remove_blob(storage_name)
    except Exception as error:  # noqa: BLE001 - whatever the storage's client raises
        log.warning("bytes_left_behind", name=storage_name, reason=str(error))


def remove_after_commit(storage_names: Iterable[str]) -> None:
    """What cannot be removed then is found by `remove_orphans` later."""
    for name in list(storage_names):
        transaction.on_commit(lambda name=name: remove_blob(name), robust=True)  # type: ignore[misc]


def remove_orphans() -> list[str]:
    """Remove stored bytes that no artifact claimed within a day: a killed upload leaves such. Returns their names."""
    storage: Any = artifact_storage()
    claimed = set(Artifact.objects.values_list("storage_name", flat=True))
    limit = timezone.now() - ORPHAN_AGE
    orphans = [name for name in storage.listing() if name not in claimed and storage.get_modified_time(name) < limit]
    for name in orphans:
        storage.delete(name)
    return orphans
