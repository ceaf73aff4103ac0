"""Artifact bytes, ready to be cut into blocks: files of the artifact folder, or copies of what lies in a bucket.

The event loop only touches files that are mapped already. Copies are verified by SHA-256, kept within
`OTA_CACHE_BYTES`, least recently used first out, and fetched by one reader however many devices ask.
"""

import asyncio
import hashlib
import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from mmap import ACCESS_READ, mmap
from pathlib import Path

import structlog
from django.conf import settings

from deployments.rules import StoredArtifact
from deployments.storage import FAILURES, artifact_storage
from ota_console.core.errors import Unavailable

log = structlog.get_logger(__name__)

_OPEN_MAPS = 256
_CHUNK = 1 << 20
_READERS = 4
_UNREADABLE: tuple[type[Exception], ...] = (*FAILURES, ValueError)


class Artifacts:
    """Maps of artifact files by their SHA-256."""

    def __init__(self) -> None:
        self._maps: OrderedDict[str, mmap] = OrderedDict()
        self._loading: dict[str, asyncio.Task[mmap]] = {}
        self._readers = ThreadPoolExecutor(_READERS, "gateway-artifact")

    def ready(self, stored: StoredArtifact) -> mmap | None:
        """The bytes, if they can be had without waiting."""
        content = self._maps.get(stored.sha256)
        if content is not None:
            self._maps.move_to_end(stored.sha256)
        return content

    async def load(self, stored: StoredArtifact) -> mmap:
        """The bytes, fetched if need be. Raises Unavailable when the storage does not give them."""
        if content := self.ready(stored):
            return content
        task = self._loading.get(stored.sha256)
        if task is None:
            task = self._loading[stored.sha256] = asyncio.create_task(self._open(stored))
            task.add_done_callback(lambda _: self._loading.pop(stored.sha256, None))
        return await asyncio.shield(task)

    async def _open(self, stored: StoredArtifact) -> mmap:
        try:
            content = await asyncio.get_running_loop().run_in_executor(self._readers, _map, stored)
        except _UNREADABLE as error:
            log.error("artifact_unreadable", artifact=stored.storage_name, reason=str(error))
            raise Unavailable("the artifact cannot be read now") from error
        self._maps[stored.sha256] = content
        if len(self._maps) > _OPEN_MAPS:
            self._maps.popitem(last=False)
        return content

    def close(self) -> None:
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._maps.clear()


def _map(stored: StoredArtifact) -> mmap:
    with _local_file(stored).open("rb") as file:
        content = mmap(file.fileno(), 0, access=ACCESS_READ)
    if len(content) != stored.size:
        raise ValueError(f"{len(content)} bytes where {stored.size} were stored")
    return content


def _local_file(stored: StoredArtifact) -> Path:
    try:
        return Path(artifact_storage().path(stored.storage_name))
    except NotImplementedError:  # not a folder of this machine
        return _cached_copy(stored)


def _cached_copy(stored: StoredArtifact) -> Path:
    """The copy in the cache folder; made, or made again when it does not verify."""
    folder = Path(settings.OTA_DATA_DIR) / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / stored.sha256
    if copy.is_file() and _digest(copy) == stored.sha256:
        os.utime(copy)
        return copy
    _make_room(folder, stored.size)
    _fetch(stored, copy)
    return copy


def _fetch(stored: StoredArtifact, copy: Path) -> None:
    partial = copy.with_name(f"{copy.name}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with artifact_storage().open(stored.storage_name, "rb") as source, partial.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != stored.sha256:
            raise ValueError("the bytes in the storage do not have the SHA-256 they were stored with")
        partial.rename(copy)
    finally:
        partial.unlink(missing_ok=True)


def _make_room(folder: Path, wanted: int) -> None:
    """Remove what was used longest ago. A file that is mapped stays readable until it is no longer."""
    files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.iterdir() if file.is_file())
    excess = sum(size for _, size, _ in files) + wanted - settings.OTA_CACHE_BYTES
    for _, size, file in files:
        if excess <= 0:
            return
        file.unlink(missing_ok=True)
        excess -= size


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
