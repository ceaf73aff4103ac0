"""How the gateway hears of changes, and that it misses none."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from deployments.models import Cohort
from devices.gateway.database import Database
from devices.gateway.registry import Registry
from devices.models import Device
from devices.services import assign_device, update_device
from devices.tasks import fan_out
from tests.gateway.client import CBOR, DELETE, Client, wait_closed
from tests.gateway.conftest import Fleet, Running

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]


@pytest.fixture
def deaf_to_the_feed(transactional_db: None, settings: Any) -> Iterator[Running]:
    settings.OTA_RECONCILE_SECONDS = 3600
    running = Running()
    yield running
    running.stop()


def test_a_message_alone_is_enough(deaf_to_the_feed: Running, fleet: Fleet, device: Device, cohort: Cohort) -> None:
    credential = fleet.credential(device)
    client = Client(deaf_to_the_feed.port, credential.identity, fleet.key(credential)).connect()
    client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    fan_out("cohort", [cohort.pk])
    assert client.notification() is not None
    update_device(device=device, enabled=False, actor=fleet.actor)
    fan_out("device", [device.pk])
    assert wait_closed(client)
    client.socket.close()


def test_hearing_twice_notifies_once(connect: Connect, fleet: Fleet, device: Device, cohort: Cohort) -> None:
    client = connect(device)
    client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    for _ in range(3):
        fan_out("cohort", [cohort.pk])
        fan_out("device", [device.pk])
    assert client.notification() is not None
    assert client.notification(timeout=1) is None


def test_change_that_cannot_be_read_is_read_later(
    connect: Connect, fleet: Fleet, device: Device, cohort: Cohort
) -> None:
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    assign_device(device=device, cohort=None, actor=fleet.actor)
    client = connect(device)
    client.observe()
    with _without_table(Cohort):
        Device.objects.filter(pk=device.pk).update(cohort=cohort, assignment=99)
        fan_out("device", [device.pk])
        assert client.notification(timeout=1) is None
        assert client.exchange(client.request(DELETE, "")).status == "2.02"
    assert client.notification() is not None


class _without_table:  # noqa: N801 - reads as a statement
    """The database answers every question about the model with an error."""

    def __init__(self, model: Any) -> None:
        self._names = model._meta.db_table, f"{model._meta.db_table}_away"

    def __enter__(self) -> None:
        self._rename(*self._names)

    def __exit__(self, *_: object) -> None:
        self._rename(*reversed(self._names))

    def _rename(self, old: str, new: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{old}" RENAME TO "{new}"')


class SlowDatabase(Database):
    """Answers truthfully, but the answer of a read arrives only when `may_answer` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.has_read, self.may_answer = asyncio.Event(), asyncio.Event()

    async def read(self, function: Callable[..., Any], *arguments: object) -> Any:
        result = await super().read(function, *arguments)
        self.has_read.set()
        await self.may_answer.wait()
        return result


def test_look_up_that_a_change_overtook_is_repeated(fleet: Fleet, device: Device) -> None:
    credential = fleet.credential(device)

    def disable() -> None:
        update_device(device=device, enabled=False, actor=fleet.actor)

    async def scenario() -> object:
        database = SlowDatabase()
        registry = Registry(database)
        admission = asyncio.create_task(registry.admit(credential.identity, _no_session))
        await database.has_read.wait()
        await asyncio.to_thread(disable)
        registry.mark("device", [device.pk])
        database.may_answer.set()
        admitted = await admission
        await database.close()
        return admitted

    assert asyncio.run(scenario()) is None


def _no_session(*_: object) -> Any:
    raise AssertionError("a disabled device must not get a session")


def test_presence_is_written(gateway: Running, connect: Connect, device: Device) -> None:
    before = timezone.now()
    client = connect(device)
    gateway.wait_for(lambda _: _row(device).connected_at is not None)
    row = _row(device)
    assert row.connected_at is not None
    assert row.connected_at >= before
    assert row.address == "{}:{}".format(*client.socket.getsockname())
    assert client.get(".u/desired", accept=CBOR).status == "2.05"
    client.close()
    gateway.wait_for(lambda _: _row(device).disconnected_at is not None)
    assert Device.objects.filter(pk=device.pk).online().count() == 0


def test_stopping_writes_that_devices_went(gateway: Running, connect: Connect, device: Device) -> None:
    connect(device)
    gateway.stop()
    row = _row(device)
    assert row.connected_at is not None
    assert row.disconnected_at is not None


def _row(device: Device) -> Device:
    return Device.objects.get(pk=device.pk)
