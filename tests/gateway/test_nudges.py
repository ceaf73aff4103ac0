"""Consoles hear of reports: of each object by its id, or of its kind when there are too many."""

import asyncio
import contextlib
from datetime import UTC, datetime

from channels.layers import get_channel_layer

from devices.gateway.nudges import Nudges
from devices.services import Report


def report(number: int) -> Report:
    return Report(
        device_pk=number,
        device_id=f"device-{number}",
        project_pk=7,
        cohort_id="cohort",
        deployment_id=None,
        package="main",
        state=0,
        reason=0,
        version="1",
        target="",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        opens_session=False,
    )


async def heard_after(reports: int) -> set[tuple[str, str]]:
    """What a console of project 7 is told about so many devices of one cohort."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("console.7", channel)
    nudges = Nudges()
    for number in range(reports):
        nudges.reported(report(number))
        nudges.reported(report(number))
    sending = asyncio.create_task(nudges.run())
    heard: set[tuple[str, str]] = set()
    expected = min(reports + 1, 51)
    while len(heard) < expected:
        message = await layer.receive(channel)
        heard.add((message["changed"], message["id"]))
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    return heard


async def test_each_object_is_named_once() -> None:
    assert await heard_after(3) == {("cohort", "cohort"), *(("device", f"device-{number}") for number in range(3))}


async def test_beyond_fifty_objects_every_page_of_the_kind_is_told() -> None:
    heard = await heard_after(80)
    assert ("cohort", "cohort") in heard
    assert ("device", "") in heard
