"""The local cache of artifacts that lie in a bucket: verified, bounded, filled by one reader."""

import asyncio
import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from deployments.rules import StoredArtifact
from deployments.storage import artifact_storage
from devices.gateway.artifacts import Artifacts
from ota_console.core.errors import Unavailable


class SlowBucket(Storage):
    """Has no local files; gives nothing until it `may_answer`, and notes what was `opened`."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.opened: list[str] = []

    def put(self, content: bytes, name: str = "") -> StoredArtifact:
        digest = hashlib.sha256(content).hexdigest()
        self._files[name or digest] = content
        return StoredArtifact(name or digest, len(content), digest)

    def delete(self, name: str) -> None:
        del self._files[name]

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        self.opened.append(name)
        assert self.may_answer.wait(10)
        if name not in self._files:
            raise FileNotFoundError(name)
        return ContentFile(self._files[name])


@pytest.fixture
def bucket(settings: Any, tmp_path: Path) -> SlowBucket:
    settings.OTA_DATA_DIR = tmp_path
    settings.STORAGES = {**settings.STORAGES, "artifacts": {"BACKEND": f"{__name__}.SlowBucket"}}
    storage = artifact_storage()
    assert isinstance(storage, SlowBucket)
    return storage


async def test_many_readers_fetch_once(bucket: SlowBucket) -> None:
    stored = bucket.put(b"firmware")
    artifacts = Artifacts()
    bucket.may_answer.clear()
    waiting = [asyncio.create_task(artifacts.load(stored)) for _ in range(20)]
    async with asyncio.timeout(10):
        while not bucket.opened:
            await asyncio.sleep(0.01)
    assert artifacts.ready(stored) is None
    bucket.may_answer.set()
    assert {bytes(content) for content in await asyncio.gather(*waiting)} == {b"firmware"}
    assert artifacts.ready(stored) is not None
    assert len(bucket.opened) == 1
    artifacts.close()


async def test_copy_outlives_the_process_and_is_verified(bucket: SlowBucket, tmp_path: Path) -> None:
    stored = bucket.put(b"firmware")
    await Artifacts().load(stored)
    assert bytes(await Artifacts().load(stored)) == b"firmware"
    assert len(bucket.opened) == 1
    (tmp_path / "cache" / stored.sha256).write_bytes(b"firmwarf")
    assert bytes(await Artifacts().load(stored)) == b"firmware"
    assert len(bucket.opened) == 2


async def test_wrong_bytes_in_the_bucket_are_never_served(bucket: SlowBucket, tmp_path: Path) -> None:
    stored = bucket.put(b"firmware")
    bucket.put(b"firmwarf", stored.storage_name)
    with pytest.raises(Unavailable):
        await Artifacts().load(stored)
    assert list((tmp_path / "cache").iterdir()) == []


async def test_missing_bytes_are_asked_for_again(bucket: SlowBucket) -> None:
    stored = bucket.put(b"firmware")
    bucket.delete(stored.storage_name)
    artifacts = Artifacts()
    with pytest.raises(Unavailable):
        await artifacts.load(stored)
    bucket.put(b"firmware")
    assert bytes(await artifacts.load(stored)) == b"firmware"


async def test_cache_stays_within_its_bound(bucket: SlowBucket, settings: Any, tmp_path: Path) -> None:
    settings.OTA_CACHE_BYTES = 2500
    artifacts = Artifacts()
    stored = [bucket.put(bytes([number]) * 1000) for number in range(4)]
    for one in stored:
        await artifacts.load(one)
    kept = {file.name for file in (tmp_path / "cache").iterdir()}
    assert kept == {stored[2].sha256, stored[3].sha256}
    assert bytes(await artifacts.load(stored[0])) == bytes(1000)
