"""An upload of 50 MiB in each form the API offers: how long, and what the web process needs for it."""

import base64
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from bench.installation import running
from bench.processes import forget_peak, memory_mib, peak_memory_mib
from bench.results import Result
from tests.stack import Stack

_RUNS = 5
_SIZE = 50 * 1024 * 1024
_CHUNK = 1024 * 1024
#: Published clients give up after 5 s (contract/rest.md §1.1).
_SECONDS_TARGET = 5.0
_MEMORY_TARGET = 32.0
_SMALL = 1024
_Send = Callable[[httpx.Client, dict[str, str], bytes], httpx.Response]


@dataclass(slots=True)
class _Samples:
    """Of one form: seconds, and MiB over what the web process had before, for the large and for a small upload."""

    seconds: list[float] = field(default_factory=list)
    growth: list[float] = field(default_factory=list)
    small_growth: list[float] = field(default_factory=list)


def upload() -> Iterator[Result]:
    """Seconds from the request to the stored artifact; `.memory` is the web process's peak over what it had before.

    The reference for the seconds is writing and hashing the same bytes, for the memory an upload of one kibibyte.
    """
    content = hashlib.shake_256(b"bench").digest(_SIZE)
    forms: dict[str, _Send] = {"api.upload": _send_form, "api.upload.json": _send_json}
    samples = {name: _Samples() for name in forms}
    references: list[float] = []
    with running() as (stack, _), stack.client() as client:
        for name, send in forms.items():  # the first request of a process loads code, which is not what we measure
            _measure(stack, client, send, f"{name}-first", content[:_SMALL])
        for run in range(_RUNS):
            references.append(_write_and_hash(content))
            for name, send in forms.items():
                _, small = _measure(stack, client, send, f"{name}-small-{run}", content[:_SMALL])
                seconds, growth = _measure(stack, client, send, f"{name}-{run}", content)
                samples[name].seconds.append(seconds)
                samples[name].growth.append(growth)
                samples[name].small_growth.append(small)
    for name, found in samples.items():
        yield Result(name, median(found.seconds), "s", median(references), _SECONDS_TARGET, _RUNS)
        worst, small = max(found.growth), max(found.small_growth)
        yield Result(f"{name}.memory", worst, "MiB", small, _MEMORY_TARGET, _RUNS)


def _measure(stack: Stack, client: httpx.Client, send: _Send, version: str, content: bytes) -> tuple[float, float]:
    web = stack.processes["web"]
    fields = {"projectId": stack.first_run["project"], "package": "bench", "version": version}
    forget_peak(web)
    before = memory_mib(web)
    started = time.perf_counter()
    response = send(client, fields, content)
    elapsed = time.perf_counter() - started
    assert response.status_code == 200, response.text
    stored = response.json()["data"]["binaryInfo"]["digests"]["sha256"]["digest"]
    assert stored == hashlib.sha256(content).hexdigest()
    return elapsed, peak_memory_mib(web) - before


def _send_form(client: httpx.Client, fields: dict[str, str], content: bytes) -> httpx.Response:
    return client.post("/v1/artifacts", data=fields, files={"artifact": ("bench.bin", content)})


def _send_json(client: httpx.Client, fields: dict[str, str], content: bytes) -> httpx.Response:
    return client.post("/v1/artifacts", json={**fields, "content": base64.b64encode(content).decode()})


def _write_and_hash(content: bytes) -> float:
    """Seconds to do locally what cannot be avoided: write the bytes to a file, durably, and hash them."""
    started = time.perf_counter()
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory(prefix="ota-bench-") as folder, (Path(folder) / "copy").open("wb") as file:
        for start in range(0, len(content), _CHUNK):
            chunk = content[start : start + _CHUNK]
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - started
