"""How a device lives through sessions: keep-alive, silence, reconnection, observation (contract/coap.md §2 and §5)."""

from collections.abc import AsyncIterator

import cbor2
import pytest

from devices.openssl import DtlsError
from devices.simulator.coap import Message
from devices.simulator.device import SimulatedDevice
from devices.simulator.timing import Timing
from tests.simulator.gateway import (
    IDENTITY,
    KEY,
    ScriptedGateway,
    accept,
    notification,
    scripted_gateway,
)

#: One hundredth of the firmware's own waits.
FAST = Timing(acknowledgement=0.02, response=0.1, keep_alive=0.09, reconnect=0.01, reboot=0.01)
STEADY = Timing(reconnect=0.01)


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with scripted_gateway() as gateway:
        yield gateway


def device_of(gateway: ScriptedGateway, timing: Timing, key: str = KEY) -> SimulatedDevice:
    return SimulatedDevice(IDENTITY, key, "127.0.0.1", gateway.port, installed={"main": "1.0.0"}, timing=timing)


def manifest(number: int) -> bytes:
    return cbor2.dumps({1: number, 3: []})


async def test_a_first_session_begins_with_a_keep_alive_and_registers(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, STEADY) as device:
        await device.observing()
        await device.updated_to("main", "1.0.0")
    assert gateway.paths() == ["DELETE ", "GET .u/desired", "POST .u/c/main"]


async def test_the_end_of_a_device_ends_its_session(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, STEADY) as device:
        await device.observing()
    await gateway.until(lambda: bool(gateway.closed))
    assert gateway.closed == [gateway.registration[0]]


async def test_an_idle_device_keeps_its_session_alive(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, FAST) as device:
        await device.observing()
        await gateway.until(lambda: gateway.paths().count("DELETE ") == 4)
    assert device.record.handshakes == 1


async def test_silence_costs_the_session_and_the_next_registers_with_the_same_token(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, FAST) as device:
        await device.observing()
        address, first = gateway.registration
        gateway.is_silent = True
        await device.until(lambda: device.record.lost_sessions == 1)
        gateway.is_silent = False
        await device.until(lambda: device.record.registrations == 2)
    later, second = gateway.registration
    assert (first.token, later != address) == (second.token, True)
    in_second = [path for (source, _), path in zip(gateway.requests, gateway.paths(), strict=True) if source == later]
    assert in_second[0] == "GET .u/desired"


async def test_a_session_the_server_ends_is_opened_anew(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, STEADY) as device:
        await device.updated_to("main", "1.0.0")
        gateway.end_session(gateway.registration[0])
        await device.until(lambda: device.record.registrations == 2)
    assert (device.record.handshakes, device.record.lost_sessions) == (2, 1)


async def test_a_handshake_survives_a_server_that_comes_late(gateway: ScriptedGateway) -> None:
    gateway.is_silent = True
    async with device_of(gateway, STEADY) as device:
        await gateway.until(lambda: gateway.ignored == 1)
        gateway.is_silent = False
        await device.observing()
    assert (device.record.handshakes, device.record.refused_handshakes) == (1, 0)


async def test_stale_and_repeated_notifications_change_nothing(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, STEADY) as device:
        await device.updated_to("main", "1.0.0")
        address, registration = gateway.registration
        for message_id, sequence, number in ((1, 10, 1), (1, 10, 1), (2, 9, 9), (3, 11, 2)):
            payload = manifest(number)
            message = notification(registration, message_id=message_id, sequence=sequence, payload=payload)
            gateway.send(address, message)
        await device.notified(after=1)
    assert [each.manifest.sequence_number for each in device.record.notifications] == [1, 2]
    assert (device.record.duplicates, device.record.stale) == (1, 1)


async def test_a_notification_right_behind_the_registration_is_not_lost(gateway: ScriptedGateway) -> None:
    def answer(request: Message) -> list[Message]:
        answers = accept(request)
        if len(gateway.requests) == 2:
            answers.append(notification(request, message_id=1, sequence=2, payload=manifest(5)))
        return answers

    gateway.answer = answer
    async with device_of(gateway, STEADY) as device:
        await device.updated_to("main", "1.0.0")
        await device.until(lambda: device.manifest is not None and device.manifest.sequence_number == 5)
    assert len(device.record.notifications) == 1


async def test_a_manifest_the_firmware_would_reject_is_a_violation(gateway: ScriptedGateway) -> None:
    async with device_of(gateway, STEADY) as device:
        await device.updated_to("main", "1.0.0")
        address, registration = gateway.registration
        gateway.send(address, notification(registration, message_id=1, sequence=2, payload=b"\xf6"))
        await device.until(lambda: bool(device.record.violations))
    assert device.record.violations == ["manifest: not a map with unsigned keys"]
    assert device.manifest is not None
    assert device.manifest.sequence_number == 0


async def test_a_crash_of_a_device_reaches_whoever_waits(gateway: ScriptedGateway) -> None:
    device = SimulatedDevice(IDENTITY, KEY, "127.0.0.1", gateway.port, installed={"main": "x" * 70_000})
    with pytest.raises(DtlsError):
        async with device:
            await device.updated_to("main", "never")
