"""Keys wrapped under the epoch key: AES-256-GCM, tied to ledger, class, stream and epoch.

The epoch key itself lies in a file of its own (key_folder.py); the wrapped keys are rows of the key
store (key_store.py). Nonces are random: under one epoch key 2^32 wrappings are safe, and a nation
of five million people makes ten million.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag

from ledger.canonical import canonical_json
from ledger.fields import IDENTITY, RESTRICTED
from ledger.keys import key_folder
from ledger.keys.key_errors import EpochKeyWrong, KeyStoreBroken
from ledger.keys.key_store import WrappedKeys, WrappedSecret
from ledger.keys.stream_keys import KEY_BYTES, NONCE_BYTES, Randomness, StreamKeys, cipher

_OWN = "secret"  # the key class of what is nobody's but the ledger's


class Wrapping:
    """Wraps and opens keys of one key folder. Remembers the epoch keys it has read."""

    def __init__(self, folder: Path, *, origin: str, randomness: Randomness) -> None:
        self.folder = folder
        self.origin = origin
        self.randomness = randomness
        self._epoch_keys: dict[int, bytes] = {}

    def begin_epoch(self, epoch: int) -> str:
        """Draw and store a fresh epoch key, durably; gives its SHA-256 in hex."""
        key = self.randomness(KEY_BYTES)
        key_folder.write_epoch_key(self.folder, epoch, key)
        self._epoch_keys[epoch] = key
        return hashlib.sha256(key).hexdigest()

    def check_epoch(self, epoch: int, digest: object) -> None:
        """Read the epoch key from disk and compare it with the SHA-256 that the key store holds.

        Raises:
            EpochKeyMissing, EpochKeyWrong.
        """
        key = key_folder.read_epoch_key(self.folder, epoch)
        if hashlib.sha256(key).hexdigest() != digest:
            raise EpochKeyWrong(key_folder.epoch_path(self.folder, epoch), epoch=epoch)
        self._epoch_keys[epoch] = key

    def forget(self) -> None:
        """Let go of the epoch keys read so far."""
        self._epoch_keys.clear()

    def wrap(self, pairs: Iterable[tuple[UUID, StreamKeys]], epoch: int) -> Iterator[WrappedKeys]:
        """Rows for the key store, made one by one as they are taken."""
        encrypt = cipher(self._epoch_key(epoch)).encrypt
        for stream, keys in pairs:
            drawn = self.randomness(2 * NONCE_BYTES)
            first, second = drawn[:NONCE_BYTES], drawn[NONCE_BYTES:]
            name = stream.hex
            yield WrappedKeys(
                stream,
                epoch,
                first + encrypt(first, keys.identity, self._tie(IDENTITY, name, epoch)),
                second + encrypt(second, keys.restricted, self._tie(RESTRICTED, name, epoch)),
            )

    def unwrap(self, row: WrappedKeys) -> StreamKeys:
        """The keys of a row.

        Raises:
            KeyStoreBroken, EpochKeyMissing: the row was changed or moved; its epoch key is gone.
        """
        name, epoch = row.stream.hex, row.epoch
        return StreamKeys(
            identity=self._opened(row.identity, self._tie(IDENTITY, name, epoch), epoch),
            restricted=self._opened(row.restricted, self._tie(RESTRICTED, name, epoch), epoch),
        )

    def wrap_secret(self, name: str, plain: bytes, epoch: int) -> WrappedSecret:
        """A row for a secret of the ledger itself."""
        nonce = self.randomness(NONCE_BYTES)
        tie = self._tie(_OWN, name, epoch)
        sealed = cipher(self._epoch_key(epoch)).encrypt(nonce, plain, tie)
        return WrappedSecret(name=name, epoch=epoch, wrapped=nonce + sealed)

    def unwrap_secret(self, row: WrappedSecret) -> bytes:
        """The secret of a row; raises as `unwrap` does."""
        return self._opened(row.wrapped, self._tie(_OWN, row.name, row.epoch), row.epoch)

    def _epoch_key(self, epoch: int) -> bytes:
        key = self._epoch_keys.get(epoch)
        if key is None:
            key = self._epoch_keys[epoch] = key_folder.read_epoch_key(self.folder, epoch)
        return key

    def _opened(self, wrapped: bytes, tie: bytes, epoch: int) -> bytes:
        opener = cipher(self._epoch_key(epoch))
        try:
            return opener.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], tie)
        except (InvalidTag, ValueError):
            raise KeyStoreBroken(
                self.folder / key_folder.STORE_NAME, why="a wrapped key does not open in its place"
            ) from None

    def _tie(self, key_class: str, name: str, epoch: int) -> bytes:
        """Additional data: what is wrapped opens for no other ledger, class, stream or epoch."""
        return canonical_json([self.origin, key_class, name, epoch])
