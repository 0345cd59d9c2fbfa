"""What `latest` means for everybody at once: the newest appraised year, or its two halves.

The shape of a period is found by looking its two days up in a calendar of first and last days of
years and halves; what a period says is a small number, and what a year comes to is worked out once
for each distinct combination. The same as `tracing.latest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from ledger.errors import invariant
from projections import reasons
from projections.answer import MeasureResult
from projections.cohorts.view import Outcomes, View, constant, interval_of, outcome, outcomes
from projections.plans.plan import (
    Cuts,
    Entry,
    Latest,
    Mark,
    Measure,
    Span,
    Value,
    bounds,
)
from projections.plans.words import Halves
from projections.reasons import Reason
from projections.table.columns import EFF_FROM, SUBJECT, day_number, layout
from projections.tracing.case import ZERO, conditions, ratio_half_up, window_values

# Marks of days: eight times the year, and one of these; the difference of the marks of a period's
# last and first day then names its shape, and no other pair of days has the same difference.
_FIRST_JANUARY, _FIRST_JULY, _LAST_JUNE, _LAST_DECEMBER = 1, 2, 5, 7
_PER_YEAR = 8
_WHOLE = _LAST_DECEMBER - _FIRST_JANUARY
_FIRST_HALF = _LAST_JUNE - _FIRST_JANUARY
_SECOND_HALF = _LAST_DECEMBER - _FIRST_JULY
_PARTS = {_WHOLE: "", _FIRST_HALF: "-H1", _SECOND_HALF: "-H2"}

_PART, _YEAR, _ORDER = "part", "year", "order"
_SHIFT = 2**32
# What a period says: 0 nothing recorded, no predicate, another state, or a code of a regime. One
# word holds what a year comes to: other periods, year, and 14 bits for each of its three parts.
_NOTHING, _UNKNOWN, _STATES, _CODES = 0, 2, 10, 1_000
_INTERVALS = 500
_SAYS_BITS = 14
_NEVER = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one period comes to."""

    span: Span
    parameters: tuple[Value[Any], ...] = ()
    limits: tuple[Value[Any], ...] = ()
    why: tuple[Reason, ...] = ()


