"""Encryption at rest for secrets that must be read again, such as pre-shared keys.

AES-256-GCM; a box is key id (4 bytes) ‖ nonce (12) ‖ ciphertext with tag. The first key encrypts, every key decrypts,
so that a key is rotated by putting a new one in front.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_ID = 4
_NONCE = 12


class Vault:
    """Seals and opens boxes with the given 32-byte keys. Raises ValueError for a missing or misshapen key."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("an encryption key has 32 bytes, written as base64")
        self._ciphers = {hashlib.sha256(key).digest()[:_KEY_ID]: AESGCM(key) for key in keys}
        self._current = next(iter(self._ciphers))

    @classmethod
    def from_text(cls, text: str) -> "Vault":
        """`text` holds one or more base64 keys, separated by commas."""
        try:
            keys = [base64.b64decode(part.strip(), validate=True) for part in text.split(",")]
        except binascii.Error as error:
            raise ValueError("an encryption key has 32 bytes, written as base64") from error
        return cls(keys)

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """`context` must be given again to open the box, which binds it to its row."""
        nonce = secrets.token_bytes(_NONCE)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, plain, context)

    def open(self, box: bytes, *, context: bytes) -> bytes:
        """Raise ValueError when the key is unknown or the box belongs elsewhere."""
        cipher = self._ciphers.get(box[:_KEY_ID])
        if cipher is None:
            raise ValueError("the box was sealed with a key this installation does not have")
        try:
            return cipher.decrypt(box[_KEY_ID : _KEY_ID + _NONCE], box[_KEY_ID + _NONCE :], context)
        except InvalidTag as error:
            raise ValueError("the box was changed, or belongs to another row") from error
