"""Personal fields of one event as sealed bytes, and keyed hashes of what must be compared unread.

Sealed are the fields of one key class together: nonce (12 bytes) || AES-256-GCM ciphertext || tag
over their canonical JSON. The additional data name ledger, class, stream, version and topic, so
that sealed bytes open nowhere but in their own event.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag

from ledger.canonical import canonical_json
from ledger.errors import invariant
from ledger.keys.key_errors import SealBroken
from ledger.keys.stream_keys import NONCE_BYTES, Randomness, StreamKeys, cipher

MATCH_BYTES = 16


def seal(
    keys: StreamKeys,
    *,
    origin: str,
    key_class: str,
    stream: UUID,
    version: int,
    topic: str,
    fields: Mapping[str, Any],
    randomness: Randomness,
) -> bytes:
    """Seal the fields of one class of one event: nonce, ciphertext and tag.

    Args:
        keys: of the stream, stored durably before the event is appended.
        origin: of the ledger.
        key_class: "identity" or "restricted".
        stream, version, topic: of the event; sealed again under others, the bytes are others.
        fields: canonical, JSON-ready values by name; never empty.
        randomness: for the nonce. 2^32 events of one stream are safe.
    """
    invariant(bool(fields), "nothing to seal")
    nonce = randomness(NONCE_BYTES)
    invariant(len(nonce) == NONCE_BYTES, "the randomness gave fewer bytes than asked for")
    tie = canonical_json([origin, key_class, stream.hex, version, topic])
    return nonce + cipher(keys.of(key_class)).encrypt(nonce, canonical_json(fields), tie)


def open_sealed(
    keys: StreamKeys,
    sealed: bytes,
    *,
    origin: str,
    key_class: str,
    stream: UUID,
    version: int,
    topic: str,
) -> dict[str, Any]:
    """The fields that were sealed.

    Raises:
        SealBroken: the bytes, the event named here or the key are not those of the sealing.
    """
    tie = canonical_json([origin, key_class, stream.hex, version, topic])
    try:
        plain = cipher(keys.of(key_class)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], tie)
    except (InvalidTag, ValueError):
        # Not `from`: what stands in the cause of an error ends up in logs.
        raise SealBroken(stream, version=version, topic=topic, key_class=key_class) from None
    fields = orjson.loads(plain)
    invariant(isinstance(fields, dict), "sealed bytes hold no object of fields")
    return dict(fields)


def normal_title(title: str) -> str:
    """A title as it is compared: NFC, folded case, single spaces, none at the ends."""
    folded = unicodedata.normalize("NFC", title).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def title_id(secret: bytes, title: str) -> str:
    """32 hex digits for a title of a post: equal for titles that differ in case and spacing only.

    Args:
        secret: `Keyring.secret("title")`; without it a title cannot be guessed from its id.
        title: as its document spells it.
    """
    text = normal_title(title).encode()
    return hashlib.blake2b(text, key=secret, digest_size=MATCH_BYTES).hexdigest()


def nip_digest(secret: bytes, nip: str) -> bytes:
    """32 bytes under which a NIP stands in the index: HMAC-SHA256 of its 18 digits.

    Args:
        secret: `Keyring.secret("nip-index")`; whoever has it can try out all numbers.
        nip: as `ledger.values.nip` reads it.
    """
    return hmac.digest(secret, nip.encode(), "sha256")
