"""Observe on the manifest: exactly one notification per change (contract/coap.md §5)."""

from collections.abc import Callable

import cbor2
import pytest

from deployments.models import Cohort
from deployments.services import delete_cohort
from devices.models import Device
from devices.services import assign_device
from tests.gateway.client import ACK, CBOR, CON, CONTENT_FORMAT, EMPTY, JSON, OBSERVE, RST, Client, Message
from tests.gateway.conftest import Fleet

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]
QUIET = 1.0  # seconds in which ten reconciliations happen


@pytest.fixture
def client(connect: Connect, device: Device) -> Client:
    return connect(device)


def sequence_number(message: Message | None) -> int:
    assert message is not None
    return int(cbor2.loads(message.payload)[1])


def test_registration_is_answered_with_the_manifest(client: Client) -> None:
    answer = client.observe()
    assert (answer.kind, answer.status, answer.payload.hex()) == (ACK, "2.05", "a201000380")
    assert answer.number(OBSERVE) is not None


def test_one_notification_per_deployment(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    registration = client.observe()
    seen = [registration]
    for version in ("1.0.0", "2.0.0"):
        deployment = fleet.deploy(cohort, fleet.artifact("main", version))
        notification = client.notification()
        assert sequence_number(notification) == deployment.sequence_number
        assert notification is not None
        assert (notification.kind, notification.token) == (CON, registration.token)
        seen.append(notification)
    assert client.notification(QUIET) is None
    sequence = [message.number(OBSERVE) or 0 for message in seen]
    assert sequence == sorted(set(sequence))
    assert len({message.message_id for message in seen[1:]}) == 2


def test_notification_has_the_format_that_was_registered(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    client.observe(accept=JSON)
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    notification = client.notification()
    assert notification is not None
    assert notification.number(CONTENT_FORMAT) == JSON
    assert notification.payload == client.get(".u/desired", accept=JSON).payload


def test_leaving_is_silent_and_joining_again_notifies(
    connect: Connect, fleet: Fleet, device: Device, cohort: Cohort
) -> None:
    deployment = fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    client = connect(device)
    client.observe()
    assign_device(device=device, cohort=None, actor=fleet.actor)
    assert client.notification(QUIET) is None
    assert client.get(".u/desired", accept=CBOR).payload.hex() == "a201000380"
    assign_device(device=device, cohort=cohort, actor=fleet.actor)
    assert sequence_number(client.notification()) == deployment.sequence_number
    assert client.notification(QUIET) is None


def test_moving_to_a_cohort_with_a_deployment_notifies_and_without_one_does_not(
    connect: Connect, fleet: Fleet, device: Device, cohort: Cohort
) -> None:
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    client = connect(device)
    client.observe()
    empty, other = fleet.cohort("empty"), fleet.cohort("other")
    deployment = fleet.deploy(other, fleet.artifact("main", "2.0.0"))
    assign_device(device=device, cohort=empty, actor=fleet.actor)
    assert client.notification(QUIET) is None
    assign_device(device=device, cohort=other, actor=fleet.actor)
    assert sequence_number(client.notification()) == deployment.sequence_number


def test_deleting_the_cohort_is_silent(connect: Connect, fleet: Fleet, device: Device, cohort: Cohort) -> None:
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    client = connect(device)
    client.observe()
    delete_cohort(cohort=cohort, actor=fleet.actor)
    assert client.notification(QUIET) is None


def test_other_cohorts_are_not_disturbed(client: Client, fleet: Fleet) -> None:
    client.observe()
    fleet.deploy(fleet.cohort("other"), fleet.artifact("main", "1.0.0"))
    assert client.notification(QUIET) is None


def test_deregistration_ends_it(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    registration = client.observe()
    request = client.request(1, ".u/desired", (OBSERVE, b"\x01"))
    answer = client.exchange(Message(CON, request.code, request.message_id, registration.token, request.options))
    assert (answer.status, answer.option(OBSERVE)) == ("2.05", None)
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    assert client.notification(QUIET) is None


def test_new_registration_replaces_the_old_one(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    client.observe()
    newest = client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    notification = client.notification()
    assert notification is not None
    assert notification.token == newest.token
    assert client.notification(QUIET) is None


def test_every_session_of_the_device_is_told(client: Client, connect: Connect, fleet: Fleet, device: Device) -> None:
    other = connect(device)
    for observer in (client, other):
        observer.observe()
    assert device.cohort is not None
    fleet.deploy(device.cohort, fleet.artifact("main", "1.0.0"))
    assert sequence_number(client.notification()) == sequence_number(other.notification())


def test_unacknowledged_notification_is_repeated_until_it_is(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    first = client.receive()
    assert first is not None
    assert client.notification(timeout=6) == first
    assert client.notification(timeout=6) is None


def test_newer_manifest_takes_the_place_of_the_one_under_way(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    first = client.receive()
    newest = fleet.deploy(cohort, fleet.artifact("main", "2.0.0"))
    second = client.notification(timeout=6)
    assert first is not None
    assert second is not None
    assert second.message_id != first.message_id
    assert sequence_number(second) == newest.sequence_number
    assert client.notification(QUIET) is None


def test_reset_ends_the_observation(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    notification = client.receive()
    assert notification is not None
    client.send(Message(RST, EMPTY, notification.message_id))
    fleet.deploy(cohort, fleet.artifact("main", "2.0.0"))
    assert client.notification(QUIET) is None
