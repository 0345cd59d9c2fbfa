"""What a witness recomputes with `--full`: every leaf, the root and the heads, from a copy.

Without it a witness knows that the log only grew; with it also that the heads which completeness
proofs rest on are those of the events, so that nobody's stream was left out of them.
"""

from __future__ import annotations

from ledger.checkpoints.proving import entry_of
from ledger.errors import LedgerError
from ledger.proofs import merkle
from ledger.proofs.heads import StreamHead, heads_root
from ledger.proofs.note import Checkpoint
from ledger.proofs.proof_checks import HEADS_TOPIC, parse_entry, stated_heads
from ledger.storage.store import EventStore

_CHUNK = 1_000


class CopyDiffers(LedgerError):
    """The copy that was recomputed is not the log of the checkpoint."""

    code = "copy_differs"


def recompute(store: EventStore, checkpoint: Checkpoint) -> int:
    """Read the whole log of a checkpoint again and see that root and heads follow from its events.

    Memory grows with the number of streams, not of events.

    Returns:
        How many streams there are.

    Raises:
        CopyDiffers: the root is another, a version is missing, or the heads are not those.
        ProofRefused: the event that is to commit to the heads does not say them.
        EventChanged: a stored event is not the one its leaf commits to.
    """
    last = next(iter(store.read(checkpoint.size, checkpoint.size)), None)
    if last is None or last.topic != HEADS_TOPIC:
        raise _differs(f"The event at position {checkpoint.size} commits to no heads")
    # An event that says nothing of the kind is refused: `upto` lies among the positions read below.
    streams, upto, root = stated_heads(parse_entry(entry_of(last)))
    frontier, size = merkle.EMPTY_FRONTIER, 0
    leaves: list[bytes] = []
    heads: dict[str, StreamHead] = {}
    for event in store.read(1, checkpoint.size):
        entry_of(event)
        leaves.append(event.leaf)
        stream = event.stream.hex
        before = heads.get(stream)
        if event.version != (1 if before is None else before.events + 1):
            raise _differs(f"Before position {event.position} a version of its stream is missing")
        heads[stream] = StreamHead(stream, event.version, event.leaf)
        if event.position == upto and (len(heads), heads_root(heads.values())) != (streams, root):
            raise _differs(f"The heads of the streams up to position {upto} are others")
        if len(leaves) == _CHUNK:
            frontier, size = merkle.extend(frontier, size, leaves), size + len(leaves)
            leaves.clear()
    frontier, size = merkle.extend(frontier, size, leaves), size + len(leaves)
    if size != checkpoint.size or merkle.root(frontier, size) != checkpoint.root:
        raise _differs(f"The {size} events of the copy have another root")
    return len(heads)


def _differs(what: str) -> CopyDiffers:
    return CopyDiffers(
        f"{what} than the checkpoint says: the copy, or what was signed, is not the log.",
        next_step="Get a fresh copy; if it stays so, do not sign, and ask the owner.",
    )
