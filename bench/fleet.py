"""Acts on a whole fleet, on PostgreSQL: moving very many devices in one call, deploying to small and large cohorts."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import httpx
import psycopg

from bench.filled import fill, key, slug
from bench.goosebit import Goosebit, goosebit
from bench.installation import running
from bench.results import Result
from tests.servers import postgresql

_SMALL, _LARGE = 100, 100_000
_MOVED = 10_000
_MOVES, _DEPLOYMENTS = 3, 15
_DEPLOY_TARGET = 1.5  # times a deployment to the small cohort
_DEPLOY_LIMIT = 100.0
_SECONDS_PER_DEVICE = 0.1 / 1000  # 10 s for 100,000
_GOOSEBIT_MOVED = 1_000  # it takes a few statements for each; its time is scaled up


def fleet() -> Iterator[Result]:
    """Seconds for moves, beside goosebit's; milliseconds for deployments, beside the small cohort's."""
    with postgresql() as url, running(DATABASE_URL=url) as (stack, _):
        with psycopg.connect(url, autocommit=True) as database:
            fill(database, _SMALL)
            fill(database, _LARGE)
            database.execute("ANALYZE")
            ids = [row[0] for row in database.execute(_IDS, [slug(_LARGE)])]
        with httpx.Client(base_url=f"http://{stack.http}", timeout=120) as client, goosebit(url) as other:
            small, large = _Project(client, _SMALL), _Project(client, _LARGE)
            yield from _moves(large, ids, other)
            yield from _deployments(small, large, other)


_IDS = "SELECT d.public_id FROM devices_device d JOIN tenancy_project p ON p.id = d.project_id WHERE p.slug = %s"


class _Project:
    """One of the filled projects, over REST, with an artifact and two cohorts."""

    def __init__(self, client: httpx.Client, size: int) -> None:
        self.client = client
        self.headers = {"x-api-key": key(size)}
        self.path = f"/v1/organizations/default/projects/{slug(size)}"
        self.cohorts = [self.post("cohorts", {"name": name})["cohortId"] for name in ("a", "b")]
        form = {"projectId": slug(size), "package": "main", "version": "2.0.0"}
        reply = client.post("/v1/artifacts", data=form, files={"artifact": b"bench"}, headers=self.headers)
        self.artifact_id = reply.raise_for_status().json()["data"]["id"]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        reply = self.client.post(f"{self.path}/{path}", json=body, headers=self.headers)
        return reply.raise_for_status().json()["data"]

    def move(self, cohort: int, chosen: dict[str, Any], expected: int) -> None:
        moves = self.post(f"cohorts/{self.cohorts[cohort]}/devices/add", chosen)
        assert moves["moved"] == expected, moves

    def empty(self) -> None:
        for cohort in self.cohorts:
            self.post(f"cohorts/{cohort}/devices/remove", {"filter": {"all": True}})

    def deploy(self) -> None:
        body = {"name": "bench", "artifactIds": [self.artifact_id]}
        self.post(f"cohorts/{self.cohorts[0]}/deployments", body)


def _moves(project: _Project, ids: list[str], other: Goosebit) -> Iterator[Result]:
    some, everything = {"deviceIds": ids[:_MOVED]}, {"deviceIds": ids}
    theirs = other.fill(_GOOSEBIT_MOVED)
    few, all_, reference = [], [], []
    for run in range(_MOVES):
        project.empty()
        few.append(_seconds(lambda: project.move(0, some, _MOVED)))
        reference.append(_seconds(lambda run=run: other.assign(theirs, f"feed-{run}")) * _MOVED / _GOOSEBIT_MOVED)  # type: ignore[misc]
        all_.append(_seconds(lambda: project.move(1, everything, _LARGE)))
    there = median(reference)
    yield Result("api.assign.10k", median(few), "s", there, there, _MOVES)
    yield Result("api.assign.100k", median(all_), "s", there * 10, _LARGE * _SECONDS_PER_DEVICE, _MOVES)


def _deployments(small: _Project, large: _Project, other: Goosebit) -> Iterator[Result]:
    small.post(f"cohorts/{small.cohorts[0]}/devices/add", {"filter": {"all": True}})
    large.post(f"cohorts/{large.cohorts[0]}/devices/add", {"filter": {"all": True}})
    there, few, many = [], [], []
    for run in range(_DEPLOYMENTS):
        few.append(_seconds(small.deploy) * 1000)
        many.append(_seconds(large.deploy) * 1000)
        there.append(_seconds(lambda run=run: other.roll_out(f"rollout-{run}")) * 1000)  # type: ignore[misc]
    reference = median(few)
    yield Result("api.deploy.100k", median(many), "ms", reference, _DEPLOY_TARGET * reference, _DEPLOYMENTS)
    # A rollout there renders no manifest and tells nobody, so our own target is the one of fanout.deploy.
    yield Result("api.deploy.goosebit", median(many), "ms", median(there), _DEPLOY_LIMIT, _DEPLOYMENTS)


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
