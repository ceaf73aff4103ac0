"""Who may open a session, with which suites, and how sessions end."""

from collections.abc import Callable

import pytest

from devices.models import Device
from devices.services import delete_credential, delete_device, update_device
from tests.gateway.client import CBC, CCM, CCM_8, DELETE, GCM, Client, Refused, wait_closed
from tests.gateway.conftest import Fleet, Running

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]


@pytest.mark.parametrize("suite", [GCM, CCM, CBC, CCM_8])
def test_every_psk_suite_is_spoken(connect: Connect, device: Device, suite: str) -> None:
    client = connect(device, suites=suite)
    assert client.connection.cipher == suite
    assert client.get(".u/desired").status == "2.05"


def test_gcm_is_taken_whatever_the_device_prefers(connect: Connect, device: Device) -> None:
    assert connect(device).connection.cipher == GCM


def test_unknown_identity_gets_an_alert(gateway: Running) -> None:
    with pytest.raises(Refused, match="unknown psk identity"):
        Client(gateway.port, "nobody@sensors", "k" * 32).connect()


def test_wrong_key_never_completes(gateway: Running, fleet: Fleet, device: Device) -> None:
    credential = fleet.credential(device)
    with pytest.raises(TimeoutError):
        Client(gateway.port, credential.identity, "k" * 32).connect(timeout=3)


def test_revoked_key_never_completes(gateway: Running, fleet: Fleet, device: Device) -> None:
    credential = fleet.credential(device)
    key = fleet.key(credential)
    delete_credential(credential=credential, actor=fleet.actor)
    with pytest.raises(Refused):
        Client(gateway.port, credential.identity, key).connect()


def test_disabled_device_is_refused(gateway: Running, fleet: Fleet, device: Device) -> None:
    credential = fleet.credential(device)
    update_device(device=device, enabled=False, actor=fleet.actor)
    with pytest.raises(Refused):
        Client(gateway.port, credential.identity, fleet.key(credential)).connect()


def test_revoking_the_key_ends_the_session_that_uses_it(connect: Connect, fleet: Fleet, device: Device) -> None:
    kept, revoked = fleet.credential(device), fleet.credential(device)
    staying, leaving = connect(device, kept), connect(device, revoked)
    delete_credential(credential=revoked, actor=fleet.actor)
    assert wait_closed(leaving)
    assert staying.exchange(staying.request(DELETE, "")).status == "2.02"


def test_disabling_or_deleting_the_device_ends_its_sessions(connect: Connect, fleet: Fleet) -> None:
    disabled, deleted = fleet.device("one"), fleet.device("two")
    first, second = connect(disabled), connect(deleted)
    update_device(device=disabled, enabled=False, actor=fleet.actor)
    delete_device(device=deleted, actor=fleet.actor)
    assert wait_closed(first)
    assert wait_closed(second)


def test_stopping_tells_every_device(gateway: Running, connect: Connect, device: Device) -> None:
    client = connect(device)
    gateway.stop()
    assert wait_closed(client)


def test_new_session_from_the_same_port_replaces_the_old_one(
    gateway: Running, connect: Connect, fleet: Fleet, device: Device
) -> None:
    credential = fleet.credential(device)
    old = connect(device, credential)
    new = Client(gateway.port, credential.identity, fleet.key(credential), sock=old.socket).connect()
    assert new.get(".u/desired").status == "2.05"


def test_failed_handshake_from_the_same_port_leaves_the_session(
    gateway: Running, connect: Connect, device: Device
) -> None:
    client = connect(device)
    with pytest.raises(Refused):
        Client(gateway.port, "nobody@sensors", "k" * 32, sock=client.socket).connect()
    assert client.get(".u/desired").status == "2.05"
