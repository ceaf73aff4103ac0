"""From a committed change to the gateways: one row, one task, one message."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from deployments.models import Artifact, Cohort
from deployments.services import delete_cohort, start_deployment
from devices import tasks
from devices.models import Change
from devices.selectors import DeviceFilter, devices_by_filter
from devices.services import add_devices, assign_device, create_device, update_device
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project

Upload = Callable[..., Artifact]


@pytest.fixture
def queue(transactional_db: None) -> Iterator[Callable[[], list[Any]]]:
    """Arguments of the tasks that wait in the broker, oldest first, taken from it."""
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.delete("celery")

    def take() -> list[Any]:
        bodies = []
        while message := broker.rpop("celery"):
            bodies.append(json.loads(base64.b64decode(json.loads(message)["body"]))[0])
        return bodies

    yield take
    broker.close()


def test_a_deployment_and_a_move_each_start_one_task(
    upload: Upload, cohort: Cohort, project: Project, operator: Actor, queue: Callable[[], list[Any]]
) -> None:
    device = create_device(project=project, name="d", actor=operator)
    artifact = upload("main", "1.0.0")
    assert queue() == []
    start_deployment(cohort=cohort, artifacts=[artifact], actor=operator)
    assert queue() == [["cohort", [cohort.pk]]]
    assign_device(device=device, cohort=cohort, actor=operator)
    assert queue() == [["device", [device.pk]]]
    update_device(device=device, name="other", actor=operator)
    assert queue() == []
    update_device(device=device, enabled=False, actor=operator)
    delete_cohort(cohort=cohort, actor=operator)
    assert queue() == [["device", [device.pk]], ["cohort", [cohort.pk]]]


def test_many_devices_moved_at_once_start_one_task(
    cohort: Cohort, project: Project, operator: Actor, queue: Callable[[], list[Any]]
) -> None:
    devices = [create_device(project=project, name=name, actor=operator) for name in "abc"]
    choice = devices_by_filter(project=project, where=DeviceFilter(), actor=operator)
    add_devices(cohort=cohort, choice=choice, actor=operator)
    assert queue() == [["device", [device.pk for device in devices]]]
    add_devices(cohort=cohort, choice=choice, actor=operator)
    assert queue() == []


def test_a_change_that_is_rolled_back_leaves_no_row_and_no_task(
    upload: Upload, cohort: Cohort, operator: Actor, queue: Callable[[], list[Any]]
) -> None:
    artifact = upload("main", "1.0.0")
    with transaction.atomic():
        start_deployment(cohort=cohort, artifacts=[artifact], actor=operator)
        transaction.set_rollback(True)
    assert queue() == []
    assert not Change.objects.exists()
    cohort.refresh_from_db()
    assert cohort.active_deployment is None


async def test_the_task_sends_one_message_to_the_gateways() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(tasks.GATEWAYS, channel)
    await asyncio.to_thread(tasks.fan_out, "cohort", [7])
    assert await layer.receive(channel) == {"type": "gateway.change", "kind": "cohort", "keys": [7]}
