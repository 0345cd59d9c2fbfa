"""Making proofs from the stored log: this event is in; the log only grew; this is all of a stream.

Entries are put together from the stored rows and compared with the stored leaf, so that a proof is
never made of a row that was changed: it is refused here, with its position.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from uuid import UUID

from ledger.canonical import entry_bytes
from ledger.checkpoints.checkpoint_store import CheckpointRefused, StoredCheckpoint
from ledger.checkpoints.stream_heads import read_stream_heads
from ledger.checkpoints.tiles import TileReader
from ledger.errors import LedgerError
from ledger.proofs import merkle
from ledger.proofs.heads import HeadsTree, StreamHead
from ledger.proofs.note import Checkpoint
from ledger.proofs.proof_checks import HEADS_TOPIC, parse_entry, stated_heads
from ledger.proofs.proof_forms import (
    CompletenessProof,
    ConsistencyProof,
    HeadPlace,
    Included,
    InclusionProof,
)
from ledger.records import RecordedEvent
from ledger.storage.store import EventStore


class EventChanged(LedgerError):
    """A stored event is not the one that its leaf commits to."""

    code = "event_changed"


def entry_of(event: RecordedEvent) -> bytes:
    """The canonical entry of a stored event.

    Raises:
        EventChanged: its leaf is that of another entry.
    """
    entry = entry_bytes(
        position=event.position,
        stream=event.stream,
        version=event.version,
        topic=event.topic,
        effective_on=event.effective_on,
        recorded_at=event.recorded_at,
        salt=event.salt,
        context=event.context,
        payload=event.payload,
        sealed_digest=event.sealed_digest,
    )
    if merkle.leaf_hash(entry) != event.leaf:
        raise EventChanged(
            f"The event at position {event.position} ({event.stream.hex}/{event.version}) is not "
            "the one that was recorded: its stored bytes do not give its leaf.",
            next_step="Run `asn-ledger verify`; keep the ledger as it is.",
            position=event.position,
        )
    return entry


def prove_inclusion(
    store: EventStore, position: int, checkpoint: StoredCheckpoint
) -> InclusionProof:
    """The event at a position is in the log of a checkpoint.

    Raises:
        CheckpointRefused: the checkpoint does not cover the position.
        EventChanged, LedgerDamaged: the stored event was changed, or is gone.
    """
    if not 1 <= position <= checkpoint.size:
        raise CheckpointRefused(
            f"The checkpoint covers the positions 1 to {checkpoint.size}, not {position}.",
            next_step="Take a new one with `asn-ledger checkpoint`.",
        )
    events = list(store.read(position, position))
    return InclusionProof(_included(store, events, checkpoint.size)[0], checkpoint.text())


def prove_consistency(
    store: EventStore, old_size: int, checkpoint: StoredCheckpoint
) -> ConsistencyProof:
    """The log of a checkpoint begins with the first `old_size` events of this same log.

    Whether those are the ones of an earlier checkpoint is for the verifier to see: he has its root.

    Raises:
        CheckpointRefused: the checkpoint covers fewer events.
    """
    if not 0 <= old_size <= checkpoint.size:
        raise CheckpointRefused(
            f"The checkpoint covers {checkpoint.size} events, fewer than {old_size}.",
            next_step="Take a new one with `asn-ledger checkpoint`, or name an earlier one.",
        )
    with store.reading() as connection:
        tree = TileReader(connection, checkpoint.size)
        path = tuple(tree.consistency(old_size, checkpoint.size))
        old_root = tree.root(old_size)
    return ConsistencyProof(old_size, old_root, path, checkpoint.text())


def check_same_log(store: EventStore, old: Checkpoint) -> None:
    """See that an earlier checkpoint is one of this log, before a proof is made from it.

    Raises:
        CheckpointRefused: the log is shorter, or begins otherwise.
    """
    head = store.head().position
    with store.reading() as connection:
        same = old.size <= head and TileReader(connection, head).root(old.size) == old.root
    if not same:
        raise CheckpointRefused(
            f"The earlier checkpoint covers {old.size} events with another root; the log has "
            f"{head} events. Either the log was cut off or rewritten, or it is another log.",
            next_step="Keep that checkpoint: `asn-ledger verify --against` shows what differs.",
        )


def prove_completeness(
    store: EventStore, stream: UUID, checkpoint: StoredCheckpoint
) -> CompletenessProof:
    """All events of a stream up to the position that the checkpoint's heads reach; for an unknown
    stream, that there was none.

    Raises:
        CheckpointRefused: the checkpoint commits to no heads, or to others than are stored.
        EventChanged, LedgerDamaged: a stored event was changed, or is gone.
    """
    heads_event = next(iter(store.read(checkpoint.size, checkpoint.size)))
    if heads_event.topic != HEADS_TOPIC:
        raise CheckpointRefused(
            f"The checkpoint of {checkpoint.size} events does not end with the heads of streams.",
            next_step="Name a checkpoint that this ledger took.",
        )
    streams, upto, root = stated_heads(parse_entry(entry_of(heads_event)))
    tree = HeadsTree(read_stream_heads(store, upto))
    if (len(tree.heads), tree.root()) != (streams, root):
        raise CheckpointRefused(
            f"The heads of the streams up to position {upto} are not those that were committed.",
            next_step="Run `asn-ledger verify`; keep the ledger as it is.",
        )
    events = store.stream(stream, lte_position=upto)
    committed, *mine = _included(store, [heads_event, *events], checkpoint.size)
    return CompletenessProof(
        stream.hex, committed, _places(tree, stream.hex), tuple(mine), checkpoint.text()
    )


def _places(tree: HeadsTree, stream: str) -> tuple[HeadPlace, ...]:
    """Where a stream stands among the heads, or what stands around where it would."""
    at = bisect_left(tree.heads, StreamHead(stream, 0, b""))
    there = at < len(tree.heads) and tree.heads[at].stream == stream
    around = range(at, at + 1) if there else range(max(at - 1, 0), min(at + 1, len(tree.heads)))
    return tuple(HeadPlace(tree.heads[one], one, tuple(tree.path(one))) for one in around)


def _included(store: EventStore, events: Sequence[RecordedEvent], size: int) -> list[Included]:
    with store.reading() as connection:
        tree = TileReader(connection, size)
        return [
            Included(
                event.position - 1,
                entry_of(event),
                tuple(tree.inclusion(event.position - 1, size)),
            )
            for event in events
        ]
