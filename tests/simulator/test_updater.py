"""The reference update sequence and its failures (contract/coap.md §6 and §7), against a server the test writes."""

import hashlib
from collections.abc import Callable

import cbor2
import pytest

from devices.simulator.coap import Block, Code, Message, Option
from devices.simulator.faults import NO_FAULTS, Chance, Faults
from devices.simulator.flash import Flash
from devices.simulator.payloads import Component, Manifest
from devices.simulator.updater import Outcome, Updater
from tests.simulator.peer import QUICK, Peer, changed, reply

CONTENT = bytes(range(256)) * 10
TARGET = Component("main", "2.0.0", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "/.u/c/main@2.0.0")
MANIFEST = Manifest(7, (TARGET,))


class Server:
    """Serves CONTENT in blocks and remembers reports as (state, reason, version, target)."""

    def __init__(self, block: Callable[[Message, Block], Message] | None = None) -> None:
        self.block = block or serve
        self.blocks: list[int] = []
        self.reports: list[tuple[int, int, str | None, str | None]] = []
        self.report_codes: list[int] = []

    def __call__(self, request: Message) -> Message:
        if request.code == Code.POST:
            return self._take_report(request)
        wanted = request.block()
        assert wanted is not None
        self.blocks.append(wanted.number)
        return self.block(request, wanted)

    def _take_report(self, request: Message) -> Message:
        code = self.report_codes.pop(0) if self.report_codes else 0x44
        if code == 0x44:
            fields = cbor2.loads(request.payload)
            self.reports.append((fields["s"], fields["r"], fields.get("v"), fields.get("t")))
        return reply(request, code)


def serve(request: Message, wanted: Block, content: bytes = CONTENT) -> Message:
    start = wanted.number * wanted.size
    more = start + wanted.size < len(content)
    option = (Option.BLOCK2, Block(wanted.number, more, wanted.size).encode())
    return reply(request, Code.CONTENT, content[start : start + wanted.size], (option,))


def updater_of(peer: Peer, faults: Faults = NO_FAULTS, block_size: int = 1024) -> Updater:
    flash = Flash(installed={"main": "1.0.0"})
    return Updater(flash, block_size=block_size, chance=Chance(faults, "seed"), timing=QUICK, record=peer.record)


def no_news() -> bool:
    return False


async def test_an_update_makes_the_reports_of_the_reference_sequence() -> None:
    server = Server()
    peer = Peer(server)
    updater = updater_of(peer)
    await updater.report_idle(peer.exchanges)
    assert updater.due(MANIFEST) == TARGET
    assert await updater.run(TARGET, peer.exchanges, no_news) is Outcome.INSTALLED
    await updater.confirm(peer.exchanges)
    await updater.report_idle(peer.exchanges)
    assert server.reports == [
        (0, 0, "1.0.0", None),
        (1, 0, "1.0.0", "2.0.0"),
        (2, 0, "1.0.0", "2.0.0"),
        (3, 0, "1.0.0", "2.0.0"),
        (3, 1, "2.0.0", None),
        (0, 0, "2.0.0", None),
    ]
    assert updater.settled == {"main": "2.0.0"}
    assert updater.due(MANIFEST) is None
    assert peer.record.violations == []


async def test_a_downgrade_is_an_update() -> None:
    older = Component("main", "0.9.0", TARGET.sha256, TARGET.size, "/.u/c/main@0.9.0")
    assert updater_of(Peer()).due(Manifest(8, (older,))) == older


