"""A backup: one consistent copy of a live ledger in one file, the same for both databases.

Everything is read in one transaction that sees one state, while others go on appending: neither
program nor rights of the database server are needed beyond those of a reader. Positions, leaves,
salts and every stored byte come back identical from it, also on the other database. Keys are never
in it: they lie outside the ledger's database (`ledger.keys.key_folder`).

Trust: who has the file reads what is pseudonymous and no name. Who can change it can leave out the
latest events; a checkpoint kept elsewhere shows that (`ledger.proofs.prefix`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select, tuple_

from ledger.access.access_entry import entry_text
from ledger.access.access_store import AccessStore, Wanted
from ledger.canonical import instant_text
from ledger.copies.archive import README, ArchiveWriter, written
from ledger.copies.archive_lines import (
    cosignature_line,
    erasure_line,
    event_line,
    note_line,
    refused,
    request_line,
    sealed_line,
    timestamp_line,
)
from ledger.copies.archive_text import BACKUP
from ledger.proofs.merkle import EMPTY_FRONTIER, extend, root
from ledger.records import RecordedEvent, Request
from ledger.storage.reading import EVENT_COLUMNS, recorded_event
from ledger.storage.store import EventStore
from ledger.storage.store_errors import not_founded
from ledger.storage.tables import (
    LOG,
    checkpoints,
    cosignatures,
    erasures,
    events,
    heads,
    requests,
    sealed,
    timestamps,
)

KIND = "backup"
FOUNDED = "ledger.founded/1"
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds: the log up to a position, and its root."""

    origin: str
    size: int
    root: bytes
    sealed: int
    bytes: int
    looks: int


def backup(store: EventStore, out: Path) -> Saved:
    """Copy a ledger into a new file.

    Raises:
        FileExists: something of that name is there. ArchiveRefused: the database was changed by
            hand, so that a copy would pass damage off for a ledger. StoreError: it cannot be read.
    """
    with store.backend.snapshot() as connection:
        position, recorded_at, frontier = connection.execute(
            select(heads.c.position, heads.c.recorded_at, heads.c.frontier).where(
                heads.c.name == LOG
            )
        ).one()
        if position == 0:
            raise not_founded(store.backend.place)
        origin = _origin(connection)
        with written(out) as archive:
            archive.lines(README, (line.encode() for line in BACKUP.splitlines()))
            tree = _Tree()
            archive.lines("events.jsonl", tree.over(_events(connection, position)))
            if (tree.size, tree.frontier) != (position, frontier):
                raise refused(
                    "The head of the log",
                    "does not fit the events before it: the database was changed by hand.",
                    next_step="Run `asn-ledger verify`, and copy the database's files as they are.",
                )
            count = _rest(archive, connection, position)
            looks = _looks(archive, store, origin)
            whole = root(frontier, position)
            archive.finish(
                {
                    "kind": KIND,
                    "origin": origin,
                    "size": position,
                    "root": whole.hex(),
                    "recorded_at": instant_text(recorded_at),
                }
            )
    return Saved(origin, position, whole, count, out.stat().st_size, looks)


def _looks(archive: ArchiveWriter, store: EventStore, origin: str) -> int:
    """The access log, read after the log that commits to it: so it is never the shorter one."""
    if not AccessStore.is_beside(store.backend):
        return 0
    kept = AccessStore.beside(store.backend, origin)
    try:
        return archive.lines("access.jsonl", map(entry_text, kept.entries(Wanted())))
    finally:
        kept.close()


def _rest(archive: ArchiveWriter, connection: Connection, position: int) -> int:
    """Everything beside the events; gives how many sealed parts there are."""
    count = archive.lines("sealed.jsonl", _sealed(connection, position))
    archive.lines("requests.jsonl", _requests(connection))
    archive.lines("erasures.jsonl", _erasures(connection))
    notes = connection.execute(select(checkpoints).order_by(checkpoints.c.size))
    archive.lines("checkpoints.jsonl", (note_line(size, note) for size, note in notes))
    signed = connection.execute(select(cosignatures)).all()
    rows = sorted((row[0], row[1], row[2], row[3]) for row in signed)
    archive.lines("cosignatures.jsonl", (cosignature_line(*row) for row in rows))
    stamps = connection.execute(select(timestamps).order_by(timestamps.c.size, timestamps.c.digest))
    archive.lines("timestamps.jsonl", (timestamp_line(*row) for row in stamps))
    return count


class _Tree:
    """Writes the entries of events while their leaves grow into the tree."""

    def __init__(self) -> None:
        self.size = 0
        self.frontier = EMPTY_FRONTIER

    def over(self, chunks: Iterator[list[RecordedEvent]]) -> Iterator[bytes]:
        """The line of each event."""
        for chunk in chunks:
            self.frontier = extend(self.frontier, self.size, [event.leaf for event in chunk])
            self.size += len(chunk)
            yield from map(event_line, chunk)


def _origin(connection: Connection) -> str:
    first = connection.execute(
        select(events.c.topic, events.c.payload).where(events.c.position == 1)
    ).first()
    if first is None or first[0] != FOUNDED:
        raise refused(
            "Position 1", "does not hold the founding of a ledger.", next_step="Run `verify`."
        )
    payload: dict[str, Any] = orjson.loads(first[1])
    return str(payload["origin"])


def _events(connection: Connection, position: int) -> Iterator[list[RecordedEvent]]:
    for start in range(1, position + 1, _CHUNK):
        query = (
            select(*EVENT_COLUMNS)
            .where(events.c.position.between(start, start + _CHUNK - 1))
            .order_by(events.c.position)
        )
        yield list(map(recorded_event, connection.execute(query)))


def _sealed(connection: Connection, position: int) -> Iterator[bytes]:
    for start in range(1, position + 1, _CHUNK):
        rows = connection.execute(
            select(sealed).where(sealed.c.position.between(start, start + _CHUNK - 1))
        )
        # Sorted here, because a database may sort text otherwise than by its characters.
        for found, key_class, blob in sorted((row[0], row[1], row[2]) for row in rows):
            yield sealed_line(found, key_class, blob)


def _requests(connection: Connection) -> Iterator[bytes]:
    after: tuple[str, bytes] | None = None
    columns = (requests.c.actor, requests.c.key)
    while True:
        query = select(requests).order_by(*columns).limit(_CHUNK)
        if after is not None:
            query = query.where(tuple_(*columns) > tuple_(*after))
        rows = connection.execute(query).all()
        for actor, key, digest, first, count in rows:
            yield request_line(Request(actor, key, digest), first, count)
        if len(rows) < _CHUNK:
            return
        after = rows[-1][0], rows[-1][1]


def _erasures(connection: Connection) -> Iterator[bytes]:
    rows = connection.execute(select(erasures.c.stream, erasures.c.position)).all()
    for stream, position in sorted((row[0], row[1]) for row in rows):
        yield erasure_line(stream, position)
