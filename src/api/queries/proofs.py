"""What the log says in public: checkpoints, tiles, entries and proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.desk import Desk
from ledger.canonical import instant_text
from ledger.checkpoints import checkpoint_store, proving
from ledger.checkpoints.checkpoint_store import StoredCheckpoint
from ledger.checkpoints.tiles import WIDTH, TileReader
from ledger.errors import LedgerError
from ledger.proofs import note as notes
from ledger.proofs.note import SignedNote
from ledger.proofs.proof_forms import CompletenessProof, ConsistencyProof, InclusionProof

Json = dict[str, Any]
LEVELS = 8  # 256^8 leaves are more than a log can count
_HEIGHT = 8
_LENGTH_BYTES = 2


class CheckpointUnknown(LedgerError):
    """There is no checkpoint yet, or none of that size."""

    code = "checkpoint_unknown"


def latest(desk: Desk) -> StoredCheckpoint:
    """The checkpoint of the most events.

    Raises:
        CheckpointUnknown: there is none yet.
    """
    found = checkpoint_store.last_checkpoint(desk.ledger.store)
    if found is None:
        raise CheckpointUnknown(
            "This ledger has no checkpoint yet, so nothing can be proved.",
            next_step="Take one with `asn-ledger checkpoint`.",
        )
    return found


def under(desk: Desk, size: int | None) -> StoredCheckpoint:
    """The checkpoint of a size, or the latest.

    Raises:
        CheckpointUnknown.
    """
    if size is None:
        return latest(desk)
    if size not in checkpoint_store.checkpoint_sizes(desk.ledger.store):
        raise CheckpointUnknown(
            f"There is no checkpoint of {size} events.",
            next_step="The list of checkpoints shows those there are.",
        )
    return checkpoint_store.read_checkpoint(desk.ledger.store, size)


def shown(desk: Desk, taken: StoredCheckpoint) -> Json:
    """A checkpoint for programs: what it says, who signed, and the note itself."""
    one = taken.checkpoint
    return {
        "origin": one.origin,
        "size": one.size,
        "root": one.root.hex(),
        "recorded_at": instant_text(desk.recorded_at(one.size)),
        "signatures": [
            {"name": line.name, "key_id": line.key_id.hex()} for line in taken.note.signatures
        ],
        "timestamps": len(taken.timestamps),
        "note": taken.text().decode(),
    }


def listed(desk: Desk, *, below: int | None, limit: int) -> tuple[list[Json], int | None]:
    """Checkpoints below a size, the largest first; and where to go on, if there are more."""
    sizes = checkpoint_store.checkpoint_sizes(desk.ledger.store)
    wanted = [size for size in reversed(sizes) if below is None or size < below]
    rows = [
        shown(desk, checkpoint_store.read_checkpoint(desk.ledger.store, size))
        for size in wanted[:limit]
    ]
    return rows, wanted[limit - 1] if len(wanted) > limit else None


def own_note(taken: StoredCheckpoint) -> bytes:
    """The note with the lines of the log's own keys alone, which never changes any more."""
    note = taken.note
    own = tuple(line for line in note.signatures if line.name == taken.checkpoint.origin)
    return notes.note_bytes(SignedNote(note.body, own))


# ------------------------------------------------------------------------------------------- tiles


def tile(desk: Desk, level: int, number: int, width: int) -> bytes | None:
    """The first `width` hashes of a tile (C2SP tlog-tiles); None where the tree of the latest
    checkpoint does not reach so far.
    """
    size = _covered(desk)
    if not 0 <= level < LEVELS or width > (size >> _HEIGHT * level) - WIDTH * number:
        return None
    with desk.ledger.store.reading() as connection:
        return b"".join(TileReader(connection, size).hashes(level, number)[:width])


def entries(desk: Desk, number: int, width: int) -> bytes | None:
    """The first `width` entries of the bundle beside a tile of leaves, each after its length in two
    bytes; None where the log of the latest checkpoint does not reach so far.

    Raises:
        EventChanged: a stored event is not the one that was recorded.
    """
    if width > _covered(desk) - WIDTH * number:
        return None
    first = WIDTH * number + 1
    found = map(proving.entry_of, desk.ledger.store.read(first, first + width - 1))
    return b"".join(len(one).to_bytes(_LENGTH_BYTES) + one for one in found)


def _covered(desk: Desk) -> int:
    found = checkpoint_store.last_checkpoint(desk.ledger.store)
    return 0 if found is None else found.size


# ------------------------------------------------------------------------------------------ proofs


def inclusion(desk: Desk, position: int, size: int | None) -> InclusionProof:
    """The event at a position stands in the log of a checkpoint; as default of the latest.

    Raises:
        CheckpointUnknown, CheckpointRefused: it does not cover the position.
    """
    return proving.prove_inclusion(desk.ledger.store, position, under(desk, size))


def consistency(desk: Desk, old: int, new: int | None) -> ConsistencyProof:
    """The log of a checkpoint begins with the first `old` events of this log.

    Raises:
        CheckpointUnknown, CheckpointRefused: it covers fewer events.
    """
    return proving.prove_consistency(desk.ledger.store, old, under(desk, new))


def completeness(desk: Desk, stream: UUID, size: int | None) -> CompletenessProof:
    """All events of a stream, or that there are none.

    Raises:
        CheckpointUnknown, CheckpointRefused, EventChanged.
    """
    return proving.prove_completeness(desk.ledger.store, stream, under(desk, size))


def cosigned(desk: Desk, note: bytes, witnesses: Sequence[notes.VerifierKey]) -> Json:
    """Keep the lines of known witnesses under the checkpoint that they signed.

    Raises:
        NoteRefused, CheckpointRefused: it is no checkpoint of this ledger, or no witness that is
            known signed it.
    """
    taken, _ = checkpoint_store.add_cosignatures(desk.ledger.store, note, witnesses)
    return shown(desk, taken)