@pytest.mark.parametrize("size", [16, 64, 512, 1024])
async def test_blocks_have_the_device_s_own_size(size: int) -> None:
    server = Server()
    peer = Peer(server)
    assert await updater_of(peer, block_size=size).run(TARGET, peer.exchanges, no_news) is Outcome.INSTALLED
    assert server.blocks == list(range(-(-len(CONTENT) // size)))


async def test_a_download_resumes_at_the_block_where_it_stopped() -> None:
    server = Server()
    peer = Peer(server)
    updater = updater_of(peer)
    assert await updater.run(TARGET, peer.exchanges, lambda: len(server.blocks) == 2) is Outcome.INTERRUPTED
    assert await updater.run(TARGET, Peer(server).exchanges, no_news) is Outcome.INSTALLED
    assert server.blocks == [0, 1, 2]


async def test_another_target_begins_anew() -> None:
    server = Server()
    peer = Peer(server)
    updater = updater_of(peer)
    other = Component("main", "3.0.0", TARGET.sha256, TARGET.size, "/.u/c/main@3.0.0")
    await updater.run(other, peer.exchanges, lambda: True)
    assert await updater.run(TARGET, peer.exchanges, no_news) is Outcome.INSTALLED
    assert server.blocks == [0, 0, 1, 2]


async def test_other_bytes_than_announced_fail_the_check_and_the_device_backs_off() -> None:
    server = Server(lambda request, wanted: serve(request, wanted, CONTENT[::-1]))
    peer = Peer(server)
    updater = updater_of(peer)
    assert await updater.run(TARGET, peer.exchanges, no_news) is Outcome.FAILED
    assert server.reports == [(1, 0, "1.0.0", "2.0.0"), (1, 5, "1.0.0", "2.0.0"), (0, 11, "1.0.0", "2.0.0")]
    assert updater.due(MANIFEST) is None
    assert updater.next_attempt(MANIFEST) is not None


async def test_a_spoilt_download_and_a_given_reason_are_reported() -> None:
    for faults, reason in ((Faults(bad_hash=1.0), 5), (Faults(reason=2), 2)):
        server = Server()
        peer = Peer(server)
        assert await updater_of(peer, faults).run(TARGET, peer.exchanges, no_news) is Outcome.FAILED
        assert [report[:2] for report in server.reports] == [(1, 0), (1, reason), (0, 11)]


async def test_a_device_leaves_at_its_percentage_and_only_once() -> None:
    server = Server()
    peer = Peer(server)
    updater = updater_of(peer, Faults(offline_at=0.5))
    assert await updater.run(TARGET, peer.exchanges, no_news) is Outcome.AWAY
    assert server.blocks == [0, 1]
    assert await updater.run(TARGET, peer.exchanges, no_news) is Outcome.INSTALLED
    assert server.blocks == [0, 1, 2]


async def test_a_refused_block_is_asked_for_again_and_in_the_end_fails_the_update() -> None:
    server = Server(lambda request, wanted: reply(request, 0x84))
    peer = Peer(server)
    updater = updater_of(peer)
    outcomes = [await updater.run(TARGET, peer.exchanges, no_news) for _ in range(QUICK.block_retries + 1)]
    assert outcomes == [Outcome.INTERRUPTED] * QUICK.block_retries + [Outcome.FAILED]
    assert [report[:2] for report in server.reports] == [(1, 0), (1, 8), (0, 11)]
    assert set(server.blocks) == {0}


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda request, wanted: serve(request, Block(wanted.number, False, 512)), id="smaller size"),
        pytest.param(lambda request, wanted: serve(request, Block(1, False, 1024)), id="another block"),
        pytest.param(lambda request, wanted: serve(request, wanted, CONTENT[:-1]), id="content shorter"),
        pytest.param(lambda request, wanted: serve(request, wanted, CONTENT + b"x" * 1024), id="content longer"),
    ],
)
async def test_a_block_that_would_corrupt_the_file_is_a_violation(
    broken: Callable[[Message, Block], Message],
) -> None:
    peer = Peer(Server(broken))
    assert await updater_of(peer).run(TARGET, peer.exchanges, no_news) is Outcome.INTERRUPTED
    assert len(peer.record.violations) == 1


async def test_a_report_is_repeated_while_the_server_cannot_take_it() -> None:
    server = Server()
    server.report_codes = [0xA3, 0x9D]
    peer = Peer(server)
    updater = updater_of(peer)
    await updater.report_idle(peer.exchanges)
    assert server.reports == [(0, 0, "1.0.0", None)]
    assert peer.record.deferred_reports == 2


async def test_a_refused_report_is_a_violation_and_not_repeated() -> None:
    peer = Peer(lambda request: reply(request, 0x80))
    updater = updater_of(peer)
    await updater.report_idle(peer.exchanges)
    assert peer.record.violations == ["a report about main got 4.00"]
    assert updater.settled == {}
    assert len(peer.requests) == 1


async def test_the_success_report_survives_a_lost_session() -> None:
    server = Server()
    peer = Peer(server)
    updater = updater_of(peer)
    await updater.run(TARGET, peer.exchanges, no_news)
    server.reports.clear()
    await updater.confirm(Peer(server).exchanges)
    await updater.confirm(Peer(changed).exchanges)
    assert server.reports == [(3, 1, "2.0.0", None)]
