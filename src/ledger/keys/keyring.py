"""All keys of one ledger: made, found, destroyed, rotated.

Kept are two keys a stream and the secrets of the ledger itself (ledger_secrets.py), all wrapped
under the epoch key (wrapping.py). A key is durable here before the event that commits to its digest
is appended; a crash in between leaves keys that nothing uses, which harms nobody.

Trust: whoever holds the key folder and the ledger reads every sealed field and can sign
checkpoints; he cannot change an event unnoticed. Keys once read stay in this process's memory.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Self
from uuid import UUID

from ledger.errors import invariant
from ledger.keys import key_folder
from ledger.keys.key_errors import (
    EpochKeyMissing,
    EpochKeyWrong,
    KeyDestroyed,
    KeyExists,
    KeyFolderExists,
    KeyFolderWrongOrigin,
    KeyMissing,
)
from ledger.keys.key_store import Erasure, KeyStore
from ledger.keys.ledger_secrets import LedgerSecrets, draw_secrets
from ledger.keys.rotation import Rotation, Step, rotate
from ledger.keys.signing import SigningKeys
from ledger.keys.stream_keys import Randomness, StreamKeys, draw_keys, forget_ciphers
from ledger.keys.wrapping import Wrapping

_CACHED_MAX = 50_000  # streams, some 0.6 KB each
_LOOK_AGAIN_NS = 50_000_000

Ticks = Callable[[], int]  # nanoseconds that only go forward


def _no_step(_: str) -> None:
    """Nothing, between the steps of a rotation."""


class Keyring:
    """The keys of one ledger. Threads may share it; a forked process opens its own.

    Attributes:
        folder: where the keys lie.
        origin: of the ledger they belong to.
        randomness: from which keys and nonces are drawn.
        signing: the key of checkpoints, its change, and what it signed last.
    """

    def __init__(
        self,
        store: KeyStore,
        wrapping: Wrapping,
        *,
        ticks: Ticks = time.monotonic_ns,
        step: Step = _no_step,
    ) -> None:
        """Use `create` or `open`."""
        self.folder = wrapping.folder
        self.origin = wrapping.origin
        self.randomness = wrapping.randomness
        self._store = store
        self._wrapping = wrapping
        self._ticks = ticks
        self._step = step
        self._lock = RLock()
        self._cached: OrderedDict[UUID, StreamKeys] = OrderedDict()
        self._secrets = LedgerSecrets(store, wrapping)
        self.signing = SigningKeys(store, wrapping, self._secrets, self._lock)
        self._seen = store.change_count()
        self._looked = ticks()

    # ------------------------------------------------------------------------- making and opening

    @classmethod
    def create(
        cls,
        folder: Path,
        origin: str,
        *,
        randomness: Randomness,
        ticks: Ticks = time.monotonic_ns,
    ) -> Self:
        """Make the key folder of a new ledger with its first epoch key and its own secrets.

        A crash before the end leaves an epoch key under which nothing is wrapped and a store
        without tables: `open` then says the folder was never finished, `create` begins again.

        Raises:
            KeyFolderExists, KeyStoreUnavailable: it holds keys already; it cannot be written.
        """
        path = folder / key_folder.STORE_NAME
        if not path.exists() and key_folder.holds_epoch_keys(folder):
            # Not a crash of ours, which makes the store's file first: the store was lost, and its
            # epoch key must not be written over.
            raise KeyFolderExists(folder)
        key_folder.make_store_file(folder)
        wrapping = Wrapping(folder, origin=origin, randomness=randomness)
        store = KeyStore(path)
        try:
            with store.transaction():
                _found(store, wrapping)
            return cls(store, wrapping, ticks=ticks)
        except BaseException:
            store.close()
            raise

    @classmethod
    def open(
        cls,
        folder: Path,
        origin: str,
        *,
        randomness: Randomness,
        ticks: Ticks = time.monotonic_ns,
        step: Step = _no_step,
    ) -> Self:
        """Open the keys of a ledger and see that the epoch key fits them. Writes nothing.

        Args:
            folder: as ASN_LEDGER_KEYS or `default_key_folder` says.
            origin: of the ledger, as its founding event states it.
            randomness: gives so many random bytes: `os.urandom`, but for demo ledgers.
            ticks: tells when to look again whether another process erased keys, for tests.
            step: called with each name of rotation.STEPS while rotating; for tests.

        Raises:
            KeyFolderMissing, KeyFolderWrongOrigin, EpochKeyMissing, EpochKeyWrong, KeyStoreBroken,
            KeyStoreNewer, KeyStoreUnavailable.
        """
        store = KeyStore.existing(folder / key_folder.STORE_NAME)
        try:
            wrapping = Wrapping(folder, origin=origin, randomness=randomness)
            _check(store, wrapping)
            return cls(store, wrapping, ticks=ticks, step=step)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close the key store and let go of all keys read; a second time does nothing."""
        self._forget()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---------------------------------------------------------------------------- keys of streams

    def new_keys(self) -> StreamKeys:
        """New random keys, kept nowhere yet."""
        return draw_keys(self.randomness)

    def add_many(self, pairs: Sequence[tuple[UUID, StreamKeys]]) -> None:
        """Store the keys of new streams; they are durable when this returns. All or none.

        The same keys a second time add nothing.

        Raises:
            KeyExists, KeyDestroyed: a stream has other keys, or had some that were destroyed.
        """
        if not pairs:
            return
        given = dict(pairs)
        invariant(len(given) == len(pairs), "a stream stands twice among new keys")
        with self._lock:
            with self._store.transaction():
                self.look_again()
                known = self._known(list(given))
                for stream, keys in known.items():
                    if given[stream] != keys:
                        raise KeyExists(stream)
                self._add({name: keys for name, keys in given.items() if name not in known})
            self._remember(given)

    def ensure(self, streams: Sequence[UUID]) -> dict[UUID, StreamKeys]:
        """The keys of streams about to be founded: those kept already, new durable ones else.

        So a founding that a crash interrupted goes on with the keys it had drawn.

        Raises:
            KeyDestroyed: when one of them was erased; nothing was stored then.
        """
        with self._lock:
            found = self._find(streams)
            if all(stream in found for stream in streams):
                return found
            with self._store.transaction():
                self.look_again()
                found = self._known(streams)
                lacking = [stream for stream in dict.fromkeys(streams) if stream not in found]
                fresh = {stream: self.new_keys() for stream in lacking}
                self._add(fresh)
            self._remember(fresh)
            return {**found, **fresh}

    def keys(self, stream: UUID) -> StreamKeys:
        """The keys of one stream.

        Raises:
            KeyDestroyed, KeyMissing: erased; never kept here.
        """
        with self._lock:
            found = self.keys_many((stream,))
            if not found:
                raise KeyDestroyed(stream)
            return found[stream]

    def keys_many(self, streams: Sequence[UUID]) -> dict[UUID, StreamKeys]:
        """The keys of many streams at once; those that were erased are left out.

        Raises:
            KeyMissing: for streams never kept here, as after putting back too old a key store.
        """
        with self._lock:
            found = self._find(streams)
            if len(found) < len(streams):
                lacking = [stream for stream in dict.fromkeys(streams) if stream not in found]
                erased = self._store.erasures(lacking)
                unknown = [stream for stream in lacking if stream not in erased]
                if unknown:
                    raise KeyMissing(unknown)
            return found

    def count(self) -> int:
        """How many streams have keys."""
        return self._store.count()

    def secret(self, name: str) -> bytes:
        """32 bytes for one purpose: "title", "requests", "person-ids", "nip-index", ….

        All are derived from the master secret and stay the same as long as the ledger lives, but
        that of the NIP index, which each rotation draws anew.
        """
        with self._lock:
            self._refresh_now_and_then()
            return self._secrets.secret(name)

    def secret_id(self, name: str) -> str:
        """16 hex digits that tell a secret from others of its name without showing it."""
        return hashlib.sha256(b"asn-ledger/1 key id " + self.secret(name)).hexdigest()[:16]

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 key with which checkpoints are verified."""
        return self.signing.public_key()

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of a message, 64 bytes."""
        return self.signing.sign(message)

    # -------------------------------------------------------------------------- erasure, rotation

    def destroy(self, *streams: UUID) -> None:
        """Destroy the keys of streams, here at once and in other processes within 50 ms.

        The wrapped row is deleted. An older copy of the key store could still be opened with the
        present epoch key: the erasure is complete only with the next `rotate`. A second time
        changes nothing. After an older key store was put back, destroy again what was destroyed.
        """
        with self._lock:
            with self._store.transaction():
                self._store.erase(streams, epoch=self._store.epoch())
            self._forget()

    def pending_erasures(self) -> list[UUID]:
        """Streams whose keys were destroyed, but under an epoch key that still exists."""
        return self._store.pending_erasures()

    def erasure(self, stream: UUID) -> Erasure | None:
        """Whether and since when the keys of a stream are destroyed: what a certificate says."""
        return self._store.erasures([stream]).get(stream)

    def erased(self) -> frozenset[UUID]:
        """All streams whose keys are destroyed: what a restored backup must not bring back."""
        return frozenset(self._store.erased())

    def rotation_unfinished(self) -> bool:
        """Whether a rotation was interrupted after its keys were stored; `rotate` finishes it."""
        return self._store.meta("retiring") is not None

    def rotate(self, at: datetime) -> Rotation:
        """Wrap all living keys under a fresh epoch key, destroy the old one, date the erasures.

        Safe against a crash at every step, as rotation.py states. The NIP index is made anew when
        it is next used, because its secret changes.

        Args:
            at: the present instant, with which the erasures are dated.

        Raises:
            EpochKeyMissing, EpochKeyWrong, KeyStoreBroken, KeyStoreUnavailable.
        """
        with self._lock:
            try:
                return rotate(self._store, self._wrapping, at=at, step=self._step)
            finally:
                self._forget()

    def _known(self, streams: Sequence[UUID]) -> dict[UUID, StreamKeys]:
        """Inside a transaction: the keys kept of streams about to be founded.

        Raises:
            KeyDestroyed.
        """
        for stream in self._store.erasures(streams):
            raise KeyDestroyed(stream)
        return self._find(streams)

    def _add(self, fresh: Mapping[UUID, StreamKeys]) -> None:
        self._store.add(self._wrapping.wrap(fresh.items(), self._store.epoch()))

    def _find(self, streams: Sequence[UUID]) -> dict[UUID, StreamKeys]:
        """The living keys among these streams."""
        self._refresh_now_and_then()
        try:
            return self._find_once(streams)
        except EpochKeyMissing:
            # Another process may have finished a rotation between the row and the file of its key.
            if not self.look_again():
                raise
            return self._find_once(streams)

    def _find_once(self, streams: Sequence[UUID]) -> dict[UUID, StreamKeys]:
        found: dict[UUID, StreamKeys] = {}
        lacking: list[UUID] = []
        for stream in streams:
            keys = self._cached.get(stream)
            if keys is None:
                lacking.append(stream)
            else:
                self._cached.move_to_end(stream)
                found[stream] = keys
        if lacking:
            read = {row.stream: self._wrapping.unwrap(row) for row in self._store.find(lacking)}
            self._remember(read)
            found.update(read)
        return found

    def _remember(self, read: Mapping[UUID, StreamKeys]) -> None:
        self._cached.update(read)
        while len(self._cached) > _CACHED_MAX:
            self._cached.popitem(last=False)

    def _refresh_now_and_then(self) -> None:
        """`look_again`, which costs more than a key from memory, but once in 50 ms only."""
        if self._ticks() - self._looked >= _LOOK_AGAIN_NS:
            self.look_again()

    def look_again(self) -> bool:
        """Let go of what was read if another connection changed the store: it may have erased."""
        self._looked = self._ticks()
        seen = self._store.change_count()
        changed = seen != self._seen
        if changed:
            self._seen = seen
            self._forget()
        return changed

    def _forget(self) -> None:
        self._cached.clear()
        self._secrets.forget()
        self._wrapping.forget()
        forget_ciphers()


def _found(store: KeyStore, wrapping: Wrapping) -> None:
    """Inside the one transaction that makes the store: the epoch key, then what it wraps."""
    if store.is_founded():
        raise KeyFolderExists(wrapping.folder)
    digest = wrapping.begin_epoch(1)
    store.found(origin=wrapping.origin, epoch=1, epoch_digest=digest)
    draw_secrets(store, wrapping, epoch=1)


def _check(store: KeyStore, wrapping: Wrapping) -> None:
    found = store.meta("origin")
    if found != wrapping.origin:
        raise KeyFolderWrongOrigin(wrapping.folder, found=str(found), expected=wrapping.origin)
    seen = store.change_count()
    try:
        wrapping.check_epoch(store.epoch(), store.meta("epoch_digest"))
    except (EpochKeyMissing, EpochKeyWrong):
        if store.change_count() == seen:
            raise
        wrapping.check_epoch(store.epoch(), store.meta("epoch_digest"))
