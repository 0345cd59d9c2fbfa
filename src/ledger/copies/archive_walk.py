"""The events of an archive in order, each with its sealed parts, checked as they pass. Pure but for
what gives the lines.

What is looked at here holds for backups and bundles alike: positions and versions without gaps (in
a part of a log: rising), instants that never fall, sealed parts that are those of their event. What
the tree says is the caller's to compare: `frontier` of a whole log, `leaves` by position else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from ledger.canonical import sealed_digest
from ledger.copies.archive import Archive
from ledger.copies.archive_lines import event_of, refused, sealed_of
from ledger.proofs.merkle import EMPTY_FRONTIER, extend, root
from ledger.records import RecordedEvent

ERASURES = "employee.erased/*"
Parts = tuple[tuple[str, bytes], ...]
Lines = Iterator[tuple[str, bytes]]  # (place for messages, line)
_LEAVES_AT_ONCE = 1_000


class Walk:
    """One walk through the events of an archive or certificate; iterate it once, to the end.

    Attributes:
        size: how many events passed. last: the position of the last. recorded_at: of the last.
        frontier: of the Merkle tree over all leaves; None in a part of a log.
        roots: of a whole log, at those sizes that were asked for by `marks`.
        versions: the last version of each stream.
        erased: streams that an event orders to be erased, with its position; orders: all of them.
        sealed: how many events have sealed parts here. withheld: how many have them elsewhere.
        with_parts: the streams of those that have them here.
    """

    def __init__(
        self, events: Lines, sealed: Lines, *, whole: bool, marks: Collection[int] = ()
    ) -> None:
        self.size = 0
        self.last = 0
        self.recorded_at: datetime | None = None
        self.frontier: bytes | None = EMPTY_FRONTIER if whole else None
        self.versions: dict[UUID, int] = {}
        self.erased: dict[UUID, int] = {}
        self.orders: set[tuple[UUID, int]] = set()
        self.with_parts: set[UUID] = set()
        self.sealed = 0
        self.withheld = 0
        self.roots: dict[int, bytes] = {}
        self._marks = frozenset(marks)
        self._events = events
        self._parts = sealed
        self._fresh: list[bytes] = []

    def __iter__(self) -> Iterator[tuple[RecordedEvent, Parts]]:
        sealed = _sealed(self._parts)
        following = next(sealed, None)
        for where, line in self._events:
            event = event_of(line, where)
            self._place(event, where)
            parts: Parts = ()
            if following is not None and following[0] == event.id:
                parts = following[1]
                following = next(sealed, None)
            self._check_parts(event, parts, where)
            self._pass(event)
            yield event, parts
        if following is not None:
            raise refused(
                "sealed.jsonl", f"seals something at position {following[0]}, where no event is."
            )
        self._extend()

    @property
    def unfinished(self) -> int:
        """Of how many people an event orders the erasure, and sealed parts are here all the same:
        a copy made while it was carried out, or somebody kept them.
        """
        return len(self.with_parts & self.erased.keys())

    def _place(self, event: RecordedEvent, where: str) -> None:
        """Refuse an event that cannot stand here."""
        whole = self.frontier is not None
        if event.id <= self.last or (whole and event.id != self.last + 1):
            wanted = str(self.last + 1) if whole else f"one after {self.last}"
            raise refused(where, f"has position {event.id} where {wanted} is due.")
        if event.originator_version != self.versions.get(event.originator_id, 0) + 1:
            raise refused(
                where,
                f"is version {event.originator_version} of stream {event.originator_id.hex}, of "
                f"which {self.versions.get(event.originator_id, 0)} came before.",
            )
        if self.recorded_at is not None and event.recorded_at < self.recorded_at:
            raise refused(where, "was recorded before the event that precedes it.")

    def _check_parts(self, event: RecordedEvent, parts: Parts, where: str) -> None:
        if parts and sealed_digest(parts) != event.sealed_digest:
            raise refused(where, "has sealed parts that are not those its entry commits to.")
        if parts:
            self.sealed += 1
            self.with_parts.add(event.originator_id)
        elif event.sealed_digest is not None:
            self.withheld += 1

    def _pass(self, event: RecordedEvent) -> None:
        self.size += 1
        self.last = event.id
        self.recorded_at = event.recorded_at
        self.versions[event.originator_id] = event.originator_version
        if fnmatchcase(event.topic, ERASURES):
            self.erased.setdefault(event.originator_id, event.id)
            self.orders.add((event.originator_id, event.id))
        if self.frontier is not None:
            self._fresh.append(event.leaf)
            if len(self._fresh) == _LEAVES_AT_ONCE or self.size in self._marks:
                self._extend()

    def _extend(self) -> None:
        """Take the leaves since the last time into the tree."""
        if self.frontier is not None and self._fresh:
            before = self.size - len(self._fresh)
            self.frontier = extend(self.frontier, before, self._fresh)
            self._fresh.clear()
            if self.size in self._marks:
                self.roots[self.size] = root(self.frontier, self.size)


def walk_of(archive: Archive, *, whole: bool, marks: Collection[int] = ()) -> Walk:
    """A walk through the events of an archive."""
    events, sealed = archive.lines("events.jsonl"), archive.lines("sealed.jsonl")
    return Walk(events, sealed, whole=whole, marks=marks)


def _sealed(lines: Lines) -> Iterator[tuple[int, Parts]]:
    """(position, parts by class) in order."""
    for position, rows in groupby(_rising(lines), key=itemgetter(0)):
        yield position, tuple((key_class, blob) for _, key_class, blob in rows)


def _rising(lines: Lines) -> Iterator[tuple[int, str, bytes]]:
    before: tuple[int, str] = (0, "")
    for where, line in lines:
        position, key_class, blob = sealed_of(line, where)
        if (position, key_class) <= before:
            raise refused(where, "does not follow the line before it.")
        before = position, key_class
        yield position, key_class, blob
