"""`manage.py gateway` as a process: the inherited socket, and a clean end."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.gateway.client import Client

MANAGE = Path(__file__).parents[2] / "manage.py"


def test_serves_on_an_inherited_socket_and_ends_well() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as kept:
        kept.bind(("127.0.0.1", 0))
        environment = os.environ | {"OTA_GATEWAY_FD": str(kept.fileno())}
        command = [sys.executable, str(MANAGE), "gateway"]
        process = subprocess.Popen(command, env=environment, pass_fds=[kept.fileno()])
        try:
            answer = _hello(kept.getsockname()[1])
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
    assert answer[13] == 3, "a hello is answered with a HelloVerifyRequest (RFC 6347 §4.2.1)"


def test_address_that_is_taken_is_a_clear_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        environment = os.environ | {"OTA_COAPS": f"127.0.0.1:{taken.getsockname()[1]}"}
        command = [sys.executable, str(MANAGE), "gateway"]
        process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert process.returncode == 1
    assert "OTA_COAPS: Address already in use" in process.stderr
    assert "Traceback" not in process.stderr


def _hello(port: int) -> bytes:
    client = Client(port, "nobody@nowhere", "k" * 32)
    client.connection.handshake()
    [hello] = client.connection.flights()
    client.socket.send(hello)
    answer = client.receive_datagram(60)
    client.socket.close()
    assert answer is not None
    return answer
