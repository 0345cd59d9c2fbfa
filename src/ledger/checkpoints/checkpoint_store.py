"""The checkpoints kept in the database: signed notes by size, and what was signed under them.

Insert-only like the events. Everything here is public: no key is needed to read it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.errors import LedgerError
from ledger.proofs import note as notes
from ledger.proofs.note import Checkpoint, Signature, SignedNote, VerifierKey
from ledger.storage.store import EventStore
from ledger.storage.tables import checkpoints, cosignatures, timestamps


class CheckpointRefused(LedgerError):
    """A checkpoint that cannot be taken, is not there, or is not the one of this ledger."""

    code = "checkpoint_refused"


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint of this ledger: what it says, its note with all cosignatures, its time stamps.

    Attributes:
        timestamps: RFC 3161 responses, DER, over `signed_bytes`.
    """

    checkpoint: Checkpoint
    note: SignedNote
    timestamps: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """How many events it covers: the positions from 1 to this one."""
        return self.checkpoint.size

    def text(self) -> bytes:
        """The note as it is handed out."""
        return notes.note_bytes(self.note)

    def signed_bytes(self) -> bytes:
        """What a time stamp is over: the body of the note, which signatures leave as it is."""
        return self.note.body


def checkpoint_sizes(store: EventStore) -> list[int]:
    """The sizes of all checkpoints, smallest first."""
    with store.reading() as connection:
        return list(connection.execute(select(checkpoints.c.size).order_by("size")).scalars())


def last_checkpoint(store: EventStore) -> StoredCheckpoint | None:
    """The checkpoint of the most events; None before the first."""
    query = select(checkpoints.c.size).order_by(checkpoints.c.size.desc()).limit(1)
    with store.reading() as connection:
        size = connection.execute(query).scalar()
        return None if size is None else _read(connection, size)


def read_checkpoint(store: EventStore, size: int) -> StoredCheckpoint:
    """The checkpoint of a size.

    Raises:
        CheckpointRefused: there is none.
        NoteRefused: what is stored is no checkpoint: somebody changed it.
    """
    with store.reading() as connection:
        return _read(connection, size)


def checkpoint_covering(store: EventStore, position: int) -> StoredCheckpoint:
    """The first checkpoint that covers a position.

    Raises:
        CheckpointRefused: none does yet.
    """
    query = (
        select(checkpoints.c.size)
        .where(checkpoints.c.size >= position)
        .order_by(checkpoints.c.size)
        .limit(1)
    )
    with store.reading() as connection:
        size = connection.execute(query).scalar()
        if size is None:
            raise CheckpointRefused(
                f"No checkpoint covers position {position} yet.",
                next_step="Take one with `asn-ledger checkpoint`.",
            )
        return _read(connection, size)


def keep_checkpoint(store: EventStore, note: SignedNote) -> None:
    """Store a signed checkpoint; the same one again changes nothing.

    Raises:
        CheckpointRefused: another checkpoint of this size is stored.
    """
    size = notes.parse_checkpoint(note.body).size
    dialect = postgresql if store.dialect == "postgresql" else sqlite
    query = select(checkpoints.c.note).where(checkpoints.c.size == size)
    with store.writing() as connection:
        known = connection.execute(query).scalar()
        if known is None:
            row = dialect.insert(checkpoints).values(size=size, note=notes.note_bytes(note))
            connection.execute(row.on_conflict_do_nothing())  # another call signed the same
            known = connection.execute(query).scalar()
        if known is None or notes.parse_note(known).body != note.body:
            raise CheckpointRefused(
                f"Another checkpoint of {size} events is stored already.",
                next_step="Run `asn-ledger verify`; keep the ledger as it is.",
            )


def add_cosignatures(
    store: EventStore, data: bytes, witnesses: Iterable[VerifierKey]
) -> tuple[StoredCheckpoint, Sequence[VerifierKey]]:
    """Add the lines of known witnesses in a note to the stored checkpoint of its size.

    One line a witness: what is stored already stays. Lines of unknown keys are left out.

    Returns:
        The checkpoint as it is now, and the witnesses whose lines were in the note.

    Raises:
        NoteRefused: it cannot be read, or a witness's line is false.
        CheckpointRefused: it is no checkpoint of this ledger, or no witness signed it.
    """
    note = notes.parse_note(data)
    size = notes.parse_checkpoint(note.body).size
    stored = read_checkpoint(store, size)
    if stored.note.body != note.body:
        raise CheckpointRefused(
            f"The note is not the checkpoint of {size} events that this ledger signed.",
            next_step="Add the note that the witness signed for this ledger.",
        )
    cosigners = [key for key in witnesses if key.kind == notes.COSIGNATURE]
    signers = [key for key, _ in notes.signed_by(note, cosigners)]
    if not signers:
        raise CheckpointRefused(
            "No witness whose key was given has signed this note.",
            next_step="Give the verifier key that the witness printed, with --witness-key.",
        )
    known = {(key.name, key.key_id) for key in signers}
    dialect = postgresql if store.dialect == "postgresql" else sqlite
    with store.writing() as connection:  # read again in it: another call may have kept the line
        there = {(line.name, line.key_id) for line in _read(connection, size).note.signatures}
        for line in note.signatures:
            if (line.name, line.key_id) in known - there:
                there.add((line.name, line.key_id))
                row = dialect.insert(cosignatures).values(
                    size=size, name=line.name, key_id=line.key_id, signature=line.signature
                )
                connection.execute(row.on_conflict_do_nothing())
    return read_checkpoint(store, size), signers


def add_timestamp(store: EventStore, size: int, response: bytes) -> bool:
    """Keep a verified time stamp response beside its checkpoint; False if it was kept before."""
    digest = hashlib.sha256(response).digest()
    with store.writing() as connection:
        kept = select(timestamps.c.size).where(
            timestamps.c.size == size, timestamps.c.digest == digest
        )
        if connection.execute(kept).first() is not None:
            return False
        connection.execute(insert(timestamps).values(size=size, digest=digest, response=response))
    return True


def _read(connection: Connection, size: int) -> StoredCheckpoint:
    query = select(checkpoints.c.note).where(checkpoints.c.size == size)
    data = connection.execute(query).scalar()
    if data is None:
        raise CheckpointRefused(
            f"There is no checkpoint of {size} events.",
            next_step="`asn-ledger checkpoint --list` shows those there are.",
        )
    lines = connection.execute(
        select(cosignatures.c.name, cosignatures.c.key_id, cosignatures.c.signature)
        .where(cosignatures.c.size == size)
        .order_by(cosignatures.c.name, cosignatures.c.key_id)
    )
    note = notes.with_signatures(notes.parse_note(data), (Signature(*line) for line in lines))
    stamps = connection.execute(
        select(timestamps.c.response).where(timestamps.c.size == size).order_by("digest")
    )
    return StoredCheckpoint(notes.parse_checkpoint(note.body), note, tuple(stamps.scalars()))
