"""The facts table in memory: all rectangles of all streams up to a position, one table a kind.

A frame never changes; `advanced` gives another one that shares what did not change. Tables are
loaded when a kind is first asked for, with the fields that were asked for. Everything answered from
a frame at a position equals what `ledger.domain.facts.history` tells of the events up to there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import polars as pl

from ledger.domain.facts import Fact, History
from ledger.errors import invariant
from projections.table.batch import (
    DISPUTE,
    DISPUTE_SCHEMA,
    Batch,
    Piece,
    Streams,
    instant_of,
    with_fields,
)
from projections.table.columns import (
    EFF_FROM,
    EFF_UNTIL,
    NO_END,
    OPENED,
    RECORDED_AT,
    ROOT,
    STATED_AT,
    STATED_SCHEMA,
    SUBJECT,
    day_of_number,
    layout,
)
from projections.table.tables import (
    ALWAYS_READ,
    SERVICE,
    Corrections,
    Table,
    build,
    extend,
    field_value,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """All facts as recorded up to `position`.

    Attributes:
        streams: subjects by their number; those beyond `subjects` came later.
        subjects: how many streams there were.
        pieces: where the facts lie, in order of position.
    """

    position: int
    streams: Streams
    subjects: int
    pieces: tuple[Piece, ...]
    corrections: Corrections
    disputes: pl.DataFrame
    _tables: dict[str, Table] = field(default_factory=dict)
    _ranks: dict[int, pl.Series] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def table(self, kind: str, columns: Iterable[str] = ()) -> Table:
        """The table of a kind with at least these fields; `root` and `recorded_at` are such too.

        Raises:
            SegmentDamaged: another process took the segments away; ask for the frame again.
        """
        with self._lock:
            found = self._tables.get(kind)
            wanted = frozenset(columns) | (frozenset() if found is None else found.columns)
            if found is None or wanted != found.columns:
                found = self._load(kind, wanted)
                self._tables[kind] = found
            return found

    def loaded(self) -> tuple[str, ...]:
        """The kinds of facts that are in memory."""
        with self._lock:
            return tuple(self._tables)

    def in_order(self, subjects: pl.Series) -> pl.Series:
        """Subjects ordered by stream."""
        with self._lock:
            ranks = self._ranks.get(self.subjects)
            if ranks is None:
                hexes = pl.Series(self.streams.hexes[: self.subjects], dtype=pl.String)
                ranks = self._ranks[self.subjects] = hexes.rank("ordinal").cast(pl.UInt32)
        return subjects.gather(ranks.gather(subjects).arg_sort())

    def disputed(self, position: int) -> dict[int, dict[int, str]]:
        """By subject, the roots that somebody contested at a position, by the id of the dispute.

        Contests of annulled facts are left out, as in `ledger.domain.facts`.
        """
        live: dict[tuple[int, int], str] = {}
        known = self.disputes.filter(pl.col(STATED_AT) <= position)
        for subject, root, dispute in known.select(SUBJECT, ROOT, DISPUTE).iter_rows():
            if dispute is None:
                live.pop((subject, root), None)
            else:
                live[subject, root] = dispute
        found: dict[int, dict[int, str]] = {}
        if live:
            annulled = self._annulled(position)
            for (subject, root), dispute in live.items():
                if (subject, root) not in annulled:
                    found.setdefault(subject, {})[root] = dispute
        return found

    def _annulled(self, position: int) -> set[tuple[int, int]]:
        known = self.corrections.frame.filter(pl.col(STATED_AT) <= position)
        last = known.group_by(SUBJECT, ROOT).agg(pl.col("how").sort_by(STATED_AT).last())
        return set(last.filter(pl.col("how") == "annul").select(SUBJECT, ROOT).iter_rows())

    def histories(
        self, subjects: Sequence[int], *, position: int, fields: Mapping[str, Iterable[str]]
    ) -> dict[int, History]:
        """What `facts.history` gives for these subjects, of these kinds with these fields.

        Subjects without any such fact have an empty history. `position` of each is the one asked
        for.
        """
        found: dict[int, dict[str, list[Fact]]] = {subject: {} for subject in subjects}
        among = pl.Series(SUBJECT, sorted(found), dtype=pl.UInt32).implode()
        for kind, names in fields.items():
            table = self.table(kind, (*names, *SERVICE))
            rows = table.rows.filter(pl.col(SUBJECT).is_in(among), table.known(position))
            for row in rows.iter_rows(named=True):
                by_kind = found[row[SUBJECT]]
                by_kind.setdefault(kind, []).append(self._fact(table, row))
        disputed = self.disputed(position)
        return {
            subject: History(by_kind, disputed.get(subject, {}), position)
            for subject, by_kind in found.items()
        }

    def _fact(self, table: Table, row: Mapping[str, Any]) -> Fact:
        shape = layout()[table.kind]
        fields = {
            name: value
            for name in table.columns
            if name not in SERVICE
            and (value := field_value(shape[name], row, table.scales)) is not None
        }
        counts_from = row.get("counts_from")
        return Fact(
            kind=table.kind,
            root=row[ROOT],
            version=self.corrections.version_of(row[SUBJECT], row[OPENED]),
            position=row[STATED_AT],
            recorded_at=instant_of(row[RECORDED_AT]),
            effective_on=day_of_number(row[EFF_FROM]),
            until=None if row[EFF_UNTIL] == NO_END else day_of_number(row[EFF_UNTIL]),
            fields=fields,
            counts_from=None if counts_from is None else day_of_number(counts_from),
        )

    def _load(self, kind: str, columns: frozenset[str]) -> Table:
        fields = sorted({*columns, *ALWAYS_READ} - set(SERVICE))
        nothing = with_fields(pl.DataFrame(schema=dict(STATED_SCHEMA)), kind, fields)
        stated = pl.concat([nothing, *(piece.stated(kind, fields) for piece in self.pieces)])
        return build(kind, stated, self.corrections.frame, columns)

    def advanced(self, batch: Batch, *, subjects: int) -> Frame:
        """The frame after more events. `subjects` is how many streams there are now."""
        invariant(batch.first == self.position + 1, "a facts table goes on where it ended")
        corrections, new = self.corrections.extended(batch.corrections)
        tables: dict[str, Table] = {}
        with self._lock:
            before = dict(self._tables)
        for kind, table in before.items():
            if kind in batch.kinds or not new.is_empty():
                fields = sorted({*table.columns, *ALWAYS_READ} - set(SERVICE))
                grown = extend(table, batch.stated(kind, fields), new)
                if grown is not None:
                    tables[kind] = grown
            else:
                tables[kind] = table
        return Frame(
            position=batch.last,
            streams=self.streams,
            subjects=subjects,
            pieces=(*self.pieces, batch),
            corrections=corrections,
            disputes=pl.concat([self.disputes, batch.disputes]),
            _tables=tables,
            _ranks=self._ranks if subjects == self.subjects else {},
        )

    def resting_on(self, pieces: Sequence[Piece]) -> Frame:
        """The same facts, read from other pieces from here on."""
        invariant(pieces[-1].last == self.position, "pieces end where the frame does")
        with self._lock:
            tables = dict(self._tables)
        return Frame(
            self.position,
            self.streams,
            self.subjects,
            tuple(pieces),
            self.corrections,
            self.disputes,
            tables,
            self._ranks,
        )


def empty_frame() -> Frame:
    """The frame before the first event."""
    return Frame(0, Streams(), 0, (), Corrections(), pl.DataFrame(schema=dict(DISPUTE_SCHEMA)))


def frame_of(pieces: Sequence[Piece], streams: Streams) -> Frame:
    """The frame of adjoining pieces from position 1 on."""
    if not pieces:
        return empty_frame()
    corrections, _ = Corrections().extended(pl.concat([one.corrections for one in pieces]))
    disputes = pl.concat([one.disputes for one in pieces])
    return Frame(pieces[-1].last, streams, len(streams), tuple(pieces), corrections, disputes)
