"""One session's requests and notifications, as RFC 7252 §4 and contract/coap.md §2 want them from a device."""

import asyncio

import pytest

from devices.simulator.coap import Code, Message, Type
from devices.simulator.exchange import KEEP_ALIVE_TOKEN, SessionLost
from devices.simulator.timing import Timing
from tests.simulator.peer import Peer, changed, notification, reply


async def test_the_keep_alive_is_a_delete_without_path_and_with_a_zero_token() -> None:
    peer = Peer()
    response = await peer.exchanges.request(Code.DELETE, token=KEEP_ALIVE_TOKEN)
    (request,) = peer.requests
    assert (request.type, request.code, request.token, request.options) == (Type.CON, Code.DELETE, bytes(8), ())
    assert response.code_text == "2.04"


async def test_an_unanswered_request_is_sent_again_as_it_was() -> None:
    peer = Peer()
    peer.answer = lambda request: changed(request) if len(peer.requests) == 3 else None
    await peer.exchanges.request(Code.POST, ".u/c/main", payload=b"x")
    assert peer.requests == [peer.requests[0]] * 3
    assert peer.record.retransmissions == 2


async def test_a_silent_server_costs_the_session_after_four_retransmissions() -> None:
    peer = Peer(lambda request: None, timing=Timing(acknowledgement=0.001, response=0.2))
    with pytest.raises(SessionLost):
        await peer.exchanges.request(Code.GET, "hello")
    assert len(peer.requests) == 5


async def test_a_reset_request_costs_the_session() -> None:
    peer = Peer(lambda request: Message(Type.RST, Code.EMPTY, request.message_id))
    with pytest.raises(SessionLost):
        await peer.exchanges.request(Code.GET, "hello")


async def test_only_one_request_is_outstanding() -> None:
    peer = Peer(lambda request: None)
    both = [asyncio.create_task(peer.exchanges.request(Code.GET, path)) for path in ("a", "b")]
    await asyncio.sleep(0)
    (first,) = {request.message_id: request for request in peer.requests}.values()
    peer.answer = changed
    peer.send(changed(first))
    await asyncio.gather(*both)
    assert len({request.message_id for request in peer.requests}) == 2


async def test_a_separate_response_is_taken_and_acknowledged_once_more_when_repeated() -> None:
    peer = Peer(lambda request: Message(Type.ACK, Code.EMPTY, request.message_id))
    waiting = asyncio.create_task(peer.exchanges.request(Code.GET, "hello"))
    await asyncio.sleep(0)
    response = Message(Type.CON, Code.CONTENT, 7, peer.requests[0].token, (), b"hi")
    peer.send(response)
    peer.send(response)
    assert (await waiting).payload == b"hi"
    assert [message.message_id for message in peer.requests if message.type is Type.ACK] == [7, 7]
    assert peer.record.duplicates == 1


async def test_a_notification_is_acknowledged_each_time_and_handed_up_once() -> None:
    peer = Peer()
    for _ in range(3):
        peer.send(notification(b"observed", 99, b"manifest"))
    assert [message.payload for message in peer.notifications] == [b"manifest"]
    assert peer.requests == [Message(Type.ACK, Code.EMPTY, 99)] * 3


async def test_a_ping_is_answered_with_a_reset() -> None:
    peer = Peer()
    peer.send(Message(Type.CON, Code.EMPTY, 5))
    assert peer.requests == [Message(Type.RST, Code.EMPTY, 5)]


async def test_an_answer_with_a_foreign_token_is_a_violation() -> None:
    peer = Peer(lambda request: Message(Type.ACK, Code.CONTENT, request.message_id, b"other"))
    with pytest.raises(SessionLost):
        await peer.exchanges.request(Code.GET, "hello")
    assert set(peer.record.violations) == {"a piggy-backed response has another token than its request"}


async def test_malformed_bytes_are_a_violation_and_nothing_more() -> None:
    peer = Peer()
    peer.exchanges.receive(b"\xff\xff")
    assert len(peer.record.violations) == 1
    assert reply((await _requested(peer)), 0x45).is_success


async def _requested(peer: Peer) -> Message:
    await peer.exchanges.request(Code.GET, "hello")
    return peer.requests[-1]


async def test_requests_after_the_end_of_the_session_fail_at_once() -> None:
    peer = Peer()
    peer.exchanges.fail(SessionLost("closed"))
    with pytest.raises(SessionLost):
        await peer.exchanges.request(Code.GET, "hello")
    assert peer.requests == []
