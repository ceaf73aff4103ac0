"""OTA events as they come in, over Server-Sent Events."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from devices.api import event_stream
from devices.models import Device
from devices.services import Report, record_reports
from ota_console.asgi import application
from ota_console.core.actors import Actor
from ota_console.tenancy.models import ApiKey
from ota_console.tenancy.services import revoke_api_key
from tests.api.client import Api, refused
from tests.api.test_ota_events import START

Message = dict[str, str]


def report(device_id: str, *packages: str, reason: int = 0) -> None:
    """One event for each package."""
    device = Device.objects.get(public_id=device_id)
    reports = [_report(device, package, reason) for package in packages]
    assert record_reports(reports) == [None] * len(packages)


def _report(device: Device, package: str, reason: int) -> Report:
    return Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id=None,
        deployment_id=None,
        package=package,
        state=1,
        reason=reason,
        version="1.0.0",
        target="2.0.0",
        received_at=START,
        opens_session=False,
    )


def messages(text: str) -> Iterator[Message]:
    """As the WHATWG's algorithm reads them: fields of a block, comments and blocks without data left out."""
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            yield fields


def backlog(api: Api, last: str = "", **query: Any) -> list[Message]:
    """What a server that cannot wait sends."""
    reply = api.ask("GET", f"{api.in_organization}/ota-events/stream", params=query, headers={"last-event-id": last})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/event-stream"
    return list(messages(reply.text))


def packages(received: Iterable[Message]) -> list[str]:
    return [json.loads(message["data"])["packageId"] for message in received]


@pytest.fixture
def device(api: Api) -> str:
    device: str = api.device()["id"]
    return device


def test_it_starts_with_now_or_with_what_the_filter_says(api: Api, device: str) -> None:
    report(device, "a", "b", "c")
    assert backlog(api) == []
    received = backlog(api, startTime="2026-01-01T00:00:00Z")
    assert packages(received) == ["a", "b", "c"]
    assert {message["event"] for message in received} == {"ota-event"}
    listed = api.get(f"{api.in_organization}/ota-events")["list"]
    assert [json.loads(message["data"]) for message in received] == listed[::-1]


def test_it_goes_on_after_the_last_event_that_was_seen(api: Api, device: str) -> None:
    report(device, *(f"p{number}" for number in range(7)))
    received = backlog(api, startTime="2026-01-01T00:00:00Z")
    for seen, message in enumerate(received, start=1):
        assert packages(backlog(api, message["id"])) == [f"p{number}" for number in range(seen, 7)]


def test_more_than_a_page_comes_whole_and_once(api: Api, device: str) -> None:
    report(device, "first")
    (first,) = backlog(api, startTime="2026-01-01T00:00:00Z")
    report(device, *(f"p{number}" for number in range(1_203)))
    assert packages(backlog(api, first["id"])) == [f"p{number}" for number in range(1_203)]


def test_filters_are_those_of_the_list(api: Api, device: str) -> None:
    other = api.device("d2")["id"]
    report(device, "a", reason=0)
    report(other, "a", reason=5)
    report(device, "b", reason=5)
    since = {"startTime": "2026-01-01T00:00:00Z"}
    assert packages(backlog(api, deviceId=device, **since)) == ["a", "b"]
    assert packages(backlog(api, status=0, **since)) == ["a"]
    assert packages(backlog(api, packageId="a", status=5, **since)) == ["a"]
    assert packages(backlog(api, eventType="IDLE", **since)) == []


def test_events_of_others_do_not_come(api: Api, foreign_api: Api, device: str) -> None:
    report(foreign_api.device()["id"], "theirs")
    report(device, "ours")
    assert packages(backlog(api, startTime="2026-01-01T00:00:00Z")) == ["ours"]


@pytest.mark.parametrize("token", ["x", "1~2", "2026-01-01T00:00:00Z~x", "~"])
def test_a_token_that_is_none_is_refused(api: Api, token: str) -> None:
    where = f"{api.in_organization}/ota-events/stream"
    refused(api.ask("GET", where, headers={"last-event-id": token}), 400, 3, "Last-Event-ID")


def test_head_is_answered_without_a_stream(api: Api, device: str) -> None:
    report(device, "a")
    where = f"{api.in_organization}/ota-events/stream"
    reply = api.ask("HEAD", where, params={"startTime": "2026-01-01T00:00:00Z"})
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-type"] == "text/event-stream"


def test_a_filter_that_cannot_be_is_refused(api: Api) -> None:
    where = f"{api.in_organization}/ota-events/stream"
    for query in ({"status": "x"}, {"eventType": "DANCING"}, {"startTime": "yesterday"}):
        refused(api.ask("GET", where, params=query), 400, 3, next(iter(query)))


@pytest.fixture
def one_reader(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Streams read in a thread that lets go of the database afterwards."""
    with ThreadPoolExecutor(1) as reader:
        monkeypatch.setattr(event_stream, "readers", reader)
        yield
        reader.submit(connections.close_all).result()


class Listener:
    """A client of the ASGI application itself, which goes away when it is told to."""

    def __init__(self, api: Api, last: str = "") -> None:
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._waiting: list[Message] = []
        self._asked = False
        headers = {"host": "testserver", "x-api-key": api.key, "last-event-id": last}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": f"{api.in_organization}/ota-events/stream",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b""}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status.set_result(message["status"])
        else:
            self._pieces.put_nowait(message.get("body", b""))

    def leave(self) -> None:
        self._gone.set()

    async def next(self) -> Message:
        while not self._waiting:
            self._waiting += messages((await self._pieces.get()).decode())
        return self._waiting.pop(0)


@asynccontextmanager
async def listening(api: Api, last: str = "") -> Any:
    listener = Listener(api, last)
    serving = asyncio.create_task(application(listener.scope, listener.receive, listener.send))
    try:
        assert await listener.status == 200
        yield listener, serving
    finally:
        listener.leave()
        await serving
        await sync_to_async(connections.close_all)()  # of the thread that the test itself borrows


async def test_events_come_as_they_are_stored(one_reader: None, api: Api) -> None:
    device = (await sync_to_async(api.device)())["id"]
    async with listening(api) as (listener, _):
        for package in ("a", "b"):
            await sync_to_async(report)(device, package)
            message = await listener.next()
            assert packages([message]) == [package]
    await sync_to_async(report)(device, "while away")
    async with listening(api, message["id"]) as (listener, _):
        assert packages([await listener.next()]) == ["while away"]


async def test_the_stream_ends_when_the_key_is_revoked(one_reader: None, api: Api, administrator: Actor) -> None:
    async with listening(api) as (_, serving):
        key = await ApiKey.objects.aget(name="automation")
        await sync_to_async(revoke_api_key)(key=key, actor=administrator)
        await serving