def latest(measure: Measure, rule: Latest, view: View) -> Outcomes:
    """The points of each subject's newest year: of its own fact, else the mean of its halves."""
    rows = view.rows(rule.facts, [EFF_FROM, "from", "to", *_said_fields(rule)], where=rule.where)
    begins, ends = _marks(rows["from"]), _marks(rows["to"])
    part, year = ends - begins, ends // _PER_YEAR
    halves = () if rule.halves.value is Halves.NOT_READ else (_FIRST_HALF, _SECOND_HALF)
    shaped = constant(value=False, kind=pl.Boolean(), height=rows.height)
    for shape in (_WHOLE, *halves):
        shaped |= part == shape
    others = rows.filter(~shaped)[SUBJECT]
    first, last = _years(rule, view.as_of)
    within = (year >= first) & (year <= last) & (rows[EFF_FROM] <= view.day)
    read = rows.with_columns(part.alias(_PART), year.alias(_YEAR)).filter(shaped & within)
    word = constant(_NEVER, pl.Int64(), view.frame.subjects)
    newest = _newest(read, _says(read, rule, view))
    word = word.scatter(newest[SUBJECT], newest[_ORDER] * 2)
    word = word.scatter(others, word[others] // 2 * 2 + 1)

    def make(key: int) -> MeasureResult:
        return _of_word(measure, rule, key)

    everybody = pl.Series(range(view.frame.subjects), dtype=pl.UInt32)
    return outcomes(view, everybody, word, make, otherwise=make(_NEVER))


def _said_fields(rule: Latest) -> Sequence[str]:
    return (rule.state_field, *rule.by, rule.score_field)


def _says(rows: pl.DataFrame, rule: Latest, view: View) -> pl.Series:
    """What each period says: its state, else the predicate, else the interval of the score."""
    regime, predicate = rule.by
    scale = view.table(rule.facts, [rule.score_field]).scales[rule.score_field]
    invariant(
        (len(layout()[rule.facts][regime].choices) + 1) * _CODES < 2**_SAYS_BITS,
        "there are more regimes than a word holds",
    )
    base = (pl.col(regime).to_physical().cast(pl.Int64) + 1) * _CODES
    by_score = pl.lit(None, pl.Int32)
    for code, cuts in rule.scores.items():
        place = interval_of(pl.col(rule.score_field), cuts, scale=scale)
        by_score = pl.when(pl.col(regime) == code).then(place).otherwise(by_score)
    says = (
        pl.when(pl.col(rule.state_field) != rule.state.value)
        .then(_STATES + pl.col(rule.state_field).to_physical().cast(pl.Int64))
        .when(pl.col(predicate).is_not_null())
        .then(base + pl.col(predicate).to_physical().cast(pl.Int64))
        .when(pl.col(rule.score_field).is_not_null() & by_score.is_not_null())
        .then(base + _INTERVALS + by_score)
        .otherwise(_UNKNOWN)
    )
    return rows.select(says.cast(pl.Int64).alias("says"))["says"]


def _marks(days: pl.Series) -> pl.Series:
    """The mark of each day, 0 for days that neither begin nor end a year or a half."""
    low, high = days.min(), days.max()
    if not isinstance(low, int) or not isinstance(high, int):
        return days
    calendar = pl.repeat(0, high - low + 1, dtype=pl.Int32, eager=True)
    start = date.fromordinal(low + date(1970, 1, 1).toordinal()).year
    until = date.fromordinal(high + date(1970, 1, 1).toordinal()).year
    places, marks = [], []
    for year in range(start, until + 1):
        for month, on, mark in (
            (1, 1, _FIRST_JANUARY),
            (7, 1, _FIRST_JULY),
            (6, 30, _LAST_JUNE),
            (12, 31, _LAST_DECEMBER),
        ):
            place = day_number(date(year, month, on)) - low
            if 0 <= place <= high - low:
                places.append(place)
                marks.append(year * _PER_YEAR + mark)
    calendar = calendar.scatter(places, marks)
    return calendar.gather((days - low).cast(pl.UInt32))


def _years(rule: Latest, as_of: date) -> tuple[int, int]:
    """The first and last year whose 31 December lies in the window."""
    after = rule.window.after(as_of)
    first = after.year if after < date(after.year, 12, 31) else after.year + 1
    last = as_of.year if as_of == date(as_of.year, 12, 31) else as_of.year - 1
    return first, last


def _newest(rows: pl.DataFrame, says: pl.Series) -> pl.DataFrame:
    """For each subject a word: the newest year, and what the last fact of each part says."""
    row = pl.Series(range(rows.height), dtype=pl.Int64)
    order = rows.select(SUBJECT, _PART, (rows[_YEAR].cast(pl.Int64) * _SHIFT + row).alias(_ORDER))
    of_part = [
        pl.col(_ORDER).filter(pl.col(_PART) == part).max().alias(str(part)) for part in _PARTS
    ]
    tops = order.group_by(SUBJECT).agg(pl.col(_ORDER).max(), *of_part)
    year = tops[_ORDER] // _SHIFT
    word = year
    for part in _PARTS:
        top = tops[str(part)]
        current = top.set((top // _SHIFT != year).fill_null(value=True), None)
        word = word * 2**_SAYS_BITS + says.gather(current % _SHIFT).fill_null(_NOTHING)
    return pl.DataFrame([tops[SUBJECT], word.alias(_ORDER)])


def _of_word(measure: Measure, rule: Latest, word: int) -> MeasureResult:
    word, other = divmod(word, 2)
    says: list[int] = []
    for _ in _PARTS:
        word, said = divmod(word, 2**_SAYS_BITS)
        says.insert(0, said)
    return _of_year(measure, rule, other=bool(other), year=word, says=says)


def _of_year(
    measure: Measure,
    rule: Latest,
    *,
    other: bool,
    year: int,
    says: Sequence[int],
) -> MeasureResult:
    """The outcome of a year whose parts say so."""
    fixed = [*conditions(rule.where), rule.period, *window_values(rule.window), rule.state]
    if other:
        fixed.append(rule.other)
    if year == _NEVER:
        nothing = _missing(rule, Reason(reasons.FACT_MISSING, measure.name, rule.facts))
        return _together(measure, rule, fixed, [nothing])
    whole, *halves = says
    parts = list(_PARTS.values())
    if whole != _NOTHING:
        return _together(measure, rule, fixed, [_of_part(measure, rule, whole, f"{year}")])
    fixed += [rule.halves, rule.decimals]
    readings = [
        _of_part(measure, rule, said, f"{year}{name}")
        for name, said in zip(parts[1:], halves, strict=True)
    ]
    return _together(measure, rule, fixed, readings)


def _together(
    measure: Measure, rule: Latest, fixed: Sequence[Value[Any]], readings: Sequence[_Reading]
) -> MeasureResult:
    span = readings[0].span
    if len(readings) > 1:
        count, decimals = Decimal(len(readings)), rule.decimals.value
        low = sum((one.span.low for one in readings), ZERO)
        high = sum((one.span.high for one in readings), ZERO)
        span = Span(ratio_half_up(low, count, decimals), ratio_half_up(high, count, decimals))
    return outcome(
        measure,
        span=span,
        parameters=[*fixed, *(value for one in readings for value in one.parameters)],
        limits=[value for one in readings for value in one.limits],
        why=[why for one in readings for why in one.why],
    )


def _of_part(measure: Measure, rule: Latest, says: int, part: str) -> _Reading:
    name = f"{rule.facts} {part}"
    codes = {_NOTHING: reasons.HALF_MISSING, _UNKNOWN: reasons.PREDICATE_UNKNOWN}
    if _STATES <= says < _CODES:
        state = layout()[rule.facts][rule.state_field].choices[says - _STATES]
        why = Reason(reasons.STATE_NOT_COUNTED, measure.name, f"{name} {state}")
        return _missing(rule, why)
    if says in codes:
        return _missing(rule, Reason(codes[says], measure.name, name))
    regime_field, predicate_field = (layout()[rule.facts][field] for field in rule.by)
    regime = regime_field.choices[says // _CODES - 1]
    place = says % _CODES
    if place < _INTERVALS:
        return _of_entry(rule.points[regime][predicate_field.choices[place]])
    return _of_interval(measure, rule, regime, place - _INTERVALS, name)


def _of_interval(measure: Measure, rule: Latest, regime: str, place: int, name: str) -> _Reading:
    """A number's code, or the bounds of several that it may mean."""
    cuts: Cuts = rule.scores[regime]
    codes = cuts.intervals[place].codes
    table = rule.points[regime]
    if codes.mark is not Mark.MISSING:
        reading = _of_entry(table[codes.value[0]])
        return _Reading(reading.span, (cuts.edge, codes, *reading.parameters))
    possible = [bounds(table[code]) for code in codes.value]
    span = Span(min(one.low for one in possible), max(one.high for one in possible))
    why = Reason(reasons.PREDICATE_UNKNOWN, measure.name, name)
    return _Reading(span, (cuts.edge,), (codes,), (why,))


def _of_entry(entry: Entry) -> _Reading:
    return _Reading(bounds(entry), (entry,))


def _missing(rule: Latest, why: Reason) -> _Reading:
    """As if nothing were recorded."""
    if rule.none.mark is Mark.MISSING:
        return _Reading(bounds(rule.none), limits=(rule.none,), why=(why,))
    return _Reading(bounds(rule.none), (rule.none,))
