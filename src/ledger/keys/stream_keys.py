"""The two keys of one stream, and what is derived from them.

Every person, every unit and the ledger's own stream has a key of each class: `identity` for names,
numbers and free text, `restricted` for grounds, examination and health. Keys are random, never
derived, so that destroying them destroys what they sealed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.errors import invariant
from ledger.fields import IDENTITY, RESTRICTED
from ledger.keys.key_errors import KeyNotCommitted

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_CLASSES = (IDENTITY, RESTRICTED)
_CIPHERS_MAX = 2_048  # 2.5 KB each

# Gives so many random bytes: `os.urandom`, but for demo ledgers, whose keys are seeded.
Randomness = Callable[[int], bytes]


@dataclass(frozen=True, repr=False)
class StreamKeys:
    """Both keys of one stream, 32 bytes each; empty is one that was not given to this reader.

    Its text never shows them.
    """

    identity: bytes
    restricted: bytes

    def of(self, key_class: str) -> bytes:
        """The key of a class.

        Raises:
            ProgramError: for a class that does not exist.
        """
        if key_class == IDENTITY:
            return self.identity
        invariant(key_class == RESTRICTED, "a key class other than identity and restricted")
        return self.restricted

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each key, hex, by class: what the first event of the stream commits to.

        AES-GCM alone does not tie a ciphertext to one key: without this, whoever holds the keys
        could craft bytes that read differently under another key.
        """
        held = (name for name in KEY_CLASSES if self.of(name))
        return {name: hashlib.sha256(self.of(name)).hexdigest() for name in held}

    @cached_property
    def match_key(self) -> bytes:
        """32 bytes for keyed hashes of natural keys; it goes with the identity key when erased."""
        return derive(self.identity, "match")

    def check_committed(self, digests: Mapping[str, str], *, stream: UUID) -> None:
        """Compare with the digests that the first event of the stream holds.

        Raises:
            KeyNotCommitted: naming the class that differs or is not committed to.
        """
        for name, digest in self.digests.items():
            if not hmac.compare_digest(digest, digests.get(name, "")):
                raise KeyNotCommitted(stream, key_class=name)

    def __repr__(self) -> str:
        return "StreamKeys(…)"


def draw_keys(randomness: Randomness) -> StreamKeys:
    """New random keys of both classes."""
    drawn = randomness(2 * KEY_BYTES)
    invariant(len(drawn) == 2 * KEY_BYTES, "the randomness gave fewer bytes than asked for")
    return StreamKeys(identity=drawn[:KEY_BYTES], restricted=drawn[KEY_BYTES:])


def derive(key: bytes, purpose: str) -> bytes:
    """32 bytes from a key for one purpose: HKDF-SHA256 (RFC 5869), the info names the purpose."""
    info = b"asn-ledger/1 " + purpose.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


@lru_cache(maxsize=_CIPHERS_MAX)
def cipher(key: bytes) -> AESGCM:
    """AES-256-GCM under a key; the last ones used are kept: making one costs more than a use."""
    return AESGCM(key)


def forget_ciphers() -> None:
    """Let go of all ciphers made so far, after keys were destroyed; memory cannot be wiped."""
    cipher.cache_clear()
