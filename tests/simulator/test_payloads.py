"""The simulated device is as strict as the firmware's decoder, and sends what the firmware sends."""

import hashlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulator.payloads import Component, Manifest, ManifestError, Report, State, decode_manifest

DIGEST = hashlib.sha256(b"abc").hexdigest()
#: The vector of contract/coap.md §4.2, accepted by the SDK's decoder.
VECTOR = bytes.fromhex(
    "a3011a6924810002784062613738313662663866303163666561343134313430646535646165323232336230303336"
    "3161333936313737613963623431306666363166323030313561640381a601646d61696e0265312e322e3303784062"
    "6137383136626638663031636665613431343134306465356461653232323362303033363161333936313737613963"
    "6234313066663631663230303135616404190bb805702f2e752f632f6d61696e40312e322e33066764656661756c74"
)


def component(**changes: object) -> dict[int, object]:
    names = {"package": 1, "version": 2, "sha256": 3, "size": 4, "uri": 5}
    entry: dict[int, object] = {1: "main", 2: "1.2.3", 3: DIGEST, 4: 3000, 5: "/.u/c/main@1.2.3"}
    return entry | {names[name]: value for name, value in changes.items()}


def test_the_vector_of_the_contract_is_read() -> None:
    expected = Component("main", "1.2.3", DIGEST, 3000, "/.u/c/main@1.2.3")
    assert decode_manifest(VECTOR) == Manifest(1764000000, (expected,))


@pytest.mark.parametrize("payload", [b"\xa0", bytes.fromhex("a201000380"), cbor2.dumps({2: DIGEST})])
def test_empty_manifests_are_read(payload: bytes) -> None:
    assert decode_manifest(payload) == Manifest(0, ())


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="empty payload"),
        pytest.param(b"\xf6", id="null"),
        pytest.param(b"null", id="text"),
        pytest.param(cbor2.dumps({1: 5}), id="sequence number alone"),
        pytest.param(cbor2.dumps({3: []}), id="components alone"),
        pytest.param(cbor2.dumps({1: 0, 3: None}), id="components null"),
        pytest.param(cbor2.dumps({1: 0, 3: [], -1: 0}), id="negative key"),
        pytest.param(cbor2.dumps({1: 2**31, 3: []}), id="sequence number over 31 bits"),
        pytest.param(bytes.fromhex("bf01000380ff"), id="indefinite map"),
        pytest.param(bytes.fromhex("a20118000380"), id="integer longer than needed"),
        pytest.param(cbor2.dumps({1: 1, 3: [{1: "main", 2: "1", 3: DIGEST, 4: 1}]}), id="no uri"),
        pytest.param(cbor2.dumps({1: 1, 3: [component(sha256=bytes(32))]}), id="hash as bytes"),
        pytest.param(cbor2.dumps({1: 1, 3: [component(size="3000")]}), id="size as text"),
        pytest.param(cbor2.dumps({1: 1, 3: [component(size=2**31)]}), id="size over 31 bits"),
        pytest.param(VECTOR[:-1], id="cut off"),
        pytest.param(VECTOR + b"\0", id="something behind"),
    ],
)
def test_what_the_firmware_rejects_is_rejected(payload: bytes) -> None:
    with pytest.raises(ManifestError):
        decode_manifest(payload)


@given(st.binary(max_size=60))
def test_random_bytes_are_read_or_refused(payload: bytes) -> None:
    try:
        manifest = decode_manifest(payload)
    except ManifestError:
        return
    assert manifest.sequence_number >= 0


def test_a_report_has_the_bytes_of_the_contract() -> None:
    report = Report("main", State.DOWNLOADING, version="1.2.3", target="1.2.4")
    assert report.encode().hex() == "bf61730161720063706b67646d61696e617665312e322e33617465312e322e34ff"


def test_a_report_leaves_empty_versions_out() -> None:
    assert cbor2.loads(Report("main", State.IDLE).encode()) == {"s": 0, "r": 0, "pkg": "main"}
