"""Reading what somebody kept of a log: a checkpoint, a consistency proof, or a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ledger.copies.archive import Archive, is_archive
from ledger.copies.archive_lines import refused
from ledger.copies.archive_walk import walk_of
from ledger.copies.bundle import KIND as BUNDLE
from ledger.copies.bundle_check import Proven, check_bundle
from ledger.copies.restore import Checked, check_backup, must_agree
from ledger.proofs.note import VerifierKey, opened
from ledger.proofs.prefix import Known
from ledger.proofs.proof_forms import MAX_PROOF_BYTES, ConsistencyProof, read_proof
from ledger.records import RecordedEvent


def read_known(path: Path, keys: Sequence[VerifierKey], origin: str) -> Known:
    """The state that a file tells of.

    Args:
        path: a signed checkpoint, a consistency proof up to one, a backup or an audit bundle.
        keys: of the log, and others that the reader trusts.
        origin: of the log.

    Raises:
        ArchiveRefused, NoteRefused, ProofRefused: it cannot be read, is signed by none of these
            keys, or is of another ledger.
    """
    if is_archive(path):
        return _of_archive(path, keys, origin)
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


def _of_archive(path: Path, keys: Sequence[VerifierKey], origin: str) -> Known:
    with Archive.open(path) as archive:
        is_bundle = archive.manifest.get("kind") == BUNDLE
        found: Checked | Proven
        if is_bundle:
            found = check_bundle(path, trusted=keys)
        else:
            found = check_backup(archive)
            must_agree(found)
    if found.origin != origin:
        raise refused(
            path.name, "is of another ledger.", next_step="Take a copy of the ledger in question."
        )
    whole = isinstance(found, Checked) or found.whole
    return Known(found.origin, found.size, found.root, leaves=_reading(path) if whole else None)


def _reading(path: Path) -> Callable[[], Iterator[RecordedEvent]]:
    def leaves() -> Iterator[RecordedEvent]:
        with Archive.open(path) as archive:
            for event, _ in walk_of(archive, whole=True):
                yield event

    return leaves
