"""The paths of the device contract as aiocoap resources: each decodes, calls one service, encodes."""

from aiocoap import Message
from aiocoap.error import NotFound
from aiocoap.numbers import codes
from aiocoap.numbers.optionnumbers import OptionNumber
from aiocoap.resource import Resource
from django.utils import timezone

from deployments.rules import require_package_name
from devices.gateway.artifacts import Artifacts
from devices.gateway.codec import Get
from devices.gateway.content import NOT_FOUND, Reply
from devices.gateway.hot_road import HotRoad
from devices.gateway.payloads import ReportBody, decode_report
from devices.gateway.reports import Reports
from devices.gateway.session import Session
from devices.services import Report
from ota_console.core.errors import DomainError

Path = tuple[str, ...]


class DeviceResource(Resource):  # type: ignore[misc] # aiocoap has no types
    """What all paths share: requests come whole, and `request.remote` is the `Session`."""


class Desired(DeviceResource):
    """`.u/desired` in the shapes that the hot road leaves over."""

    def __init__(self, hot_road: HotRoad) -> None:
        super().__init__()
        self._hot_road = hot_road

    async def render_get(self, request: Message) -> Message:
        session: Session = request.remote
        return _message(self._hot_road.manifest(session, _get(request), session.last_heard))


class Package(DeviceResource):
    """`.u/c/{package}@{version}` to download, `.u/c/{package}` to report."""

    def __init__(self, hot_road: HotRoad, artifacts: Artifacts, reports: Reports) -> None:
        super().__init__()
        self._hot_road = hot_road
        self._artifacts = artifacts
        self._reports = reports

    async def render_get(self, request: Message) -> Message:
        session: Session = request.remote
        get = _get(request)
        reply = self._hot_road.artifact(session, get)
        return _message(reply or await self._fetched(session, get))

    async def _fetched(self, session: Session, get: Get) -> Reply:
        stored = session.device.artifact(get.path[2].decode())
        if stored is None:
            return NOT_FOUND
        return self._hot_road.block(session, get, stored, await self._artifacts.load(stored))

    async def render_post(self, request: Message) -> Message:
        session: Session = request.remote
        package = request.opt.uri_path[2]
        require_package_name(package)
        body = decode_report(request.payload, request.opt.content_format)
        report = _report(session, package, body)
        try:
            await self._reports.submit(report)
        except DomainError:
            if report.opens_session:
                session.reopen_report(package)
            raise
        return Message(code=codes.CHANGED)

    render_put = render_post


class Logs(DeviceResource):
    """`.s/…`: accepted and dropped, whatever it is. An error here makes devices log it, for ever (contract §9)."""

    async def render(self, request: Message) -> Message:
        return Message(code=codes.CHANGED)


class KeepAlive(DeviceResource):
    """DELETE on the empty path, every 9 s by default (contract §2)."""

    async def render_delete(self, request: Message) -> Message:
        return Message(code=codes.DELETED)


class Hello(DeviceResource):
    async def render_get(self, request: Message) -> Message:
        return Message(payload=b"Hello from OTA Console")


class Echo(DeviceResource):
    async def render_get(self, request: Message) -> Message:
        return Message(payload=request.payload)

    async def render_post(self, request: Message) -> Message:
        return Message(payload=request.payload)


class DeviceSite:
    """Finds the resource of a path."""

    def __init__(self, hot_road: HotRoad, artifacts: Artifacts, reports: Reports) -> None:
        self._package = Package(hot_road, artifacts, reports)
        self._logs = Logs()
        self._fixed: dict[Path, DeviceResource] = {
            (): KeepAlive(),
            (".u", "desired"): Desired(hot_road),
            ("hello",): Hello(),
            ("echo",): Echo(),
            ("logs",): self._logs,
        }

    def find(self, path: Path) -> DeviceResource:
        """Raise aiocoap's NotFound for a path that devices have no business with."""
        if path[:1] == (".s",):
            return self._logs
        if path[:2] == (".u", "c") and len(path) == 3:
            return self._package
        resource = self._fixed.get(path)
        if resource is None:
            raise NotFound
        return resource


def _get(request: Message) -> Get:
    block = request.opt.block2
    return Get(
        message_id=request.mid,
        token=request.token,
        path=[segment.encode() for segment in request.opt.uri_path],
        observe=request.opt.observe,
        accept=request.opt.accept,
        block=None if block is None else block.block_number << 4 | block.more << 3 | block.size_exponent,
    )


def _message(reply: Reply) -> Message:
    message = Message(code=reply.code, payload=reply.payload)
    for number, value in reply.options:
        message.opt.add_option(OptionNumber(number).create_option(decode=value))
    return message


def _report(session: Session, package: str, body: ReportBody) -> Report:
    device = session.device
    return Report(
        device_pk=device.record.device_pk,
        device_id=device.record.device_id,
        project_pk=device.record.project_pk,
        cohort_id=device.record.cohort_id,
        deployment_id=device.desired.deployment_id if device.desired else None,
        package=package,
        state=body.state,
        reason=body.reason,
        version=body.version,
        target=body.target,
        received_at=timezone.now(),
        opens_session=session.opens_report(package),
    )
