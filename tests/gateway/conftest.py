"""A gateway on a free port, with real threads, a real database and real sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvloop

from deployments.models import Artifact, Cohort, Deployment
from deployments.services import ArtifactWriter, create_artifact, create_cohort, start_deployment
from devices.gateway.server import Gateway
from devices.models import Credential, Device
from devices.services import create_credential, create_device, reveal_key
from ota_console.core.actors import Actor
from ota_console.tenancy.models import Project
from tests.gateway.client import ALL_SUITES, Client

pytestmark = pytest.mark.django_db(transaction=True)


class Running:
    """A gateway in a thread of its own, on a loop of its own."""

    def __init__(self) -> None:
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)
        self._thread.start()
        assert self._started.wait(10)

    def _run(self) -> None:
        try:
            uvloop.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again by `stop`
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind(("127.0.0.1", 0))
        self.port: int = listening.getsockname()[1]
        self.gateway = Gateway()
        self.loop.call_soon(self._started.set)
        await self.gateway.serve(listening, self._stop)

    def observed(self) -> int:
        """How many sessions observe the manifest."""
        return sum(1 for session in list(self.gateway.sessions) if session.observation is not None)

    def wait_for(self, condition: Callable[["Running"], bool], timeout: float = 10.0) -> None:
        deadline = time.monotonic() + timeout
        while not condition(self):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the gateway does not stop"
        if self._failure is not None:
            raise self._failure


@pytest.fixture
def gateway(transactional_db: None, settings: Any) -> Iterator[Running]:
    settings.OTA_RECONCILE_SECONDS = 0.1
    running = Running()
    yield running
    running.stop()


@dataclass
class Fleet:
    """What a test needs to say about the project's devices and deployments."""

    project: Project
    actor: Actor

    def device(self, name: str = "sensor", **more: Any) -> Device:
        return create_device(project=self.project, name=name, actor=self.actor, **more)

    def credential(self, device: Device, **more: Any) -> Credential:
        return create_credential(device=device, actor=self.actor, **more)

    def key(self, credential: Credential) -> str:
        return reveal_key(credential=credential, actor=self.actor)

    def cohort(self, name: str = "field") -> Cohort:
        return create_cohort(project=self.project, name=name, actor=self.actor)

    def artifact(self, package: str, version: str, content: bytes = b"firmware") -> Artifact:
        with ArtifactWriter() as writer:
            writer.write(content)
            blob = writer.finish()
        return create_artifact(blob=blob, package=package, version=version, project=self.project, actor=self.actor)

    def deploy(self, cohort: Cohort, *artifacts: Artifact, name: str = "release") -> Deployment:
        return start_deployment(cohort=cohort, name=name, artifacts=list(artifacts), actor=self.actor)


@pytest.fixture
def fleet(transactional_db: None, project: Project, operator: Actor) -> Fleet:
    return Fleet(project, operator)


@pytest.fixture
def cohort(fleet: Fleet) -> Cohort:
    return fleet.cohort()


@pytest.fixture
def device(fleet: Fleet, cohort: Cohort) -> Device:
    return fleet.device(cohort=cohort)


@pytest.fixture
def connect(gateway: Running, fleet: Fleet) -> Iterator[Callable[..., Client]]:
    """`connect(device)` opens a session with a credential made for it; `connect(device, credential)` with that one."""
    clients: list[Client] = []

    def open_session(device: Device, credential: Credential | None = None, *, suites: str = ALL_SUITES) -> Client:
        credential = credential or fleet.credential(device)
        client = Client(gateway.port, credential.identity, fleet.key(credential), suites=suites)
        clients.append(client)
        return client.connect()

    yield open_session
    for client in clients:
        client.socket.close()
