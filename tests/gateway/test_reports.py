"""`POST .u/c/{package}`: each report once, acknowledged after its commit (contract/coap.md §7)."""

import json
from collections.abc import Callable

import cbor2
import pytest

from deployments.models import Cohort
from devices.models import Device, OtaEvent, PackageState
from tests.gateway.client import CBOR, CONTENT_FORMAT, JSON, NON, OCTETS, POST, PUT, Client
from tests.gateway.conftest import Fleet, Running

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]
#: state 1, reason 0, main 1.2.3 → 1.2.4, as published firmware sends it.
VECTOR = bytes.fromhex("bf61730161720063706b67646d61696e617665312e322e33617465312e322e34ff")


@pytest.fixture
def client(connect: Connect, device: Device) -> Client:
    return connect(device)


def events() -> list[tuple[str, int, int, str, str]]:
    return list(OtaEvent.objects.order_by("pk").values_list("package", "state", "reason", "version", "target"))


@pytest.mark.parametrize(
    ("payload", "content_format"),
    [
        (VECTOR, CBOR),
        (b"\xa5" + VECTOR[1:-1], CBOR),
        (cbor2.dumps({"state": 1, "reason": 0, "package": "main", "version": "1.2.3", "target": "1.2.4"}), CBOR),
        (b'{"state":1,"reason":0,"package":"main","version":"1.2.3","target":"1.2.4"}', JSON),
        (b'{"s":1,"v":"1.2.3","t":"1.2.4","more":[{}]}', JSON),
        (VECTOR, None),
        (b'{"s":1,"v":"1.2.3","t":"1.2.4"}', None),
    ],
)
def test_every_encoding(client: Client, payload: bytes, content_format: int | None) -> None:
    answer = client.report("main", payload, content_format)
    assert (answer.status, answer.payload) == ("2.04", b"")
    assert events() == [("main", 1, 0, "1.2.3", "1.2.4")]


def test_report_carries_cohort_and_deployment(client: Client, fleet: Fleet, device: Device, cohort: Cohort) -> None:
    client.observe()
    deployment = fleet.deploy(cohort, fleet.artifact("main", "1.0.0"))
    assert client.notification() is not None
    client.report("main", cbor2.dumps({"s": 2}))
    event = OtaEvent.objects.get()
    assert (event.device_id, event.cohort_id, event.deployment_id) == (
        device.public_id,
        cohort.public_id,
        deployment.public_id,
    )
    assert PackageState.objects.get(device=device).state == 2


def test_path_decides_the_package_and_unknown_numbers_are_kept(client: Client) -> None:
    client.report("other", cbor2.dumps({"s": 77, "r": 88, "pkg": "main"}))
    assert events() == [("other", 77, 88, "", "")]


def test_put_is_a_report_too_and_accept_is_ignored(client: Client) -> None:
    request = client.request(PUT, ".u/c/main", (CONTENT_FORMAT, bytes([JSON])), (17, bytes([OCTETS])), payload=b"{}")
    assert client.exchange(request).status == "2.04"
    assert events() == [("main", 0, 0, "", "")]


def test_retransmission_gets_the_same_answer_and_is_one_event(client: Client) -> None:
    request = client.request(POST, ".u/c/main", (CONTENT_FORMAT, bytes([CBOR])), payload=VECTOR)
    assert client.exchange(request) == client.exchange(request) == client.exchange(request)
    assert len(events()) == 1


def test_equal_report_again_is_a_second_event(client: Client) -> None:
    client.report("main", VECTOR)
    client.report("main", VECTOR)
    assert len(events()) == 2


def test_first_report_of_a_new_session_that_repeats_the_last_is_the_same(
    client: Client, connect: Connect, device: Device
) -> None:
    client.report("main", VECTOR)
    again = connect(device)
    assert again.report("main", VECTOR).status == "2.04"
    assert len(events()) == 1
    again.report("main", VECTOR)
    assert len(events()) == 2


def test_non_confirmable_report_is_stored_once(client: Client) -> None:
    request = client.request(POST, ".u/c/main", (CONTENT_FORMAT, bytes([CBOR])), payload=VECTOR, kind=NON)
    answer = client.exchange(request)
    assert (answer.kind, answer.status) == (NON, "2.04")
    assert client.exchange(request) == answer
    assert len(events()) == 1


@pytest.mark.parametrize(
    ("payload", "content_format"),
    [
        (b"", CBOR),
        (b"\xff", CBOR),
        (VECTOR[:-1], CBOR),
        (b"\xbf\x61\x73", CBOR),
        (b"\xf6", CBOR),
        (b"\x80", CBOR),
        (b"\x81" * 900, CBOR),
        (cbor2.dumps({"s": -1}), CBOR),
        (cbor2.dumps({"s": 2**31}), CBOR),
        (cbor2.dumps({"s": True}), CBOR),
        (cbor2.dumps({"s": "1"}), CBOR),
        (cbor2.dumps({"s": 1.0}), CBOR),
        (cbor2.dumps({"v": 1}), CBOR),
        (cbor2.dumps({"v": b"1.0"}), CBOR),
        (cbor2.dumps({"v": "x" * 256}), CBOR),
        (cbor2.dumps({"v": "nul\0"}), CBOR),
        (b'{"v":"\\ud800"}', JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b'{"s":NaN}', JSON),
        (b'{"a":' * 200 + b"1" + b"}" * 200, CBOR),
        (VECTOR, JSON),
        (VECTOR, OCTETS),
        (cbor2.dumps({"v": "x", "pad": "x" * 1100}), CBOR),
    ],
)
def test_malformed_report_stores_nothing(client: Client, payload: bytes, content_format: int) -> None:
    assert client.report("main", payload, content_format).status == "4.00"
    assert events() == []
    assert client.report("main", json.dumps({"s": 0}).encode(), JSON).status == "2.04"


@pytest.mark.parametrize("package", ["ma in", "main@1.0", "..", "x" * 254, "ä"])
def test_impossible_package_name(client: Client, package: str) -> None:
    assert client.report(package, b"\xa0").status == "4.00"
    assert events() == []


def test_report_received_before_a_stop_is_committed_and_answered(gateway: Running, client: Client) -> None:
    client.send(client.request(POST, ".u/c/main", (CONTENT_FORMAT, bytes([CBOR])), payload=VECTOR))
    answer = client.receive()
    gateway.stop()
    assert answer is not None
    assert len(events()) == 1
