"""Putting a backup back: checked whole first, then one transaction, then erasures again.

The archive is read twice: once to see that every line, digest, version and the root of the tree are
right, once to store it. All tables and rows are stored in one transaction, so that a crash at any
line leaves a place where no ledger is founded, and `restore` can be run again.

Sealed parts of erased people do not come back: neither of those whose erasure the log orders, nor
of those whose keys were destroyed after the backup was made, which the key folder knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from ledger.access.access_entry import Entry, entry_of
from ledger.access.access_store import AccessStore
from ledger.canonical import instant_text
from ledger.copies.archive import Archive
from ledger.copies.archive_lines import (
    cosignature_of,
    erasure_of,
    note_of,
    refused,
    request_of,
    timestamp_of,
)
from ledger.copies.archive_walk import Parts, Walk, walk_of
from ledger.copies.backup import KIND
from ledger.copies.events_opened import founding_fields
from ledger.errors import invariant
from ledger.proofs.log_keys import TOPICS, log_keys
from ledger.proofs.merkle import EMPTY_FRONTIER, root
from ledger.proofs.note import (
    Checkpoint,
    NoteRefused,
    Signature,
    SignedNote,
    VerifierKey,
    opened,
    parse_note,
    with_signatures,
)
from ledger.proofs.tree_proofs import ProofRefused
from ledger.records import Head, NewEvent, RecordedEvent
from ledger.storage import founding
from ledger.storage.backend import Backend, Rows
from ledger.storage.tables import checkpoints, cosignatures, erasures, timestamps

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that was read whole and found right.

    Attributes:
        origin, size, root: of the log in it.
        erased: streams that the log orders to be erased, with the position of the order.
        withheld: how many events have their sealed parts elsewhere, or nowhere any more.
        false_checkpoints: sizes of those that do not fit the events, whoever signed them, or that
            no key of the log signed.
        unfinished: people in it who were to be erased, with sealed parts.
        keys: of the log, as its events name them.
        notes: the checkpoints in it that fit, by size, with the lines of witnesses.
        roots: of the log at the sizes that were asked for.
        looks: entries of the access log.
    """

    origin: str
    size: int
    root: bytes
    erased: dict[UUID, int]
    withheld: int
    false_checkpoints: tuple[int, ...]
    unfinished: int = 0
    keys: tuple[VerifierKey, ...] = ()
    notes: Mapping[int, SignedNote] = field(default_factory=dict)
    roots: Mapping[int, bytes] = field(default_factory=dict)
    looks: int = 0


def check_backup(
    archive: Archive,
    use: Callable[[RecordedEvent, Parts], None] | None = None,
    *,
    marks: Collection[int] = (),
) -> Checked:
    """Read a backup whole; nothing is stored, but `use` is given each event as it passes.

    Args:
        archive: the backup.
        use: see above.
        marks: sizes at which the root of the log is wanted.

    Raises:
        ArchiveRefused: it is none, or anything in it is not as it must be.
    """
    manifest = archive.manifest
    if manifest.get("kind") != KIND:
        raise refused(
            archive.path.name,
            "is no backup.",
            next_step="An audit bundle is read with `--ledger BUNDLE`; it is not restored.",
        )
    notes = dict(note_of(line, where) for where, line in archive.lines("checkpoints.jsonl"))
    walk = walk_of(archive, whole=True, marks={*notes, *marks})
    origin, naming = "", list[RecordedEvent]()
    for event, parts in walk:
        if event.id == 1:
            origin = str(founding_fields(event)["origin"])
        if event.topic in TOPICS:
            naming.append(event)
        if use is not None:
            use(event, parts)
    cosigned = _check_other_files(archive, walk)
    invariant(walk.frontier is not None, "a whole log has a frontier")
    whole = root(walk.frontier or EMPTY_FRONTIER, walk.size)
    _check_manifest(manifest, origin, walk, whole)
    keys = log_keys(naming)
    said_by_tree = {size: Checkpoint(origin, size, found) for size, found in walk.roots.items()}
    false = tuple(
        size for size, note in notes.items() if not _fits(note, keys, said_by_tree.get(size))
    )
    return Checked(
        origin=origin,
        size=walk.size,
        root=whole,
        erased=walk.erased,
        withheld=walk.withheld,
        false_checkpoints=false,
        unfinished=walk.unfinished,
        keys=keys,
        notes={
            size: with_signatures(parse_note(note), cosigned.get(size, ()))
            for size, note in notes.items()
            if size not in false
        },
        roots=walk.roots,
        looks=sum(1 for _ in _looks(archive)),
    )


def _looks(archive: Archive) -> Iterator[Entry]:
    """The entries of the access log, by number without gaps."""
    for number, (where, line) in enumerate(archive.lines("access.jsonl"), start=1):
        try:
            entry = entry_of(line)
        except ValueError:
            raise refused(where, "is no entry of an access log.") from None
        if entry.number != number:
            raise refused(where, f"has number {entry.number} where {number} is due.")
        yield entry


def _check_manifest(manifest: Mapping[str, Any], origin: str, walk: Walk, whole: bytes) -> None:
    said = manifest.get("origin"), manifest.get("size"), manifest.get("root")
    if said != (origin, walk.size, whole.hex()):
        raise refused("manifest.json", "says another origin, size or root than the events give.")
    recorded_at = None if walk.recorded_at is None else instant_text(walk.recorded_at)
    if manifest.get("recorded_at") != recorded_at:
        raise refused("manifest.json", "says another instant than that of the last event.")


