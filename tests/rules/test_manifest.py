"""The manifest's encodings (contract/coap.md §4)."""

import hashlib
import json

import cbor2
from hypothesis import given
from hypothesis import strategies as st

from deployments import manifest
from deployments.manifest import Component

components = st.builds(
    Component,
    package=st.text("abcxyz0123456789._-+~", min_size=1, max_size=16),
    version=st.text("0123456789.", min_size=1, max_size=16),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    size=st.integers(1, 2**31 - 1),
    kind=st.sampled_from(["mcuboot", "default"]),
)
NAMES = {1: "package", 2: "version", 3: "hash", 4: "size", 5: "uri", 6: "type"}


def test_the_encoding_is_the_one_that_devices_were_seen_to_accept() -> None:
    """The vector of contract/coap.md §4.2, but for the manifest hash, which is ours to choose."""
    digest = hashlib.sha256(b"abc").hexdigest()
    rendered = manifest.render(1_764_000_000, [Component("main", "1.2.3", digest, 3000, "default")])
    head, tail = rendered.cbor.split(rendered.hash.encode(), 1)
    assert head.hex() == "a3011a69248100027840"
    assert tail.hex() == (
        "0381a601646d61696e0265312e322e3303784062613738313662663866303163666561343134313430646535646165323232336230"
        "303336316133393631373761396362343130666636316632303031356164"
        "04190bb805702f2e752f632f6d61696e40312e322e33066764656661756c74"
    )


def test_the_empty_manifest_is_valid_and_empty() -> None:
    assert cbor2.loads(manifest.EMPTY.cbor) == {1: 0, 3: []}
    assert json.loads(manifest.EMPTY.json) == {"sequenceNumber": 0, "components": []}


@given(st.integers(1, 2**31 - 1), st.lists(components, min_size=1, max_size=60))
def test_both_encodings_say_the_same_in_the_same_order(sequence_number: int, bundle: list[Component]) -> None:
    rendered = manifest.render(sequence_number, bundle)
    as_json, as_cbor = json.loads(rendered.json), cbor2.loads(rendered.cbor)
    renamed = [{NAMES[key]: value for key, value in component.items()} for component in as_cbor[3]]
    assert as_json == {"sequenceNumber": as_cbor[1], "hash": as_cbor[2], "components": renamed}
    assert [component["uri"] for component in renamed] == [f"/.u/c/{c.package}@{c.version}" for c in bundle]


@given(st.integers(1, 2**31 - 1), st.lists(components, min_size=1, max_size=5))
def test_the_hash_covers_the_component_list_as_it_stands_in_the_manifest(number: int, bundle: list[Component]) -> None:
    rendered = manifest.render(number, bundle)
    component_list = cbor2.dumps(cbor2.loads(rendered.cbor)[3])
    assert rendered.cbor.endswith(component_list)
    assert rendered.hash == hashlib.sha256(component_list).hexdigest()
    assert rendered == manifest.render(number, bundle)


@given(st.lists(components, min_size=1, max_size=5))
def test_lengths_are_definite_and_keys_unsigned(bundle: list[Component]) -> None:
    rendered = manifest.render(1, bundle)
    assert rendered.cbor == cbor2.dumps(cbor2.loads(rendered.cbor), canonical=True)
