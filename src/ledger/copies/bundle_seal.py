"""The checkpoint that a bundle or certificate ends at, with its trees.

Its last event commits to the heads of all streams up to the position before it. Where somebody
else recorded something in between, that checkpoint shows no stream to be whole up to its end, and
another one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.application import Ledger
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.checkpoints.checkpoint_store import StoredCheckpoint, last_checkpoint
from ledger.checkpoints.stream_heads import read_stream_heads
from ledger.checkpoints.tiles import TileReader
from ledger.copies.bundle import Seal
from ledger.copies.events_opened import payload_of
from ledger.errors import LedgerError
from ledger.proofs.heads import HeadsTree
from ledger.proofs.proof_checks import HEADS_TOPIC

_TRIES = 10


class LedgerBusy(LedgerError):
    """Others record so often that no checkpoint came right behind what it covers."""

    code = "ledger_busy"


def checkpoint_for(ledger: Ledger, position: int, *, actor: str) -> StoredCheckpoint:
    """A checkpoint that covers a position and commits to everything before it; the last one if it
    does, else a new one.

    Raises:
        LedgerBusy, CheckpointRefused, and what taking one raises.
    """
    last = last_checkpoint(ledger.store)
    if last is not None and last.size >= position and _commits(ledger, last.size):
        return last
    for _ in range(_TRIES):
        taken = take_checkpoint(ledger, actor=actor)
        if _commits(ledger, taken.size):
            return taken
    raise LedgerBusy(
        "Others record so fast that none of ten checkpoints came right behind what it covers.",
        next_step="Try again when no import runs.",
    )


def _commits(ledger: Ledger, size: int) -> bool:
    event = next(iter(ledger.store.read(size, size)), None)
    return (
        event is not None
        and event.topic == HEADS_TOPIC
        and payload_of(event).get("upto") == size - 1
    )


@contextmanager
def seal_of(ledger: Ledger, stored: StoredCheckpoint) -> Iterator[Seal]:
    """The checkpoint with the trees behind it, read over one connection."""
    heads = HeadsTree(read_stream_heads(ledger.store, stored.size - 1))
    with ledger.store.reading() as connection:
        tree = TileReader(connection, stored.size)
        yield Seal(
            origin=ledger.origin,
            size=stored.size,
            root=stored.checkpoint.root,
            note=stored.text(),
            node=tree.node,
            heads=heads,
        )