def must_agree(checked: Checked) -> None:
    """Refuse a backup whose own checkpoints say that its events are others.

    Raises:
        ProofRefused: naming the checkpoints that do not fit.
    """
    if checked.false_checkpoints:
        sizes = ", ".join(str(size) for size in checked.false_checkpoints[:8])
        raise ProofRefused(
            f"Checkpoints in the backup (at {sizes} events) are not of the events in it, or no key "
            "of the ledger signed them: history was rewritten, or they were.",
            next_step="Compare it with an older backup and with a checkpoint kept elsewhere.",
        )


def _fits(note: bytes, keys: Sequence[VerifierKey], expected: Checkpoint | None) -> bool:
    try:
        return opened(note, keys)[0] == expected
    except NoteRefused:
        return False


def _check_other_files(archive: Archive, walk: Walk) -> dict[int, list[Signature]]:
    """The rest, line by line; gives the lines of witnesses by size."""
    for where, line in archive.lines("requests.jsonl"):
        _, _, _, first, count = request_of(line, where)
        if first is not None and first + count - 1 > walk.size:
            raise refused(where, "answers with positions that the log does not have.")
    for where, line in archive.lines("erasures.jsonl"):
        stream, position = erasure_of(line, where)
        if (stream, position) not in walk.orders:
            raise refused(where, "deletes what no event orders to be erased.")
    cosigned: dict[int, list[Signature]] = {}
    for where, line in archive.lines("cosignatures.jsonl"):
        size, name, key_id, signature = cosignature_of(line, where)
        cosigned.setdefault(size, []).append(Signature(name, key_id, signature))
    for where, line in archive.lines("timestamps.jsonl"):
        timestamp_of(line, where)
    for name in ("README.md", "tree.jsonl", "keys.jsonl"):
        if name != "README.md" and name in archive.members:
            raise refused(name, "has no place in a backup.")
        for _ in archive.lines(name):
            pass
    return cosigned


def restore(
    archive: Archive, backend: Backend, checked: Checked, *, erased: Collection[UUID]
) -> None:
    """Found a ledger with everything a checked backup holds.

    Args:
        archive: the backup.
        backend: the place, where nothing may be.
        checked: what `check_backup` gave for it.
        erased: streams whose keys are destroyed; their sealed parts stay away.

    Raises:
        LedgerExists, NotALedger, StoreError: what stands in the way; nothing was changed.
        OtherAccessLog: beside the place lies an access log that is not this backup's.
    """
    founding.must_be_free(backend)
    _put_back_looks(archive, backend, checked)
    gone = {*checked.erased, *erased}

    def fill(connection: Connection) -> None:
        walk = walk_of(archive, whole=True)
        insert_events(backend, connection, iter(walk), without=gone)
        _insert_rest(archive, backend, connection, checked)
        invariant(walk.frontier is not None, "a whole log has a frontier")
        after = Head(walk.size, walk.recorded_at, walk.frontier or EMPTY_FRONTIER)
        if root(after.frontier, after.position) != checked.root:
            raise refused(archive.path.name, "was changed while it was read.")
        backend.move_head(connection, Head(0, None, EMPTY_FRONTIER), after)

    founding.found_ledger(backend, fill)


def _put_back_looks(archive: Archive, backend: Backend, checked: Checked) -> None:
    """The access log comes first: a crash behind it leaves a log whose entries the next `restore`
    finds to be the same, never a ledger that committed to looks which are not there.
    """
    if not checked.looks:
        return
    kept = AccessStore.beside(backend, checked.origin)
    try:
        kept.put_back(_looks(archive))
    finally:
        kept.close()


def insert_events(
    backend: Backend,
    connection: Connection,
    walk: Iterator[tuple[RecordedEvent, Parts]],
    *,
    without: Collection[UUID] = (),
) -> None:
    """Store events as they are, with their sealed parts but those of some streams."""
    while chunk := list(islice(walk, _CHUNK)):
        rows = Rows(
            [_row(backend, event) for event, _ in chunk],
            [
                (event.id, key_class, blob)
                for event, parts in chunk
                for key_class, blob in parts
                if event.originator_id not in without
            ],
            [],
        )
        backend.insert_events(connection, rows)
        if rows.sealed:
            backend.insert_sealed(connection, rows)


def _row(backend: Backend, event: RecordedEvent) -> Any:
    return backend.event_row(
        event.id,
        NewEvent(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            topic=event.topic,
            state=event.state,
            effective_on=event.effective_on,
            context=event.context,
        ),
        backend.stamp(event.recorded_at, instant_text(event.recorded_at)),
        salt=event.salt,
        digest=event.sealed_digest,
        leaf=event.leaf,
    )


def _insert_rest(
    archive: Archive, backend: Backend, connection: Connection, checked: Checked
) -> None:
    known = (request_of(line, where) for where, line in archive.lines("requests.jsonl"))
    for chunk in _chunks(known):
        backend.insert_requests(connection, Rows([], [], chunk))
    # Every erasure that the log orders is carried out here: its sealed parts were left away above.
    rows = dict(erasure_of(line, where) for where, line in archive.lines("erasures.jsonl"))
    whole = {**checked.erased, **rows}
    if whole:
        connection.execute(
            insert(erasures),
            [{"stream": stream, "position": at} for stream, at in sorted(whole.items())],
        )
    for table, read in (
        (checkpoints, note_of),
        (cosignatures, cosignature_of),
        (timestamps, timestamp_of),
    ):
        read_all = (read(line, where) for where, line in archive.lines(f"{table.name}.jsonl"))
        for chunk in _chunks(read_all):
            names = [column.name for column in table.columns]
            connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in chunk])


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    following = iter(rows)
    while chunk := list(islice(following, _CHUNK)):
        yield chunk
