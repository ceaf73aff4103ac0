"""The bytes of an artifact: whole, in ranges, resumable. Ours, beyond the contract.

From a folder they are streamed, or, with `OTA_X_ACCEL_PREFIX`, left to nginx; a bucket gives them out itself, at an
address that is signed for a few minutes.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from deployments.models import Artifact
from deployments.selectors import visible_artifact
from deployments.storage import ArtifactBucket, artifact_storage
from ota_console.api.errors import Refusal
from ota_console.api.ranges import Unsatisfiable, byte_range
from ota_console.api.views import ProjectView
from ota_console.streaming import read_pieces, streamed

_CHUNK = 256 * 1024
_SIGNED_SECONDS = 300
_KIND = "application/octet-stream"
_OUT_OF_RANGE = 11  # gRPC


class ArtifactContent(ProjectView):
    def get(self, request: Request, **ids: Any) -> HttpResponseBase:
        artifact = visible_artifact(project=self.project, artifact_id=ids["artifact"], actor=self.actor)
        storage = artifact_storage()
        if isinstance(storage, ArtifactBucket):
            return _signed(storage, artifact)
        if settings.OTA_X_ACCEL_PREFIX:
            return _said(artifact, HttpResponse(), **{"X-Accel-Redirect": _internal_address(artifact)})
        return _own(request, artifact)


def _own(request: Request, artifact: Artifact) -> HttpResponseBase:
    etag = _etag(artifact)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    is_same = request.headers.get("If-Range", etag) == etag  # else the client has the beginning of something else
    try:
        wanted = byte_range(request.headers.get("Range", "") if is_same else "", artifact.size)
    except Unsatisfiable:
        return _unsatisfiable(artifact)
    sent = wanted or range(artifact.size)
    pieces = _pieces(artifact, sent)
    response = streamed(request._request, lambda: read_pieces(pieces), lambda: pieces)
    response.status_code = 200 if wanted is None else 206
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Length": str(len(sent))}
    if wanted is not None:
        headers["Content-Range"] = f"bytes {sent.start}-{sent.stop - 1}/{artifact.size}"
    return _said(artifact, response, **headers)


def _pieces(artifact: Artifact, sent: range) -> Iterator[bytes]:
    with artifact_storage().open(artifact.storage_name) as file:
        file.seek(sent.start)
        left = len(sent)
        while left and (piece := file.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece


def _signed(storage: ArtifactBucket, artifact: Artifact) -> HttpResponseBase:
    said = {"ResponseContentDisposition": _disposition(artifact), "ResponseContentType": _KIND}
    return HttpResponseRedirect(storage.url(artifact.storage_name, parameters=said, expire=_SIGNED_SECONDS))


def _unsatisfiable(artifact: Artifact) -> HttpResponseBase:
    refusal = Refusal(416, f"the artifact has {artifact.size} bytes", _OUT_OF_RANGE)
    return Response(refusal.body, status=416, headers={"Content-Range": f"bytes */{artifact.size}"})


def _said(artifact: Artifact, response: HttpResponseBase, **headers: str) -> HttpResponseBase:
    said = {"Content-Type": _KIND, "Content-Disposition": _disposition(artifact), **headers}
    for name, value in said.items():
        response.headers[name] = value
    return response


def _etag(artifact: Artifact) -> str:
    return f'"{artifact.sha256}"'


def _disposition(artifact: Artifact) -> str:
    """Names of packages and versions need no escaping (deployments/rules.py)."""
    return f'attachment; filename="{artifact.version.package.name}-{artifact.version.label}.bin"'


def _internal_address(artifact: Artifact) -> str:
    return f"{settings.OTA_X_ACCEL_PREFIX.rstrip('/')}/{artifact.storage_name}"
