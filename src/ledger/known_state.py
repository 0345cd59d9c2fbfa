"""Reading what somebody kept of a log: a checkpoint, a consistency proof, or a later backup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.archive import Archive, is_archive
from ledger.archive_lines import refused
from ledger.archive_walk import walk_of
from ledger.note import VerifierKey, opened
from ledger.prefix import Known
from ledger.proof_forms import MAX_PROOF_BYTES, ConsistencyProof, read_proof
from ledger.records import RecordedEvent
from ledger.restore import check_backup


def read_known(path: Path, keys: Sequence[VerifierKey], origin: str) -> Known:
    """The state that a file tells of.

    Args:
        path: a signed checkpoint, a consistency proof up to one, or a backup.
        keys: of the log, and others that the reader trusts.
        origin: of the log.

    Raises:
        ArchiveRefused, NoteRefused, ProofRefused: it cannot be read, is signed by none of these keys, or is of
            another ledger.
    """
    if is_archive(path):
        return _of_backup(path, origin)
    with path.open("rb") as file:
        data = file.read(MAX_PROOF_BYTES + 1)
    proof = None
    if data.startswith(b"{"):
        read = read_proof(data)
        if not isinstance(read, ConsistencyProof):
            raise refused(
                path.name,
                "is no consistency proof.",
                next_step="Make one with `asn-ledger prove` from the size of this ledger.",
            )
        proof, data = (read.old_size, read.old_root, read.path), read.note
    checkpoint, _ = opened(data, keys, origin=origin)
    return Known(checkpoint.origin, checkpoint.size, checkpoint.root, proof)


def _of_backup(path: Path, origin: str) -> Known:
    with Archive.open(path) as archive:
        checked = check_backup(archive)
    if checked.origin != origin:
        raise refused(
            path.name, "is of another ledger.", next_step="Take a copy of the ledger in question."
        )

    def leaves() -> Iterator[RecordedEvent]:
        with Archive.open(path) as archive:
            for event, _ in walk_of(archive, whole=True):
                yield event

    return Known(checked.origin, checked.size, checked.root, leaves=leaves)
