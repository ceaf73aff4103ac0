"""What a block costs the server: our gateway and Debian's coap-server-openssl, with the same file and clients.

Each server chooses the cipher suite as it does in the field, AES-128-GCM and ChaCha20-Poly1305: libcoap's programs
take no other order, and the two cost about the same for a kibibyte.
"""

import asyncio
import hashlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.installation import running
from bench.processes import cpu_seconds
from bench.results import Result
from devices.simulator.credentials import PresharedKey
from devices.simulator.demo import Installation

_RUNS = 5
_CLIENTS = 25
_SIZE = 1024 * 1024
_BLOCKS = _SIZE // 1024
#: What issue 5 asks of the gateway, as a multiple of the reference.
_ALLOWED = 1.5
_REFERENCE_KEY = PresharedKey("bench", "bench-key-of-the-reference")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class _Server:
    pid: int
    uri: str
    keys: list[PresharedKey]


def download() -> Iterator[Result]:
    """CPU of the server process per block of 1,024 bytes while clients download 1 MiB each, side by side."""
    image = hashlib.shake_256(b"bench").digest(_SIZE)
    with tempfile.TemporaryDirectory(prefix="ota-bench-") as folder, running() as (stack, installation):
        here = Path(folder)
        (here / "image").write_bytes(image)
        keys = asyncio.run(_prepare(installation, image))
        ours = _Server(stack.processes["gateway"], f"coaps://{installation.coaps}/.u/c/bench@1.0.0", keys)
        with _reference(here) as theirs:
            samples = [(_measure(ours, here), _measure(theirs, here)) for _ in range(_RUNS)]
    value, reference = (median(side) for side in zip(*samples, strict=True))
    yield Result("gateway.blocks", value, "µs", reference, _ALLOWED * reference, _RUNS)


async def _prepare(installation: Installation, image: bytes) -> list[PresharedKey]:
    """A deployed artifact and a device for each client."""
    async with installation.rest() as rest:
        cohort_id = await rest.ensure_cohort("bench")
        await rest.deploy(cohort_id, "bench", [await rest.ensure_artifact("bench", "1.0.0", image)])
        keys = []
        for number in range(_CLIENTS):
            device_id = await rest.ensure_device(f"bench-{number}")
            await rest.move_device(device_id, cohort_id)
            keys.append(await rest.ensure_credential(device_id, f"bench-{number}"))
        return keys


@contextmanager
def _reference(folder: Path) -> Iterator[_Server]:
    """libcoap's server, holding the image under /image."""
    port = _free_port()
    command = ["coap-server-openssl", "-A", "127.0.0.1", "-p", str(port), "-k", _REFERENCE_KEY.key, "-d", "1"]
    with subprocess.Popen(command) as process:
        try:
            server = _Server(process.pid, f"coaps://127.0.0.1:{port + 1}/image", [_REFERENCE_KEY] * _CLIENTS)
            _wait_for(port)
            put = ["-m", "put", "-t", "42", "-f", str(folder / "image"), server.uri]
            subprocess.run(_client(_REFERENCE_KEY, *put), timeout=_LONGEST, check=True)
            yield server
        finally:
            process.terminate()


def _measure(server: _Server, folder: Path) -> float:
    """Microseconds for each block of one round of downloads. Every file must arrive whole."""
    files = [folder / f"download-{number}" for number in range(len(server.keys))]
    before = cpu_seconds(server.pid)
    clients = [
        subprocess.Popen(_client(key, "-o", str(file), server.uri))
        for key, file in zip(server.keys, files, strict=True)
    ]
    for client in clients:
        assert client.wait(_LONGEST) == 0
    used = cpu_seconds(server.pid) - before
    for file in files:
        assert file.read_bytes() == (folder / "image").read_bytes(), "a download was not byte-identical"
        file.unlink()
    return used / (_BLOCKS * len(files)) * 1e6


def _client(key: PresharedKey, *arguments: str) -> list[str]:
    return ["coap-client-openssl", "-u", key.identity, "-k", key.key, "-b", "1024", "-B", "50", *arguments]


def _free_port() -> int:
    """Two ports in a row that nobody has: plain CoAP and, one above, DTLS. libcoap binds both for UDP and for TCP."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def _wait_for(port: int) -> None:
    """Until the reference listens; it does so on TCP as well."""
    deadline = time.monotonic() + 5
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "coap-server-openssl does not start"
            time.sleep(0.05)
        else:
            return
