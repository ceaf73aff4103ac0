"""Where artifact bytes live: a folder by default, an S3 bucket by environment. Streamed, never held whole."""

import os
from pathlib import Path
from typing import IO, Any

from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from storages.backends.s3 import S3File, S3Storage, clean_name

#: What a storage raises that is full, broken or away.
FAILURES: tuple[type[Exception], ...] = (OSError, Boto3Error, BotoCoreError, ClientError)


class ArtifactFolder(FileSystemStorage):
    """A folder in which a file appears only when it is complete and on the disk."""

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        if "w" not in mode:
            return super()._open(name, mode)  # type: ignore[no-any-return, misc]
        return _DurableFile(Path(self.path(name)))

    def listing(self) -> list[str]:
        """Names of everything stored, unfinished writes included."""
        root = Path(self.location)
        return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]


class ArtifactBucket(S3Storage):  # type: ignore[misc]
    """An S3 bucket. Uploads in parts and downloads keep a few MB in memory, whatever the size of the artifact."""

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """For reading a stream: no seeking, and no copy, which django-storages makes in memory."""
        key = self._normalize_name(clean_name(name))
        if "w" in mode:
            return _BucketFile(key, mode, self)
        return File(self.bucket.Object(key).get()["Body"], name=name)

    def listing(self) -> list[str]:
        """Names of everything stored."""
        return [entry.key for entry in self.bucket.objects.filter(Prefix=self.location)]


class _DurableFile(File):  # type: ignore[type-arg]
    """Writes beside the target; `close` flushes to the disk and renames, `discard` leaves nothing."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._partial = target.with_name(target.name + ".part")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle: IO[bytes] = self._partial.open("xb")
        super().__init__(handle, name=str(target))

    def close(self) -> None:
        if self.closed:
            return
        assert self.file is not None  # noqa: S101 - narrows the type
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self._partial.rename(self._target)
        _sync_folder(self._target.parent)

    def discard(self) -> None:
        try:
            if self.file is not None:
                self.file.close()
        finally:  # a full disk fails once more, on what is still in the buffer
            self._partial.unlink(missing_ok=True)


class _BucketFile(S3File):  # type: ignore[misc]
    """Sends parts as they fill; `close` completes the object, `discard` leaves nothing."""

    def discard(self) -> None:
        if self._multipart is not None:
            self._multipart.abort()
        self._reset_file_properties()
        self._closed = True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def artifact_storage() -> Storage:
    return storages["artifacts"]
