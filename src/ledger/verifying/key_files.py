"""The keys at hand, read from their folder by our own hand: wrapped rows opened with the epoch key.

The folder holds `keys.sqlite3` and, maybe on another medium, `epoch/NNNNNN.key`. A wrapped key is
nonce (12 bytes), AES-256-GCM ciphertext and tag; its additional data are the canonical array
[origin, key class, stream, epoch] (docs/adr/0007). Nothing is written.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import LedgerError

IDENTITY, RESTRICTED = "identity", "restricted"
_STORE = "keys.sqlite3"
_NONCE_BYTES = 12
_INDEX_SECRET = "nip-index"  # noqa: S105 - the name of a secret


class KeysUnreadable(LedgerError):
    """The key folder named with --keys cannot be read."""

    code = "keys_unreadable"


class KeyFiles:
    """The keys of one folder. `wrong` is raised where one does not open."""

    def __init__(self, folder: Path, origin: str) -> None:
        self._folder = folder
        self._origin = origin
        self._epochs: dict[int, AESGCM] = {}
        path = folder / _STORE
        try:
            self._store = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None
            )
            told = self._store.execute("SELECT value FROM meta WHERE name = 'origin'").fetchone()
        except sqlite3.Error as fault:
            raise KeysUnreadable(
                f"The key folder {folder} cannot be read: {fault}.",
                next_step="Name the folder with --keys, or leave it out.",
            ) from None
        if told is None or told[0] != origin:
            raise KeysUnreadable(
                f"The key folder {folder} holds the keys of another ledger.",
                next_step="Name the folder of this ledger's keys.",
            )

    def pairs(self) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Each stream with its keys of identity and restricted; None for what does not open."""
        query = "SELECT stream, epoch, identity, restricted FROM wrapped ORDER BY stream"
        for stream, epoch, identity, restricted in self._rows(query):
            name = bytes(stream).hex()
            yield (
                name,
                self._opened(identity, IDENTITY, name, epoch),
                self._opened(restricted, RESTRICTED, name, epoch),
            )

    def identity_key(self, stream: str) -> bytes | None:
        """One stream's key of identity; None if it is not here or does not open."""
        query = "SELECT epoch, identity FROM wrapped WHERE stream = ?"
        for epoch, identity in self._rows(query, bytes.fromhex(stream)):
            return self._opened(identity, IDENTITY, stream, epoch)
        return None

    def index_secret(self) -> bytes | None:
        """The secret under which numbers stand in their index."""
        query = "SELECT epoch, wrapped FROM secret WHERE name = ?"
        for epoch, wrapped in self._rows(query, _INDEX_SECRET):
            return self._opened(wrapped, "secret", _INDEX_SECRET, epoch)
        return None

    def _rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._store.execute(query, values)
        except sqlite3.Error as fault:
            raise KeysUnreadable(
                f"The key store in {self._folder} cannot be read: {fault}.",
                next_step="Put the key folder back from its backup.",
            ) from None

    def close(self) -> None:
        """Close the folder."""
        self._store.close()

    def _opened(self, wrapped: Any, key_class: str, name: str, epoch: int) -> bytes | None:
        tie = orjson.dumps([self._origin, key_class, name, epoch])
        try:
            return self._epoch(epoch).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], tie)
        except (InvalidTag, ValueError, TypeError, OSError):
            return None

    def _epoch(self, epoch: int) -> AESGCM:
        found = self._epochs.get(epoch)
        if found is None:
            key = (self._folder / "epoch" / f"{epoch:06d}.key").read_bytes()
            found = self._epochs[epoch] = AESGCM(key)
        return found


def digest_of(key: bytes) -> str:
    """What the first event of a stream commits to."""
    return hashlib.sha256(key).hexdigest()


def number_digest(secret: bytes, number: str) -> bytes:
    """What stands for a number in its index."""
    return hmac.digest(secret, number.encode(), "sha256")


def unsealed(
    key: bytes, sealed: bytes, *, origin: str, stream: str, version: int, topic: str
) -> dict[str, Any] | None:
    """The fields of class identity of one event; None where they do not open."""
    tie = orjson.dumps([origin, IDENTITY, stream, version, topic])
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], tie)
        fields = orjson.loads(plain)
    except (InvalidTag, ValueError):
        return None
    return fields if isinstance(fields, dict) else None
