"""What a device gets when it asks for its manifest or for an artifact. Both roads answer through these functions.

Stateless: every block is cut from the whole on request, so a download may start anywhere (contract/coap.md §6).
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from mmap import mmap
from typing import NamedTuple

from deployments.manifest import EMPTY
from deployments.rules import Bundle, StoredArtifact
from devices.gateway.codec import CBOR, JSON, OCTET_STREAM, Code, Option, uint

_LARGEST_EXPONENT = 6  # 2^(6+4) = 1024 bytes; 7 is reserved (RFC 7959 §2.2)
_MORE = 0x08


class Reply(NamedTuple):
    """`options` in ascending order of their numbers."""

    code: int
    options: Sequence[tuple[int, bytes]] = ()
    payload: bytes = b""


BAD_REQUEST = Reply(Code.BAD_REQUEST)
NOT_FOUND = Reply(Code.NOT_FOUND)
NOT_ACCEPTABLE = Reply(Code.NOT_ACCEPTABLE)
#: Max-Age tells when to come back (RFC 8516, RFC 7252 §5.9.3.4), in seconds.
TOO_MANY_REQUESTS = Reply(Code.TOO_MANY_REQUESTS, [(Option.MAX_AGE, uint(1))])
UNAVAILABLE = Reply(Code.SERVICE_UNAVAILABLE, [(Option.MAX_AGE, uint(15))])


def manifest_format(accept: int | None) -> int | None:
    """The content format of a manifest; JSON when none is asked for, None for one we do not have."""
    if accept is None:
        return JSON
    return accept if accept in (JSON, CBOR) else None


def manifest_reply(bundle: Bundle | None, content_format: int, block: int | None, observe: int | None) -> Reply:
    """`observe` is the sequence number to put on it, for a registration or a notification."""
    whole = (bundle or EMPTY).cbor if content_format == CBOR else (bundle or EMPTY).json
    return _cut(whole, len(whole), _etag(whole), content_format, block, observe)


def artifact_reply(stored: StoredArtifact, content: bytes | mmap, accept: int | None, block: int | None) -> Reply:
    """`content` holds the `stored.size` bytes of the artifact."""
    if accept not in (None, OCTET_STREAM):
        return NOT_ACCEPTABLE
    return _cut(content, stored.size, bytes.fromhex(stored.sha256[:16]), OCTET_STREAM, block, None)


def _cut(
    whole: bytes | mmap, size: int, etag: bytes, content_format: int, block: int | None, observe: int | None
) -> Reply:
    number, exponent = (0, _LARGEST_EXPONENT) if block is None else (block >> 4, block & 0x07)
    length = 16 << exponent
    start = number * length
    if exponent > _LARGEST_EXPONENT or start >= size:
        return BAD_REQUEST
    more = start + length < size
    options: list[tuple[int, bytes]] = [(Option.ETAG, etag)]
    if observe is not None:
        options.append((Option.OBSERVE, uint(observe)))
    options.append((Option.CONTENT_FORMAT, uint(content_format)))
    if more or block is not None:
        options.append((Option.BLOCK2, uint(number << 4 | (_MORE if more else 0) | exponent)))
        options.append((Option.SIZE2, uint(size)))
    return Reply(Code.CONTENT, options, whole[start : start + length])


@lru_cache(maxsize=4096)
def _etag(manifest: bytes) -> bytes:
    return hashlib.sha256(manifest).digest()[:8]
