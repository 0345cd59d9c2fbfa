"""What the rules of `cohort` work with: facts at one coordinate, and results by subject.

A leaf of the plan has few distinct outcomes: a handful of points, marks and reasons, however many
people. So a rule reduces each subject's facts to a key by vectorised comparisons, and the outcome
of each distinct key is worked out once, in exact decimals. Points in columns are integers at the
plan's scale.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, TypeVar

import polars as pl

from ledger.errors import invariant
from projections.answer import MeasureResult
from projections.plans.plan import (
    KNOWN,
    Condition,
    Cuts,
    Ever,
    Held,
    Measure,
    Span,
    Value,
    Window,
    values,
)
from projections.plans.tally import Counted
from projections.reasons import MATTER_OPEN, Reason
from projections.table.columns import EFF_FROM, SUBJECT, day_number, layout
from projections.table.frame import Frame
from projections.table.tables import SERVICE, Table

NUMBERS = ("low", "high", "reach_low", "reach_high")
MARKS = ("reasoned", "open")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class View:
    """The facts of all streams as visible on a legal day and known at a position."""

    frame: Frame
    as_of: date
    position: int
    _done: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def day(self) -> int:
        """The number of the legal day."""
        return day_number(self.as_of)

    def table(self, kind: str, columns: Iterable[str]) -> Table:
        """The table of a kind with at least these fields."""
        return self.frame.table(kind, columns)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made for a key before, as two measures may read the same facts alike."""
        if key not in self._done:
            self._done[key] = make()
        made: Made = self._done[key]
        return made

    def rows(
        self,
        kind: str,
        columns: Sequence[str],
        *masks: pl.Expr,
        where: Sequence[Condition] = (),
        covering: bool = False,
    ) -> pl.DataFrame:
        """Subject and columns of facts that a question may see, in order within a subject.

        `covering` keeps those that hold on the day. Base columns may be among the columns.
        """
        fields = [name for name in columns if name in layout()[kind] or name in SERVICE]
        table = self.table(kind, {*fields, *(one.field for one in where)})
        legal = table.covering(self.day) if covering else table.there(self.day)
        met = [condition_met(one) for one in where]
        found = table.rows.lazy().filter(table.known(self.position), *legal, *masks, *met)
        return found.select(SUBJECT, *columns).collect()

    def in_window(self, window: Window | Ever | Held) -> Sequence[pl.Expr]:
        """Whether a fact's legal day lies in a window that ends on the day."""
        after = window.after(self.as_of)
        upto = pl.col(EFF_FROM).le(pl.lit(self.day, pl.Int32))
        if after is None:
            return (upto,)
        return (upto, pl.col(EFF_FROM).gt(pl.lit(day_number(after), pl.Int32)))

    def spread(self, subjects: pl.Series, found: pl.Series, *, default: int) -> pl.Series:
        """A column by subject number, for all streams: what was found, else the default."""
        return constant(default, found.dtype, self.frame.subjects).scatter(subjects, found)


def constant(value: object, kind: pl.DataType, height: int) -> pl.Series:
    """A column of one value."""
    return pl.Series([value], dtype=kind).new_from_index(0, height)


def condition_met(condition: Condition) -> pl.Expr:
    """Whether a fact passes a `where`."""
    codes = sorted(condition.codes.value)
    if KNOWN in codes:
        return pl.col(condition.field).is_not_null() | pl.lit(condition.absent)
    if set(codes) <= {"true", "false"}:
        said = pl.col(condition.field).cast(pl.String)
        return said.is_in(codes).fill_null(condition.absent)
    return pl.col(condition.field).is_in(codes).fill_null(condition.absent)


def last_of_subject() -> pl.Expr:
    """The last row of each subject, where a subject's rows follow each other."""
    return (pl.col(SUBJECT) != pl.col(SUBJECT).shift(-1)).fill_null(value=True)


def scale_of(parts: Iterable[Decimal]) -> int:
    """How many decimals hold all of these numbers exactly."""
    return max((max(0, -int(one.as_tuple().exponent)) for one in parts), default=0)


