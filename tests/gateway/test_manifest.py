"""`.u/desired`: the same bytes on every road, in both formats (contract/coap.md §4)."""

import json
from collections.abc import Callable

import cbor2
import pytest

from deployments.models import Cohort
from devices.models import Device
from tests.gateway.client import (
    BLOCK2,
    CBOR,
    CONTENT_FORMAT,
    ETAG,
    GET,
    JSON,
    NON,
    OBSERVE,
    SIZE2,
    Client,
)
from tests.gateway.conftest import Fleet

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]


def test_device_without_deployment_gets_the_empty_manifest(connect: Connect, fleet: Fleet, device: Device) -> None:
    for client in (connect(device), connect(fleet.device("without cohort"))):
        assert client.get(".u/desired", accept=CBOR).payload.hex() == "a201000380"
        assert client.get(".u/desired").payload == b'{"sequenceNumber":0,"components":[]}'


def test_formats(connect: Connect, fleet: Fleet, device: Device, cohort: Cohort) -> None:
    deployment = fleet.deploy(cohort, fleet.artifact("main", "1.2.3", b"abc"))
    client = connect(device)
    cbor, as_json, default = (client.get(".u/desired", accept=accept) for accept in (CBOR, JSON, None))
    assert [answer.number(CONTENT_FORMAT) for answer in (cbor, as_json, default)] == [CBOR, JSON, JSON]
    assert as_json.payload == default.payload
    assert as_json.option(ETAG) == default.option(ETAG) != cbor.option(ETAG)
    manifest = json.loads(as_json.payload)
    assert manifest["sequenceNumber"] == deployment.sequence_number == cbor2.loads(cbor.payload)[1]
    assert manifest["components"][0]["uri"] == "/.u/c/main@1.2.3" == cbor2.loads(cbor.payload)[3][0][5]
    assert cbor.option(BLOCK2) is None
    assert client.get(".u/desired", accept=42).status == "4.06"


def test_manifest_of_many_blocks_is_the_same_in_all_three_ways(
    connect: Connect, fleet: Fleet, device: Device, cohort: Cohort
) -> None:
    artifacts = [fleet.artifact(f"package-{number:02}", "1.0.0", b"%d" % number) for number in range(60)]
    client = connect(device)
    client.observe()
    deployment = fleet.deploy(cohort, *artifacts)
    notification = client.notification()
    plain = client.get(".u/desired", accept=CBOR)
    blocks = {exponent: client.download(".u/desired", exponent=exponent, accept=CBOR) for exponent in (2, 6)}
    whole = bytes(deployment.manifest_cbor)
    assert len(cbor2.loads(whole)[3]) == 60
    assert blocks == {2: whole, 6: whole}
    assert notification is not None
    for first in (notification, plain):
        assert first.payload == whole[:1024]
        assert first.number(BLOCK2) == 0x0E
        assert first.number(SIZE2) == len(whole)
    assert notification.option(ETAG) == plain.option(ETAG)


def test_block_past_the_end(connect: Connect, device: Device) -> None:
    client = connect(device)
    assert client.get(".u/desired", block=1 << 4 | 6).status == "4.00"
    assert client.get(".u/desired", block=7).status == "4.00"


def test_non_confirmable_get_gets_the_same_content(
    connect: Connect, fleet: Fleet, device: Device, cohort: Cohort
) -> None:
    fleet.deploy(cohort, fleet.artifact("main", "1.2.3"))
    client = connect(device)
    confirmable = client.get(".u/desired")
    answer = client.exchange(client.request(GET, ".u/desired", kind=NON))
    assert (answer.kind, answer.options, answer.payload) == (NON, confirmable.options, confirmable.payload)
    assert answer.option(OBSERVE) is None


def test_suit_manifests_are_not_available(connect: Connect, device: Device) -> None:
    assert connect(device).get(".u/desired/suit", accept=CBOR).status == "4.04"
