"""Uploads of 200 MB and of 1 GB in each of the three forms: what the web process needs for them must not grow.

The bytes are made while they are sent, so that the client needs no memory either.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode

import httpx

from bench.installation import running
from bench.processes import forget_peak, memory_mib, peak_memory_mib
from bench.results import Result
from tests.stack import Stack

_CHUNK = 3 * 256 * 1024  # a multiple of three: base64 of the chunks is base64 of the whole
_SIZES: Mapping[str, int] = {"1k": 1024, "200m": 200_000_000, "1g": 1_000_000_000}
_MEMORY_TARGET = 32.0
_BOUNDARY = "bench-boundary"
_Fields = dict[str, str]
_Send = Callable[[httpx.Client, _Fields, int], httpx.Response]


def large_uploads() -> Iterator[Result]:
    """MiB over idle at the peak; the reference is the same for one kibibyte."""
    with running() as (stack, _), httpx.Client(base_url=f"http://{stack.http}", timeout=600) as client:
        client.headers["x-api-key"] = str(stack.first_run["api_key"])
        for form, send in _FORMS.items():
            _growth(stack, client, send, f"{form}-first", 1024)  # loads code, which is not what we measure
            small, *large = [_growth(stack, client, send, f"{form}-{name}", size) for name, size in _SIZES.items()]
            for name, growth in zip(list(_SIZES)[1:], large, strict=True):
                yield Result(f"api.upload.{form}.{name}", growth, "MiB", small, _MEMORY_TARGET, 1)


def _growth(stack: Stack, client: httpx.Client, send: _Send, version: str, size: int) -> float:
    web = stack.processes["web"]
    fields = {"projectId": str(stack.first_run["project"]), "package": "large", "version": version}
    forget_peak(web)
    idle = memory_mib(web)
    reply = send(client, fields, size)
    assert reply.status_code == 200, reply.text
    artifact = reply.json()["data"]
    assert artifact["binaryInfo"]["digests"]["sha256"]["digest"] == _digest(size)
    client.delete(f"/v1/projects/{fields['projectId']}/artifacts/{artifact['id']}").raise_for_status()
    return peak_memory_mib(web) - idle


def _pieces(size: int) -> Iterator[bytes]:
    """The content: every chunk is another one."""
    for start in range(0, size, _CHUNK):
        chunk = hashlib.sha256(start.to_bytes(8, "big")).digest() * (_CHUNK // 32)
        yield chunk[: size - start]


def _digest(size: int) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(size):
        digest.update(piece)
    return digest.hexdigest()


def _send_bytes(client: httpx.Client, fields: _Fields, size: int) -> httpx.Response:
    return _post(
        client, f"/v1/artifacts?{urlencode(fields)}", "application/octet-stream", b"", _pieces(size), b"", size
    )


def _send_form(client: httpx.Client, fields: _Fields, size: int) -> httpx.Response:
    start = "".join(
        f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    start += f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="artifact"; filename="large.bin"\r\n\r\n'
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return _post(
        client, "/v1/artifacts", kind, start.encode(), _pieces(size), f"\r\n--{_BOUNDARY}--\r\n".encode(), size
    )


def _send_json(client: httpx.Client, fields: _Fields, size: int) -> httpx.Response:
    start = "{" + "".join(f'"{name}":"{value}",' for name, value in fields.items()) + '"content":"'
    encoded = map(base64.b64encode, _pieces(size))
    return _post(client, "/v1/artifacts", "application/json", start.encode(), encoded, b'"}', -(-size // 3) * 4)


def _post(
    client: httpx.Client, path: str, kind: str, start: bytes, pieces: Iterator[bytes], end: bytes, length: int
) -> httpx.Response:
    def body() -> Iterator[bytes]:
        yield start
        yield from pieces
        yield end

    headers = {"content-type": kind, "content-length": str(len(start) + length + len(end))}
    return client.post(path, content=body(), headers=headers)


_FORMS: Mapping[str, _Send] = {"bytes": _send_bytes, "form": _send_form, "base64": _send_json}
