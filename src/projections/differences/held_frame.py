"""The facts table as if some of what it tells had stood still: states between two answers.

A held frame answers like the frame it rests on, but for posts, references and units, which stay
as they were at a coordinate, and for facts of later days, which stay as far ahead as they were.
With it `cohort` works out for everybody the states that `compare` walks through for one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from ledger.domain.sanction import FILINGS
from ledger.domain.unit_tree import UNIT, UNIT_CLOSED
from projections.cohorts.people import REFERENCE
from projections.subject import POSITION
from projections.table.columns import (
    COUNTS_FROM,
    EFF_FROM,
    EFF_UNTIL,
    KNOWN_FROM,
    KNOWN_UNTIL,
    NO_END,
    STILL,
    SUBJECT,
    day_number,
)
from projections.table.frame import Frame
from projections.table.tables import Table

_FILED_ON = "filed_on"


@dataclass(frozen=True, slots=True)
class At:
    """A coordinate: a legal day and a position."""

    on: date
    position: int


@dataclass(frozen=True, slots=True)
class HeldFrame(Frame):
    """A frame in which something stands still.

    Attributes:
        base: what it rests on.
        surroundings: references and units are those visible and known there.
        posts: posts held are those held there.
        ahead: facts of days after the first lie as far after the last.
        among: facts of all other people are left out, so that few are answered fast.
    """

    base: Frame | None = None
    surroundings: At | None = None
    posts: At | None = None
    ahead: tuple[date, date] | None = None
    among: pl.Series | None = None
    _held: dict[tuple[str, frozenset[str]], Table] = field(default_factory=dict)

    def table(self, kind: str, columns: Iterable[str] = ()) -> Table:
        """As `Frame.table`, with what stands still."""
        wanted = frozenset(columns)
        if kind in FILINGS:
            wanted |= {_FILED_ON}
        if self.base is None:
            return Frame.table(self, kind, wanted)
        table = self.base.table(kind, wanted)
        key = (kind, table.columns)
        if key not in self._held:
            self._held[key] = self._still(table)
        return self._held[key]

    def _still(self, table: Table) -> Table:
        if table.kind in (REFERENCE, UNIT, UNIT_CLOSED):
            return table if self.surroundings is None else _pinned(table, self.surroundings)
        if self.among is not None:
            own = pl.col(SUBJECT).is_in(self.among.implode())
            table = replace(table, rows=table.rows.filter(own))
        if table.kind == POSITION and self.posts is not None:
            return _pinned(table, self.posts)
        return table if self.ahead is None else _kept_ahead(table, *self.ahead)


def held(
    frame: Frame,
    *,
    surroundings: At | None = None,
    posts: At | None = None,
    ahead: tuple[date, date] | None = None,
    among: pl.Series | None = None,
) -> HeldFrame:
    """A frame over another in which something stands still."""
    return HeldFrame(
        position=frame.position,
        streams=frame.streams,
        subjects=frame.subjects,
        pieces=frame.pieces,
        corrections=frame.corrections,
        disputes=frame.disputes,
        base=frame,
        surroundings=surroundings,
        posts=posts,
        ahead=ahead,
        among=among,
    )


def _pinned(table: Table, at: At) -> Table:
    """What was visible and known at a coordinate, visible ever after and always known."""
    rows = table.rows.filter(table.known(at.position), *table.covering(day_number(at.on)))
    always = [
        pl.lit(0, pl.UInt32).alias(KNOWN_FROM),
        pl.lit(STILL, pl.UInt32).alias(KNOWN_UNTIL),
        pl.lit(NO_END, pl.Int32).alias(EFF_UNTIL),
    ]
    if table.counts_from:
        always.append(pl.lit(None, pl.Int32).alias(COUNTS_FROM))
    return replace(table, rows=rows.with_columns(always))


def _kept_ahead(table: Table, first: date, last: date) -> Table:
    """Every day after the first moved on by what lies between the two."""
    after, by = day_number(first), (last - first).days
    names = [EFF_FROM]
    names += [COUNTS_FROM] if table.counts_from else []
    names += [_FILED_ON] if table.kind in FILINGS else []
    days = [
        pl.when(pl.col(name) > after).then(pl.col(name) + by).otherwise(pl.col(name)).alias(name)
        for name in names
    ]
    return replace(table, rows=table.rows.with_columns(days))
