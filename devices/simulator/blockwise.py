"""Fetching by blocks of the device's own size, as firmware does; any block may come first (contract/coap.md §6)."""

import hashlib
from collections.abc import AsyncIterator

from devices.simulator.coap import (
    Block,
    Code,
    ContentFormat,
    Message,
    MessageFormatError,
    Option,
    encode_uint,
)
from devices.simulator.exchange import Exchanges
from devices.simulator.payloads import Component


class TransferFailed(Exception):
    """The server refused a block: any answer that is not 2.xx ends a transfer."""


class BrokenBlock(TransferFailed):
    """The server answered with a block that would corrupt the file."""


async def fetch_block(
    exchanges: Exchanges, path: str, accept: ContentFormat, number: int, size: int, token: bytes
) -> Message:
    """Exactly this block. Raise TransferFailed for a refusal, BrokenBlock for another block than asked."""
    wanted = Block(number, more=False, size=size)
    options = ((Option.ACCEPT, encode_uint(accept)), (Option.BLOCK2, wanted.encode()))
    response = await exchanges.request(Code.GET, path, options=options, token=token)
    if not response.is_success:
        raise TransferFailed(f"{path} block {number}: {response.code_text}")
    got = block_of(response)
    if (got.number, got.size) != (number, size):
        raise BrokenBlock(f"{path}: asked for block {number} of {size} bytes, got {got.number} of {got.size}")
    if len(response.payload) > size or (got.more and len(response.payload) < size):
        raise BrokenBlock(f"{path} block {number}: {len(response.payload)} bytes, more={got.more}")
    return response


def block_of(message: Message) -> Block:
    """A response without the option is the whole representation. Raise BrokenBlock for a reserved size."""
    try:
        return message.block() or Block(0, more=False, size=1024)
    except MessageFormatError as error:
        raise BrokenBlock(str(error)) from error


async def fetch_manifest(exchanges: Exchanges, path: str, size: int) -> bytes:
    """A manifest of many blocks, from its first block again when it changes on the way. Raise TransferFailed."""
    token = exchanges.new_token()
    blocks: list[Message] = []
    while not blocks or block_of(blocks[-1]).more:
        block = await fetch_block(exchanges, path, ContentFormat.CBOR, len(blocks), size, token)
        if blocks and block.option(Option.ETAG) != blocks[0].option(Option.ETAG):
            blocks, token = [], exchanges.new_token()
            continue
        blocks.append(block)
    return b"".join(block.payload for block in blocks)


class Download:
    """One artifact on its way to this device; continues in another session at the block where it stopped."""

    def __init__(self, component: Component, block_size: int) -> None:
        self.component = component
        self.received = 0
        self._block_size = block_size
        self._digest = hashlib.sha256()

    @property
    def is_complete(self) -> bool:
        return self.received >= self.component.size

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return self.received / self.component.size if self.component.size else 1.0

    @property
    def is_intact(self) -> bool:
        return self._digest.hexdigest() == self.component.sha256

    async def blocks(self, exchanges: Exchanges) -> AsyncIterator[int]:
        """Fetch what is missing and yield the size of each block, in bytes. Raise TransferFailed."""
        token = exchanges.new_token()
        while not self.is_complete:
            yield await self._fetch_next(exchanges, token)

    async def _fetch_next(self, exchanges: Exchanges, token: bytes) -> int:
        number = self.received // self._block_size
        path = self.component.uri
        block = await fetch_block(exchanges, path, ContentFormat.OCTET_STREAM, number, self._block_size, token)
        received = self.received + len(block.payload)
        if block_of(block).more != (received < self.component.size) or received > self.component.size:
            raise BrokenBlock(f"{path} block {number} does not fit the {self.component.size} bytes announced")
        self._digest.update(block.payload)
        self.received = received
        return len(block.payload)
