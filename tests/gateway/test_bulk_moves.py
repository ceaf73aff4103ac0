"""Many devices moved in one call: those that are connected here are told, each once, and the rest cost nothing."""

from collections.abc import Callable

import pytest

from deployments.models import Cohort
from devices.models import Device
from devices.selectors import devices_by_filter
from devices.selectors.listing import DeviceFilter
from devices.services import add_devices
from devices.tasks import fan_out
from tests.gateway.client import Client
from tests.gateway.conftest import Fleet

pytestmark = pytest.mark.django_db(transaction=True)
STRANGERS = 3_000  # devices of the project that are not connected here


def test_each_connected_device_is_told_once(connect: Callable[..., Client], fleet: Fleet, cohort: Cohort) -> None:
    deployment = fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    clients = [connect(fleet.device(f"here-{number}")) for number in range(3)]
    for client in clients:
        client.observe()
    Device.objects.bulk_create(Device(project=fleet.project, name=f"d{number}") for number in range(STRANGERS))
    choice = devices_by_filter(project=fleet.project, where=DeviceFilter(), actor=fleet.actor)
    assert add_devices(cohort=cohort, choice=choice, actor=fleet.actor).moved == STRANGERS + 3
    fan_out("device", list(choice.pks))
    for client in clients:
        notification = client.notification()
        assert notification is not None
        assert notification.payload == bytes(deployment.manifest_cbor)
    for client in clients:
        assert client.notification(timeout=0.5) is None
