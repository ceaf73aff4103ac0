"""`.u/c/{package}@{version}`: stateless blocks of exactly the size asked for (contract/coap.md §6)."""

import hashlib
from collections.abc import Callable

import pytest

from deployments.models import Cohort
from devices.models import Device
from devices.services import assign_device
from tests.gateway.client import BLOCK2, CBOR, CONTENT_FORMAT, ETAG, OCTETS, SIZE2, Client
from tests.gateway.conftest import Fleet

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., Client]
CONTENT = b"".join(number.to_bytes(4, "big") for number in range(1250))
PATH = ".u/c/main@1.0.0"


@pytest.fixture
def client(connect: Connect, fleet: Fleet, device: Device, cohort: Cohort) -> Client:
    fleet.deploy(cohort, fleet.artifact("main", "1.0.0", CONTENT))
    return connect(device)


@pytest.mark.parametrize("exponent", range(7))
def test_every_block_size(client: Client, exponent: int) -> None:
    assert client.download(PATH, exponent=exponent) == CONTENT


def test_download_resumes_at_any_block(client: Client) -> None:
    assert client.download(PATH, first=2) == CONTENT[2048:]


def test_answer_without_block_option_starts_at_the_beginning(client: Client) -> None:
    answer = client.get(PATH)
    assert (answer.number(BLOCK2), answer.number(SIZE2), answer.payload) == (0x0E, 5000, CONTENT[:1024])
    assert answer.number(CONTENT_FORMAT) == OCTETS
    assert answer.option(ETAG) == hashlib.sha256(CONTENT).digest()[:8]


def test_last_block_and_past_it(client: Client) -> None:
    last = client.get(PATH, block=4 << 4 | 6)
    assert (last.number(BLOCK2), last.payload) == (4 << 4 | 6, CONTENT[4096:])
    assert client.get(PATH, block=5 << 4 | 6).status == "4.00"


@pytest.mark.parametrize("path", ["main@9.9.9", "other@1.0.0", "main", "@", "main@1.0.0@", "m%61in@1.0.0"])
def test_unknown_package_or_version(client: Client, path: str) -> None:
    assert client.get(f".u/c/{path}", block=6).status == "4.04"


def test_artifact_outside_the_deployment_is_not_there(client: Client, fleet: Fleet) -> None:
    fleet.artifact("main", "2.0.0", b"not for this device")
    assert client.get(".u/c/main@2.0.0", block=6).status == "4.04"


def test_other_formats_than_bytes_are_not_acceptable(client: Client) -> None:
    assert client.get(PATH, accept=CBOR, block=6).status == "4.06"


def test_download_may_go_on_when_a_newer_deployment_starts(client: Client, fleet: Fleet, cohort: Cohort) -> None:
    client.observe()
    fleet.deploy(cohort, fleet.artifact("main", "2.0.0", b"newer"))
    assert client.notification() is not None
    assert client.download(PATH, first=3) == CONTENT[3072:]
    assert client.download(".u/c/main@2.0.0") == b"newer"


def test_device_of_another_cohort_gets_nothing(client: Client, connect: Connect, fleet: Fleet) -> None:
    stranger = fleet.device("stranger", cohort=fleet.cohort("other"))
    assert connect(stranger).get(PATH, block=6).status == "4.04"


def test_device_that_left_the_cohort_comes_back_to_nothing(
    client: Client, connect: Connect, fleet: Fleet, device: Device
) -> None:
    assign_device(device=device, cohort=None, actor=fleet.actor)
    client.close()
    assert connect(device).get(PATH, block=6).status == "4.04"