def scaled(number: Decimal, scale: int) -> int:
    """A number as an integer at a scale that holds it exactly."""
    found = number.scaleb(scale)
    invariant(found == found.to_integral_value(), f"{number} does not fit scale {scale}")
    return int(found)


def decimals_of(part: object) -> Iterable[Decimal]:
    """Every number of points that a plan or a part of it can give."""
    for one in values(part):
        if isinstance(one.value, Decimal):
            yield one.value
        elif isinstance(one.value, Span):
            yield from (one.value.low, one.value.high)


def interval_of(number: pl.Expr, cuts: Cuts, *, scale: int) -> pl.Expr:
    """The place of the interval that holds an integer at a scale; null below 0 or above the top."""
    passed = [
        (at_least if one.low_inside else above)(number, one.low, scale=scale)
        for one in cuts.intervals
    ]
    top = cuts.intervals[-1]
    beyond = (above if top.high_inside else at_least)(number, top.high, scale=scale)
    place = pl.sum_horizontal([one.cast(pl.Int32) for one in passed]) - 1
    return pl.when(beyond.not_() & (place >= 0)).then(place)


def at_least(number: pl.Expr, cut: Decimal, *, scale: int) -> pl.Expr:
    """Whether an integer at a scale is a cut or above; exact, though the cut may be finer."""
    return number.ge(pl.lit(int(cut.scaleb(scale).to_integral_value(ROUND_CEILING)), pl.Int64))


def above(number: pl.Expr, cut: Decimal, *, scale: int) -> pl.Expr:
    """Whether an integer at a scale is above a cut; exact, though the cut may be finer."""
    return number.gt(pl.lit(int(cut.scaleb(scale).to_integral_value(ROUND_FLOOR)), pl.Int64))


def outcome(
    measure: Measure,
    *,
    span: Span,
    parameters: Iterable[Value[Any]],
    limits: Sequence[Value[Any]] = (),
    why: Sequence[Reason] = (),
    reach: Span | None = None,
    measures: Sequence[MeasureResult] = (),
    counted: Counted | None = None,
) -> MeasureResult:
    """A measure's result without the facts that led to it."""
    stated = (measure.maximum, measure.when, measure.employed)
    held = [one for one in stated if one is not None]
    return MeasureResult(
        name=measure.name,
        span=span,
        reach=span if reach is None else reach,
        maximum=measure.maximum.value,
        rule=measure.rule.NAME,
        cite=measure.cite,
        parameters=(*held, *parameters),
        limits=tuple(limits),
        measures=tuple(measures),
        reasons=tuple(why),
        counted=counted,
    )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a measure came to: for each stream the place of its outcome, and the outcomes."""

    by_stream: pl.Series
    results: Sequence[MeasureResult]

    def numbers(self, scale: int) -> dict[str, pl.Series]:
        """The outcomes as integers, and whether each has a reason and an open matter."""
        spans = [
            (one.span.low, one.span.high, one.reach.low, one.reach.high) for one in self.results
        ]
        columns = {
            name: pl.Series([scaled(span[place], scale) for span in spans], dtype=pl.Int64)
            for place, name in enumerate(NUMBERS)
        }
        whys = [[reason.code for reason in one.why()] for one in self.results]
        flags = ([bool(why) for why in whys], [MATTER_OPEN in why for why in whys])
        for name, marks in zip(MARKS, flags, strict=True):
            columns[name] = pl.Series(marks, dtype=pl.Boolean)
        return columns


def outcomes(
    view: View,
    subjects: pl.Series,
    keys: pl.Series,
    make: Callable[[int], MeasureResult],
    *,
    otherwise: MeasureResult,
) -> Outcomes:
    """Outcomes by the distinct keys, Int64, of the subjects found; all others have `otherwise`."""
    distinct = keys.unique()
    results = [otherwise, *(make(key) for key in distinct)]
    if len(results) == 1:
        return Outcomes(constant(0, pl.UInt32(), view.frame.subjects), results)
    places = pl.Series(range(1, len(results)), dtype=pl.UInt32)
    coded = keys.replace_strict(distinct, places, return_dtype=pl.UInt32)
    return Outcomes(view.spread(subjects, coded, default=0), results)
