"""Lists on PostgreSQL: any page of a million devices or events, against the first page and against a small project."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

import httpx
import psycopg

from bench.filled import fill, key, slug
from bench.goosebit import goosebit
from bench.installation import running
from bench.results import Result
from tests.servers import postgresql

_RUNS = 15
_SMALL, _MIDDLE, _LARGE = 1_000, 100_000, 1_000_000
_PAGE_TARGET, _SIZE_TARGET = 1.3, 1.5  # times the first page, times the small project
_PER_PAGE = 100


@dataclass(slots=True)
class _Timed:
    """Milliseconds of one request, measured again and again."""

    path: str
    key: str
    samples: list[float] = field(default_factory=list)

    def measure(self, client: httpx.Client) -> None:
        started = time.perf_counter()
        reply = client.get(self.path, headers={"x-api-key": self.key})
        self.samples.append((time.perf_counter() - started) * 1000)
        reply.raise_for_status()
        assert reply.json()["list"], self.path

    @property
    def middle(self) -> float:
        return median(self.samples)


def lists() -> Iterator[Result]:
    """First, middle and last page, interleaved; the reference is the first page, or that of the small project."""
    with postgresql() as url, running(DATABASE_URL=url) as (stack, _):
        with psycopg.connect(url, autocommit=True) as database:
            for size in (_SMALL, _MIDDLE, _LARGE):
                fill(database, size)
            database.execute("ANALYZE")
        with httpx.Client(base_url=f"http://{stack.http}", timeout=60) as client:
            yield from _devices(client)
            yield from _events(client)
            yield from _beside_goosebit(client, url)


def _devices(client: httpx.Client) -> Iterator[Result]:
    pages = {name: _device_page(_LARGE, page) for name, page in _places(_LARGE).items()}
    sizes = {size: _device_page(size, 0) for size in (_SMALL, _MIDDLE)}
    _interleave(client, [*pages.values(), *sizes.values()])
    total = client.get(pages["first"].path, headers={"x-api-key": key(_LARGE)}).json()["total"]
    assert total == _LARGE, total
    yield from _against_first("api.devices", pages)
    small = sizes[_SMALL].middle
    yield _result("api.devices.100k", sizes[_MIDDLE].middle, small, _SIZE_TARGET)
    yield _result("api.devices.1m", pages["first"].middle, small, _SIZE_TARGET)


def _events(client: httpx.Client) -> Iterator[Result]:
    """Events have no page numbers: a place is reached by its time."""
    newest = client.get(_event_path(), headers={"x-api-key": key(_LARGE)}).json()["list"][0]["timestamp"]
    assert newest.startswith("2026-01-12"), newest
    ends = {"first": "2026-02-01T00:00:00Z", "middle": "2026-01-06T18:53:20Z", "last": "2026-01-01T00:01:40Z"}
    pages = {name: _Timed(f"{_event_path()}&endTime={end}", key(_LARGE)) for name, end in ends.items()}
    _interleave(client, list(pages.values()))
    yield from _against_first("api.events", pages)


def _beside_goosebit(client: httpx.Client, url: str) -> Iterator[Result]:
    """The last page of 100,000 devices there and here; ours must not take longer."""
    ours = _device_page(_MIDDLE, _places(_MIDDLE)["last"])
    theirs: list[float] = []
    with goosebit(url) as other:
        other.fill(_MIDDLE)
        for _ in range(_RUNS + 1):
            started = time.perf_counter()
            other.page(_MIDDLE - _PER_PAGE, _PER_PAGE)
            theirs.append((time.perf_counter() - started) * 1000)
            ours.measure(client)
    reference = median(theirs[1:])
    yield Result("api.devices.goosebit", median(ours.samples[1:]), "ms", reference, reference, _RUNS)


def _interleave(client: httpx.Client, requests: list[_Timed]) -> None:
    for request in requests:  # the first reading loads pages of the database, which is not what we measure
        request.measure(client)
        request.samples.clear()
    for _ in range(_RUNS):
        for request in requests:
            request.measure(client)


def _against_first(name: str, pages: dict[str, _Timed]) -> Iterator[Result]:
    for place in ("middle", "last"):
        yield _result(f"{name}.{place}", pages[place].middle, pages["first"].middle, _PAGE_TARGET)


def _result(name: str, value: float, reference: float, times: float) -> Result:
    return Result(name, value, "ms", reference, times * reference, _RUNS)


def _places(size: int) -> dict[str, int]:
    pages = size // _PER_PAGE
    return {"first": 0, "middle": pages // 2, "last": pages - 1}


def _device_page(size: int, page: int) -> _Timed:
    return _Timed(f"/v1/projects/{slug(size)}/devices?page={page}&perPage={_PER_PAGE}", key(size))


def _event_path() -> str:
    return f"/v1/organizations/default/projects/{slug(_LARGE)}/ota-events?limit={_PER_PAGE}"
