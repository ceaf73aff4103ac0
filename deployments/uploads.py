"""Uploads through a form: the file goes to the storage while it arrives, never to memory or a temporary file.

    with streamed_upload(request) as handler:      # before anything reads request.POST
        ...
        blob = handler.blob()                      # then create_artifact(blob=blob, …)

What no artifact has claimed at the end of the block is removed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from deployments.services import ArtifactWriter, Blob
from ota_console.core.errors import DomainError, Invalid


class ArtifactUploadHandler(FileUploadHandler):
    """Writes the first file of a form; any further one is refused."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._writer: ArtifactWriter | None = None
        self._error: DomainError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._writer is not None:
            self._stop(Invalid("content: one file at a time", field="content"))
        try:
            self._writer = ArtifactWriter()
        except DomainError as error:
            self._stop(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._writer is not None  # noqa: S101 - new_file comes first; narrows the type
        try:
            self._writer.write(raw_data)
        except DomainError as error:
            self._stop(error)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        return UploadedFile(name=self.file_name, content_type=self.content_type, size=file_size)

    def blob(self) -> Blob:
        """What was stored. Raise Invalid, TooLarge or Unavailable, field `content`, when nothing was."""
        if self._error is not None:
            raise self._error
        if self._writer is None:
            raise Invalid("content: choose a file", field="content")
        return self._writer.finish()

    def discard(self) -> None:
        if self._writer is not None:
            self._writer.discard()

    def _stop(self, error: DomainError) -> None:
        """Stop reading at once: the rest may be gigabytes. `blob` raises the error when the view asks for it."""
        self._error = error
        raise StopUpload(connection_reset=True)


@contextmanager
def streamed_upload(request: HttpRequest) -> Iterator[ArtifactUploadHandler]:
    """Receive the form's file with a handler of its own, in place of Django's."""
    handler = ArtifactUploadHandler(request)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.discard()
