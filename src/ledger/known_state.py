"""Reading what somebody kept of a log: a checkpoint, a consistency proof, or a later backup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.archive import Archive, is_archive
from ledger.archive_lines import refused
from ledger.archive_walk import walk_of
from ledger.note import MAX_NOTE_BYTES, VerifierKey, opened
from ledger.prefix import Known
from ledger.records import RecordedEvent
from ledger.restore import check_backup


def read_known(path: Path, keys: Sequence[VerifierKey], origin: str) -> Known:
    """The state that a file tells of.

    Args:
        path: a signed checkpoint, or a backup.
        keys: of the log, and others that the reader trusts.
        origin: of the log.

    Raises:
        ArchiveRefused, NoteRefused: it cannot be read, is signed by none of these keys, or is of
            another ledger.
    """
    if is_archive(path):
        return _of_backup(path, origin)
    with path.open("rb") as file:
        checkpoint, _ = opened(file.read(MAX_NOTE_BYTES + 1), keys, origin=origin)
    return Known(checkpoint.origin, checkpoint.size, checkpoint.root)


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
