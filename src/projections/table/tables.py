"""One kind of fact in memory: its rectangles with small types, a subject's rows next to each other.

Rows of a subject follow each other by legal day, then by the position that states them, which is
the order of `facts`. A row is never removed, so that any earlier position can be asked.
Amounts are integers at the table's scale of that column: `scale` 1 holds 22.5 as 225. An amount
that would need more than six decimals or more than 14 digits stands as text in a column of its own
(`wide`), and its integer is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from ledger.errors import invariant
from projections.table.batch import CORRECTION_SCHEMA
from projections.table.columns import (
    COUNTS_FROM,
    EFF_FROM,
    EFF_UNTIL,
    KNOWN_FROM,
    KNOWN_UNTIL,
    NO_END,
    OPENED,
    RECORDED_AT,
    ROOT,
    STATED_AT,
    STATED_SCHEMA,
    STILL,
    SUBJECT,
    UNTIL,
    Column,
    Storage,
    layout,
)

MOST_DECIMALS = 6
MOST_SCALED = 10**14
SERVICE = (ROOT, RECORDED_AT)
ALWAYS_READ = (UNTIL, COUNTS_FROM)
_CONTENT = "content"
# With a space, as no field of a fact has.
_CLOSED_AT, _ENDED_BY, _ENDED_AT, _ENDS_ON = "closed at", "ended by", "ended at", "ends on"
_REPLACES = "replaces"
_HOW = "how"


def wide(name: str) -> str:
    """The column that holds an amount's text where its integer cannot."""
    return f"{name} (text)"


@dataclass(frozen=True, slots=True)
class Corrections:
    """Everything that closes or ends a rectangle, in order of position.

    `content` of an `end` is the version of the event whose content it keeps. A new part shares the
    growing index with the old one: versions are named once and never change.
    """

    frame: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={**CORRECTION_SCHEMA, _CONTENT: pl.UInt32()})
    )
    behind: dict[tuple[int, int], int] = field(default_factory=dict)

    def extended(self, more: pl.DataFrame) -> tuple[Corrections, pl.DataFrame]:
        """With more of them; and those, with their `content`."""
        content: list[int] = []
        rows = more.select(SUBJECT, OPENED, _REPLACES, _HOW).iter_rows()
        for subject, opened, replaces, how in rows:
            kept = replaces
            while how != "correct" and (subject, kept) in self.behind:
                kept = self.behind[subject, kept]
            if how != "correct":
                self.behind[subject, opened] = kept
            content.append(kept)
        new = more.with_columns(pl.Series(_CONTENT, content, dtype=pl.UInt32))
        both = pl.concat([self.frame, new])
        invariant(
            not both.select(SUBJECT, _REPLACES).is_duplicated().any(),
            "two corrections replace the same event",
        )
        return Corrections(both, self.behind), new

    def version_of(self, subject: int, opened: int) -> int:
        """The version of the event that states what the rectangle opened by an event says."""
        return self.behind.get((subject, opened), opened)


@dataclass(frozen=True, slots=True)
class Table:
    """The rectangles of one kind of fact, with those of its fields that were asked for.

    Attributes:
        columns: the fields, and of SERVICE what was asked for.
        scales: of each amount, how many decimals its integers hold.
        wide: amounts of which some row stands as text.
        counts_from: whether some fact was stated again after a merge.
    """

    kind: str
    rows: pl.DataFrame
    columns: frozenset[str]
    scales: Mapping[str, int]
    wide: frozenset[str]
    counts_from: bool

    def known(self, position: int) -> pl.Expr:
        """Whether a rectangle was known at a position."""
        return pl.col(KNOWN_FROM).le(_position(position)) & pl.col(KNOWN_UNTIL).gt(
            _position(position)
        )

    def there(self, on: int) -> Sequence[pl.Expr]:
        """Whether a question about a day, given by its number, may see a fact at all."""
        if not self.counts_from:
            return ()
        return (pl.col(COUNTS_FROM).fill_null(on).le(_day(on)),)

    def covering(self, on: int) -> Sequence[pl.Expr]:
        """Whether a fact holds on a day, given by its number."""
        return (
            pl.col(EFF_FROM).le(_day(on)),
            pl.col(EFF_UNTIL).gt(_day(on)),
            *self.there(on),
        )


def _position(position: int) -> pl.Expr:
    return pl.lit(position, pl.UInt32)


def _day(on: int) -> pl.Expr:
    return pl.lit(on, pl.Int32)


def build(
    kind: str, stated: pl.DataFrame, corrections: pl.DataFrame, columns: Iterable[str]
) -> Table:
    """A table from everything stated of a kind and everything that was corrected of any kind.

    `stated` has the columns asked for and ALWAYS_READ.
    """
    asked = frozenset(columns)
    scales = {name: _decimals(stated[name]) for name in asked if _is_amount(kind, name)}
    rows = _put_together(_rectangles(_small(kind, stated, scales), asked), corrections)
    found = frozenset(name for name in scales if rows[wide(name)].null_count() < rows.height)
    merged = rows[COUNTS_FROM].null_count() < rows.height
    empty = [wide(name) for name in scales if name not in found]
    if not merged and COUNTS_FROM not in asked:
        empty.append(COUNTS_FROM)
    return Table(kind, rows.drop(empty).rechunk(), asked, scales, found, merged)


