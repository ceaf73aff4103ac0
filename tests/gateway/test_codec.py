"""Property tests of the hot road's parser, and of its agreement with the other road."""

from aiocoap import Message as CoapMessage
from aiocoap.numbers.types import Type as CoapType
from hypothesis import given
from hypothesis import strategies as st

from deployments.rules import Bundle, StoredArtifact
from devices.gateway import codec
from devices.gateway.content import Reply, artifact_reply, manifest_format, manifest_reply
from devices.gateway.dtls import client_random, is_client_hello, peek_identity
from devices.gateway.resources import _get, _message
from tests.gateway.client import ACCEPT, BLOCK2, CON, GET, OBSERVE, URI_PATH, Message, decode, encode, uint

OPTIONS = st.one_of(
    st.tuples(st.just(URI_PATH), st.text(max_size=20).map(str.encode)),
    st.tuples(st.just(ACCEPT), st.sampled_from([b"", b"\x2a", b"\x32", b"\x3c", b"\x01\x02"])),
    st.tuples(st.just(BLOCK2), st.integers(0, 2**24 - 1).map(uint)),
    st.tuples(st.just(OBSERVE), st.integers(0, 1).map(uint)),
    st.tuples(st.sampled_from([3, 4, 7, 28]), st.binary(max_size=8)),
    st.tuples(st.integers(0, 300), st.binary(max_size=300)),
)
MESSAGES = st.builds(
    Message,
    kind=st.sampled_from([CON, CON, CON, 1, 2, 3]),
    code=st.sampled_from([GET, GET, GET, 2, 3, 4, 0x45]),
    message_id=st.integers(0, 65535),
    token=st.binary(max_size=8),
    options=st.lists(OPTIONS, max_size=8).map(tuple),
    payload=st.sampled_from([b"", b"", b"x"]),
)


@given(st.binary(max_size=64))
def test_parser_never_fails(datagram: bytes) -> None:
    codec.parse_get(datagram)


@given(MESSAGES, st.data())
def test_cut_message_is_never_read_past_its_end(message: Message, data: st.DataObject) -> None:
    whole = encode(message)
    datagram = whole[: data.draw(st.integers(0, len(whole)))]
    request = codec.parse_get(datagram)
    if request is not None:
        assert sum(map(len, request.path)) <= len(datagram)


@given(MESSAGES)
def test_what_is_recognised_was_meant_so(message: Message) -> None:
    request = codec.parse_get(encode(message))
    if request is None:
        return
    assert (message.kind, message.code, message.payload) == (CON, GET, b"")
    assert (request.message_id, request.token) == (message.message_id, message.token)
    assert request.path == [value for number, value in message.options if number == URI_PATH]
    for number, value in ((ACCEPT, request.accept), (BLOCK2, request.block), (OBSERVE, request.observe)):
        assert value == message.number(number)


@given(MESSAGES)
def test_both_roads_read_the_same_request(message: Message) -> None:
    datagram = encode(message)
    request = codec.parse_get(datagram)
    if request is not None and all(_is_text(value) for number, value in message.options if number in TEXTS):
        assert _get(CoapMessage.decode(datagram)) == request


TEXTS = {3, URI_PATH}  # Uri-Host, Uri-Path
SIZES = st.integers(1, 5000)
BLOCKS = st.one_of(st.none(), st.integers(0, 2**10), st.integers(0, 2**24 - 1))


@given(SIZES, BLOCKS, st.one_of(st.none(), st.sampled_from([42, 50, 60])), st.binary(max_size=8), st.integers(0, 65535))
def test_both_roads_send_the_same_bytes(
    size: int, block: int | None, accept: int | None, token: bytes, mid: int
) -> None:
    content = bytes(index % 251 for index in range(size))
    stored = StoredArtifact(storage_name="", size=size, sha256="ab" * 32)
    bundle = Bundle(1, "1", 1, cbor=content, json=content[::-1], artifacts={})
    replies = [artifact_reply(stored, content, accept, block)]
    if (content_format := manifest_format(accept)) is not None:
        replies += [manifest_reply(bundle, content_format, block, observe) for observe in (None, 0, 70000)]
    for reply in replies:
        assert _hot(reply, token, mid) == _other(reply, token, mid)


@given(SIZES, st.integers(0, 6), st.integers(0, 400))
def test_block_is_exactly_what_was_asked_for(size: int, exponent: int, number: int) -> None:
    content = bytes(index % 251 for index in range(size))
    stored = StoredArtifact(storage_name="", size=size, sha256="ab" * 32)
    length = 16 << exponent
    answer = decode(_hot(artifact_reply(stored, content, 42, number << 4 | exponent), b"t", 1))
    if number * length >= size:
        assert answer.status == "4.00"
        return
    more = (number + 1) * length < size
    assert answer.payload == content[number * length : (number + 1) * length]
    assert answer.number(BLOCK2) == number << 4 | more << 3 | exponent


@given(st.binary(max_size=120))
def test_looking_into_handshakes_never_fails(datagram: bytes) -> None:
    peek_identity(datagram)
    if is_client_hello(datagram):
        client_random(datagram)


@given(st.binary(min_size=1, max_size=128), st.binary(max_size=40))
def test_identity_is_found_in_a_client_key_exchange(identity: bytes, following: bytes) -> None:
    body = len(identity).to_bytes(2, "big") + identity
    header = b"\x10" + len(body).to_bytes(3, "big") + b"\0\2" + bytes(3) + len(body).to_bytes(3, "big")
    record = b"\x16\xfe\xfd" + bytes(8) + (len(header) + len(body)).to_bytes(2, "big") + header + body
    assert peek_identity(record + following) == identity
    assert peek_identity(record[:-1]) is None


def _is_text(segment: bytes) -> bool:
    try:
        segment.decode()
    except UnicodeDecodeError:
        return False
    return True


def _hot(reply: Reply, token: bytes, message_id: int) -> bytes:
    return codec.encode(codec.Type.ACK, reply.code, message_id, token, reply.options, reply.payload)


def _other(reply: Reply, token: bytes, message_id: int) -> bytes:
    message = _message(reply)
    message.mtype, message.mid, message.token = CoapType.ACK, message_id, token
    return bytes(message.encode())
