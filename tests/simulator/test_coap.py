"""The simulated device's codec: it reads what it writes, and random bytes never break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulator.coap import (
    BLOCK_SIZES,
    Block,
    Code,
    Message,
    MessageFormatError,
    Option,
    Type,
    decode,
    encode,
    path_options,
)

options = st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=300)), max_size=6).map(
    lambda pairs: tuple(sorted(pairs, key=lambda pair: pair[0]))
)
messages = st.builds(
    Message,
    type=st.sampled_from(Type),
    code=st.integers(1, 255),
    message_id=st.integers(0, 0xFFFF),
    token=st.binary(max_size=8),
    options=options,
    payload=st.binary(max_size=1100),
)
blocks = st.builds(Block, number=st.integers(0, 2**20 - 1), more=st.booleans(), size=st.sampled_from(BLOCK_SIZES))


@given(messages)
def test_a_message_reads_as_it_was_written(message: Message) -> None:
    assert decode(encode(message)) == message


@given(st.binary(max_size=80))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        message = decode(data)
    except MessageFormatError:
        return
    assert decode(encode(message)) == message


@given(messages, st.data())
def test_a_cut_message_is_never_taken_for_the_whole(message: Message, data: st.DataObject) -> None:
    whole = encode(message)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        assert decode(cut) != message
    except MessageFormatError:
        assert len(cut) < len(whole)


@given(blocks)
def test_a_block_option_reads_as_it_was_written(block: Block) -> None:
    assert Block.decode(block.encode()) == block


@given(st.binary(max_size=5))
def test_random_block_options_are_read_or_refused(value: bytes) -> None:
    try:
        block = Block.decode(value)
    except MessageFormatError:
        return
    assert block.encode() == value.lstrip(b"\0")


def test_the_request_for_a_block_has_the_bytes_of_the_specification() -> None:
    request = Message(
        Type.CON,
        Code.GET,
        0x1234,
        b"\x01\x02",
        (
            *path_options(".u/c/main@1.2.3"),
            (Option.ACCEPT, b"\x2a"),
            (Option.BLOCK2, Block(2, False, 1024).encode()),
        ),
    )
    assert encode(request).hex(" ") == ("42 01 12 34 01 02 b2 2e 75 01 63 0a 6d 61 69 6e 40 31 2e 32 2e 33 61 2a 61 26")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x40\x01\x00", id="shorter than a header"),
        pytest.param(b"\x80\x01\x00\x01", id="another version"),
        pytest.param(b"\x49\x01\x00\x01" + bytes(9), id="token of nine bytes"),
        pytest.param(b"\x44\x01\x00\x01\xaa", id="token cut off"),
        pytest.param(b"\x40\x00\x00\x01\xff\x01", id="empty message with a payload"),
        pytest.param(b"\x40\x01\x00\x01\xff", id="payload marker with nothing behind"),
        pytest.param(b"\x40\x01\x00\x01\xf0", id="reserved option delta"),
        pytest.param(b"\x40\x01\x00\x01\x0f", id="reserved option length"),
        pytest.param(b"\x40\x01\x00\x01\xb4.u", id="option cut off"),
        pytest.param(b"\x40\x01\x00\x01\xe0\xff\xff", id="option number out of range"),
    ],
)
def test_a_format_error_is_refused(data: bytes) -> None:
    with pytest.raises(MessageFormatError):
        decode(data)
