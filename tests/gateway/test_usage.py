"""Every artifact byte that goes out is counted for the project, whichever road it takes."""

from collections.abc import Callable

import pytest

from deployments.models import Cohort
from devices.models import Device, Usage
from tests.gateway.client import Client
from tests.gateway.conftest import Fleet, Running

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(5_000)


def test_downloads_are_counted(
    gateway: Running, connect: Callable[..., Client], fleet: Fleet, device: Device, cohort: Cohort
) -> None:
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0", CONTENT))
    client = connect(device)
    assert client.download(".u/c/main@1.0.0") == CONTENT
    assert client.download(".u/c/main@1.0.0", first=4) == CONTENT[4096:]
    client.get(".u/c/main@9")
    gateway.stop()
    (month,) = Usage.objects.all()
    assert (month.project, month.bytes_delivered) == (fleet.project, 5_000 + 904)
