"""Debian's own CoAP client, on OpenSSL, as a peer that shares nothing with us."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from deployments.models import Cohort
from devices.models import Credential, Device
from tests.gateway.conftest import Fleet, Running

pytestmark = pytest.mark.django_db(transaction=True)
JSON, CBOR = "50", "60"


@pytest.fixture
def credential(fleet: Fleet, device: Device) -> Credential:
    return fleet.credential(device)


def fetch(gateway: Running, fleet: Fleet, credential: Credential, folder: Path, path: str, *options: str) -> bytes:
    output = folder / "output"
    command = ["coap-client-openssl", "-B", "30", "-u", credential.identity, "-k", fleet.key(credential), *options]
    url = f"coaps://127.0.0.1:{gateway.port}/{path}"
    subprocess.run([*command, "-o", str(output), url], check=True, timeout=60)
    return output.read_bytes() if output.exists() else b""


def test_manifest_and_artifact_of_one_mebibyte(
    gateway: Running, fleet: Fleet, credential: Credential, cohort: Cohort, tmp_path: Path
) -> None:
    content = os.urandom(1 << 20)
    deployment = fleet.deploy(cohort, fleet.artifact("main", "1.2.3", content))
    cbor = fetch(gateway, fleet, credential, tmp_path, ".u/desired", "-A", CBOR)
    as_json = fetch(gateway, fleet, credential, tmp_path, ".u/desired", "-A", JSON)
    artifact = fetch(gateway, fleet, credential, tmp_path, ".u/c/main@1.2.3", "-A", "42")
    assert cbor == bytes(deployment.manifest_cbor)
    assert as_json == bytes(deployment.manifest_json)
    assert hashlib.sha256(artifact).hexdigest() == hashlib.sha256(content).hexdigest()


def test_manifest_of_many_blocks(
    gateway: Running, fleet: Fleet, credential: Credential, cohort: Cohort, tmp_path: Path
) -> None:
    artifacts = [fleet.artifact(f"package-{number:02}", "1.0.0", b"%d" % number) for number in range(60)]
    deployment = fleet.deploy(cohort, *artifacts)
    whole = fetch(gateway, fleet, credential, tmp_path, ".u/desired", "-A", CBOR)
    small = fetch(gateway, fleet, credential, tmp_path, ".u/desired", "-A", CBOR, "-b", "64")
    assert whole == small == bytes(deployment.manifest_cbor)


def test_observing(gateway: Running, fleet: Fleet, credential: Credential, cohort: Cohort, tmp_path: Path) -> None:
    """Subscribes for a few seconds in which the deployment starts: the manifests arrive one after the other."""
    output = tmp_path / "observed"
    command = ["coap-client-openssl", "-s", "4", "-A", JSON, "-u", credential.identity, "-k", fleet.key(credential)]
    url = f"coaps://127.0.0.1:{gateway.port}/.u/desired"
    with subprocess.Popen([*command, "-o", str(output), url]) as process:
        gateway.wait_for(lambda gateway: gateway.observed() == 1)
        deployment = fleet.deploy(cohort, fleet.artifact("main", "1.2.3"))
        assert process.wait(30) == 0
    empty = b'{"sequenceNumber":0,"components":[]}'
    assert output.read_bytes() == empty + bytes(deployment.manifest_json)
