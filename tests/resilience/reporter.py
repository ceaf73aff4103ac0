"""A device that does nothing but report, each report until it is acknowledged, over as many sessions as that takes."""

import asyncio

from devices.simulator.coap import Code, ContentFormat, Option, encode_uint
from devices.simulator.credentials import PresharedKey
from devices.simulator.dtls import HandshakeFailed, connect
from devices.simulator.exchange import Exchanges, SessionLost
from devices.simulator.faults import NO_FAULTS, Chance
from devices.simulator.payloads import Report, State
from devices.simulator.record import Record
from devices.simulator.timing import Timing
from ota_console.core.addresses import Address

_PACKAGE = "reported"
_IMPATIENT = Timing(response=3.0)  # so that a dead session is noticed soon


class Reporter:
    """`count` reports were acknowledged so far."""

    def __init__(self, address: Address, key: PresharedKey) -> None:
        self.count = 0
        self._address = (address.host, address.port)
        self._key = key
        self._progress = asyncio.Condition()

    def version(self, number: int) -> str:
        return f"0.0.{number}"

    async def acknowledged(self, count: int) -> None:
        """Wait until that many were."""
        async with self._progress:
            await self._progress.wait_for(lambda: self.count >= count)

    async def report(self, total: int) -> None:
        while self.count < total:
            try:
                await self._session(total)
            except (SessionLost, HandshakeFailed):
                await asyncio.sleep(0.2)

    async def _session(self, total: int) -> None:
        """The first report of a session repeats the one that the last session could not get acknowledged."""
        chance = Chance(NO_FAULTS, self._key.identity)
        link = await connect(self._address, self._key.identity, self._key.key, chance=chance, seconds=3.0)
        exchanges = Exchanges(link.send, lambda message: None, record=Record(), timing=_IMPATIENT)
        link.received = exchanges.receive
        link.ended = lambda reason: exchanges.fail(SessionLost(reason))
        try:
            while self.count < total:
                await self._send(exchanges, Report(_PACKAGE, State.DOWNLOADING, 0, self.version(self.count)))
        finally:
            link.close()

    async def _send(self, exchanges: Exchanges, report: Report) -> None:
        options = ((Option.CONTENT_FORMAT, encode_uint(ContentFormat.CBOR)),)
        response = await exchanges.request(Code.POST, f".u/c/{_PACKAGE}", options=options, payload=report.encode())
        if not response.is_success:  # 5.03 or 4.29: again, a little later
            await asyncio.sleep(0.1)
            return
        async with self._progress:
            self.count += 1
            self._progress.notify_all()