def extend(table: Table, stated: pl.DataFrame, corrections: pl.DataFrame) -> Table | None:
    """A table with what was recorded since; None when it has to be built anew.

    Only the rows of subjects that something was recorded about are touched; they move to the end.
    """
    if table.wide or any(_decimals(stated[name]) > s for name, s in table.scales.items()):
        return None
    if not table.counts_from and stated[COUNTS_FROM].null_count() < stated.height:
        return None
    new = _rectangles(_small(table.kind, stated, table.scales), table.columns)
    if any(new[wide(name)].null_count() < new.height for name in table.scales):
        return None
    touched = pl.concat([stated[SUBJECT], corrections[SUBJECT]]).unique()
    among = pl.col(SUBJECT).is_in(touched.implode())
    before = table.rows.filter(among)
    if before.is_empty() and new.is_empty():
        return table
    both = pl.concat([before, new.select(table.rows.columns)])
    rest = table.rows.filter(~among)
    rows = pl.concat([rest, _put_together(both, corrections)])
    return replace(table, rows=rows.rechunk())


def _is_amount(kind: str, name: str) -> bool:
    return name not in SERVICE and layout()[kind][name].storage is Storage.AMOUNT


def _small(kind: str, stated: pl.DataFrame, scales: Mapping[str, int]) -> pl.DataFrame:
    """Fields in the types they have in memory; base columns as they are."""
    shape = layout()[kind]
    made: list[pl.Series] = []
    for name in stated.columns:
        column = stated[name]
        if name in STATED_SCHEMA:
            made.append(column)
        elif name in scales:
            made += _scaled(column, scales[name])
        elif shape[name].storage is Storage.TEXT:
            made.append(column.cast(pl.Categorical))
        else:
            made.append(column)
    return pl.DataFrame(made)


def _rectangles(stated: pl.DataFrame, asked: frozenset[str]) -> pl.DataFrame:
    """Stated rows as rectangles that nothing has closed yet."""
    dropped = {*STATED_SCHEMA, UNTIL} - asked
    return stated.select(
        SUBJECT,
        OPENED,
        STATED_AT,
        pl.col(STATED_AT).alias(KNOWN_FROM),
        pl.lit(STILL, pl.UInt32).alias(KNOWN_UNTIL),
        EFF_FROM,
        pl.col(UNTIL).fill_null(NO_END).cast(pl.Int32).alias(EFF_UNTIL),
        *(name for name in stated.columns if name not in dropped),
    )


def _put_together(rows: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Copies for what was ended, then the positions at which rectangles were closed, then order."""
    if not corrections.is_empty():
        rows = _closed(_with_ended(rows, corrections), corrections)
    return rows.sort(SUBJECT, EFF_FROM, STATED_AT, KNOWN_FROM)


def _with_ended(rows: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    ends = corrections.filter(pl.col(_HOW) == "end").select(
        SUBJECT,
        pl.col(_CONTENT).alias(OPENED),
        pl.col(OPENED).alias(_ENDED_BY),
        pl.col(STATED_AT).alias(_ENDED_AT),
        pl.col(UNTIL).alias(_ENDS_ON),
    )
    if ends.is_empty():
        return rows
    copies = rows.join(ends, on=[SUBJECT, OPENED], how="inner").with_columns(
        pl.col(_ENDED_BY).alias(OPENED),
        pl.col(_ENDED_AT).alias(KNOWN_FROM),
        pl.lit(STILL, pl.UInt32).alias(KNOWN_UNTIL),
        pl.col(_ENDS_ON).alias(EFF_UNTIL),
    )
    return pl.concat([rows, copies.select(rows.columns)])


def _closed(rows: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    closings = corrections.select(
        SUBJECT, pl.col(_REPLACES).alias(OPENED), pl.col(STATED_AT).alias(_CLOSED_AT)
    )
    joined = rows.join(closings, on=[SUBJECT, OPENED], how="left", maintain_order="left")
    return joined.with_columns(
        pl.col(_CLOSED_AT).fill_null(pl.col(KNOWN_UNTIL)).alias(KNOWN_UNTIL)
    ).drop(_CLOSED_AT)


def _decimals(texts: pl.Series) -> int:
    """The most decimals of any amount, up to what integers hold."""
    longest = _fraction(texts).max()
    return min(longest, MOST_DECIMALS) if isinstance(longest, int) else 0


def _fraction(texts: pl.Series) -> pl.Series:
    """How many digits stand behind the point; null where the amount is."""
    point = texts.str.find(".", literal=True)
    behind = texts.str.len_bytes().cast(pl.Int64) - point.cast(pl.Int64) - 1
    return behind.fill_null(0).set(texts.is_null(), None)


def _scaled(texts: pl.Series, scale: int) -> Iterable[pl.Series]:
    """Integers at a scale, and the texts of those that do not fit."""
    name = texts.name
    fits = _fraction(texts) <= scale
    exact = texts.set(~fits.fill_null(value=True), None)
    numbers = exact.cast(pl.Decimal(38, scale), strict=False).to_physical()
    numbers = numbers.set((numbers.abs() > MOST_SCALED).fill_null(value=False), None).cast(pl.Int64)
    yield numbers.alias(name)
    yield texts.set(numbers.is_not_null(), None).alias(wide(name))


def unscaled(number: int, scale: int) -> str:
    """The canonical text of an integer at a scale: 225 at 1 is 22.5."""
    sign = "-" if number < 0 else ""
    whole, rest = divmod(abs(number), 10**scale)
    fraction = f"{rest:0{scale}}".rstrip("0") if scale else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def field_value(column: Column, row: Mapping[str, object], scales: Mapping[str, int]) -> object:
    """What an event said in a field, JSON-ready, from a table's row; None if it said nothing."""
    stored = row[column.name]
    if column.storage is Storage.AMOUNT:
        if isinstance(stored, int):
            return unscaled(stored, scales[column.name])
        return row.get(wide(column.name))
    return column.value(stored)
