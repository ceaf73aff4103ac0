"""The live channel over the real channel layer: who hears what, and how often."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.db import connections
from django.test import Client

from deployments.services import create_cohort
from devices.services import assign_device, create_device
from ota_console.asgi import application
from ota_console.console.live import MOST_IDS, Nudger, group_name, merged
from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 10
HELLO = {"changed": "connection", "id": ""}


def socket(slug: str, client: Client | None = None) -> ApplicationCommunicator:
    headers = [(b"origin", b"http://testserver"), (b"host", b"testserver")]
    if client is not None:
        headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    scope = {
        "type": "websocket",
        "path": "/live/",
        "query_string": f"project={slug}".encode(),
        "headers": headers,
        "subprotocols": [],
    }
    return ApplicationCommunicator(application, scope)


@asynccontextmanager
async def opened(page: ApplicationCommunicator) -> AsyncIterator[ApplicationCommunicator]:
    """Connected, and at the end disconnected as a server does."""
    await page.send_input({"type": "websocket.connect"})
    assert (await page.receive_output(PATIENCE))["type"] == "websocket.accept"
    yield page
    await page.send_input({"type": "websocket.disconnect", "code": 1000})
    await page.wait(PATIENCE)


async def heard(page: ApplicationCommunicator) -> dict[str, Any]:
    return dict(json.loads((await page.receive_output(PATIENCE))["text"]))


async def nudge(project: Project, changed: str, key: str) -> None:
    message = {"type": "console.nudge", "changed": changed, "id": key}
    await get_channel_layer().group_send(group_name(project.pk), message)


@pytest.fixture(autouse=True)
async def _no_connection_is_left(transactional_db: None) -> AsyncIterator[None]:
    """Consumers ask the database on a thread of their own, which would keep the test database in use."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def page(project: Project, signed_in: Callable[[Role], Client]) -> AsyncIterator[ApplicationCommunicator]:
    """An open page of a viewer."""
    client = await sync_to_async(signed_in)(Role.VIEWER)
    async with opened(socket(project.slug, client)) as shown:
        assert await heard(shown) == HELLO
        yield shown


async def test_a_change_by_a_service_reaches_the_page(
    page: ApplicationCommunicator, project: Project, operator: Actor
) -> None:
    cohort = await sync_to_async(create_cohort)(project=project, name="field", actor=operator)
    assert await heard(page) == {"changed": "cohort", "id": cohort.public_id}


async def test_a_moved_device_is_news_for_both_cohorts(
    page: ApplicationCommunicator, project: Project, operator: Actor
) -> None:
    make = sync_to_async(create_cohort)
    first = await make(project=project, name="first", actor=operator)
    second = await make(project=project, name="second", actor=operator)
    device = await sync_to_async(create_device)(project=project, name="meter", cohort=first, actor=operator)
    await sync_to_async(assign_device)(device=device, cohort=second, actor=operator)
    awaited = {("cohort", first.public_id), ("cohort", second.public_id), ("device", device.public_id)}
    while awaited:
        message = await heard(page)
        awaited.discard((message["changed"], message["id"]))


async def test_many_changes_are_few_messages_and_the_last_is_never_lost(
    page: ApplicationCommunicator, project: Project
) -> None:
    await nudge(project, "cohort", "a")
    assert await heard(page) == {"changed": "cohort", "id": "a"}
    for _ in range(50):
        await nudge(project, "cohort", "a")
    assert await heard(page) == {"changed": "cohort", "id": "a"}
    await nudge(project, "device", "end")
    assert await heard(page) == {"changed": "device", "id": "end"}


async def test_a_visitor_is_told_to_sign_in(project: Project) -> None:
    async with opened(socket(project.slug)) as page:
        assert await page.receive_output(PATIENCE) == {"type": "websocket.close", "code": 4401}


async def test_a_foreign_project_stays_silent(foreign_project: Project, signed_in: Callable[[Role], Client]) -> None:
    client = await sync_to_async(signed_in)(Role.ADMIN)
    async with opened(socket(foreign_project.slug, client)) as page:
        assert await page.receive_output(PATIENCE) == {"type": "websocket.close", "code": 4404}


async def test_changes_pass_by_a_dead_redis_and_it_is_said_once(
    page: ApplicationCommunicator, project: Project, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    working = settings.CHANNEL_LAYERS
    dead = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": ["unix:///nowhere.sock"]}}
    nudger = Nudger()
    with caplog.at_level(logging.WARNING, logger="ota_console.console.live"):
        settings.CHANNEL_LAYERS = {"default": dead}
        for number in range(3):
            nudger.add(project.pk, ("cohort", f"lost-{number}"))
            await asyncio.wrap_future(nudger._thread.submit(int))  # it works in order
        settings.CHANNEL_LAYERS = working
        nudger.add(project.pk, ("cohort", "found"))
        assert await heard(page) == {"changed": "cohort", "id": "found"}
    assert len(caplog.records) == 1
    assert "live updates are not delivered" in caplog.text


def test_too_many_ids_of_one_kind_become_one_change_without_an_id() -> None:
    few = {("cohort", "a"), ("cohort", "b")}
    crowd = {("device", str(number)) for number in range(MOST_IDS + 1)}
    assert merged(few | crowd) == few | {("device", "")}
