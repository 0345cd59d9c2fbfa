"""`keys rotate`: everything under a fresh epoch key, and the old one destroyed.

What a crash leaves after each step, in order. Calling `rotate` again does the rest.

    epoch_key_written   a key file that nothing uses, which the next rotation replaces; the old
                        epoch is in force.
    rewrapped           the same: the transaction is rolled back by SQLite's journal.
    stored              all keys lie under the new epoch key; the old one still exists, so that
                        erasures are still pending.
    overwritten         the same, with an old key file of zeros, which nothing needs.
    removed             nothing of the old key is left; the erasures are not dated yet.
    dated               done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.errors import invariant
from ledger.keys import key_folder
from ledger.keys.key_errors import KeyStoreBroken
from ledger.keys.key_store import KeyStore, WrappedKeys
from ledger.keys.stream_keys import KEY_BYTES
from ledger.keys.wrapping import Wrapping

# Drawn anew by each rotation: an erased number cannot be looked up in an old copy of the index.
NIP_INDEX = "nip-index"
STEPS = ("epoch_key_written", "rewrapped", "stored", "overwritten", "removed", "dated")

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did.

    Attributes:
        epoch: the new one.
        rewrapped: how many streams have keys that live on.
        erased: streams whose erasure is complete with it; their certificates are dated `at`.
        at: the instant given to it.
    """

    epoch: int
    rewrapped: int
    erased: tuple[UUID, ...]
    at: datetime


def rotate(store: KeyStore, wrapping: Wrapping, *, at: datetime, step: Step) -> Rotation:
    """Wrap all living keys under a fresh epoch key, then destroy the old one.

    Copies of the key store made before are closed for ever with it, and with them the keys that
    were destroyed in that epoch, as far as the old epoch key is really gone: see
    `key_folder.overwrite_epoch_key` for what writing over a file does not reach.
    """
    erased = _retire(store, wrapping, at=at, step=step)
    with store.transaction():
        epoch, rewrapped = _rewrap_all(store, wrapping, step=step)
    step("stored")
    erased += _retire(store, wrapping, at=at, step=step)
    return Rotation(epoch=epoch, rewrapped=rewrapped, erased=tuple(erased), at=at)


def _rewrap_all(store: KeyStore, wrapping: Wrapping, *, step: Step) -> tuple[int, int]:
    """Inside a transaction, whose writer lock keeps other processes from doing the same."""
    invariant(store.meta("retiring") is None, "a rotation begins while another is open")
    old = store.epoch()
    new = old + 1
    wrapping.check_epoch(old, store.meta("epoch_digest"))
    digest = wrapping.begin_epoch(new)
    step("epoch_key_written")
    rewrapped = store.rewrap(_wrapped_anew(store, wrapping, new))
    for row in store.secrets():
        plain = wrapping.unwrap_secret(row)
        if row.name == NIP_INDEX:
            plain = wrapping.randomness(KEY_BYTES)
        store.put_secret(wrapping.wrap_secret(row.name, plain, new))
    store.set_meta("epoch", new)
    store.set_meta("epoch_digest", digest)
    store.set_meta("retiring", old)
    invariant(rewrapped == store.count(), "a rotation left keys behind")
    step("rewrapped")
    return new, rewrapped


def _wrapped_anew(store: KeyStore, wrapping: Wrapping, epoch: int) -> Iterator[WrappedKeys]:
    return wrapping.wrap(((row.stream, wrapping.unwrap(row)) for row in store.walk()), epoch)


def _retire(store: KeyStore, wrapping: Wrapping, *, at: datetime, step: Step) -> list[UUID]:
    """Destroy the epoch key that a stored rotation left behind, and date the erasures.

    First the other way is looked at once more: that the new epoch key is on disk, and that nothing
    needs the old one. If the commit at the end fails, the next call finds no file and goes on.
    """
    with store.transaction():
        old = store.meta("retiring")
        if old is None:
            return []
        old, epoch = int(old), store.epoch()
        invariant(old < epoch, "the epoch in force is to be destroyed")
        wrapping.check_epoch(epoch, store.meta("epoch_digest"))
        if store.count_outside(epoch):
            raise KeyStoreBroken(store.path, why="keys of an ended epoch are left in it")
        key_folder.overwrite_epoch_key(wrapping.folder, old)
        step("overwritten")
        key_folder.remove_epoch_key(wrapping.folder, old)
        step("removed")
        erased = store.complete_erasures(epoch=old, at=at)
        store.set_meta("retiring", None)
    step("dated")
    return erased
