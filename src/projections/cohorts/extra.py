"""What the rules of `plans.extra` mean for everybody at once.

The facts of each source are found in columns and reduced to what the rule reads of them: the newest
one, whether there is any, a sum and a count. Their distinct values are numbered, and each distinct
list of numbers is weighed once, by the same words as a single person's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from ledger.errors import ProgramError
from projections.answer import MeasureResult
from projections.cohorts.people import WHY, People
from projections.cohorts.view import Outcomes, View, last_of_subject, outcome, outcomes, scale_of
from projections.plans.extra import (
    ON,
    ROOT,
    UNTIL,
    All,
    Elapsed,
    Gathered,
    Grid,
    HeldPost,
    Mean,
    NoneInForce,
    Product,
    Share,
    Source,
    Tally,
)
from projections.plans.plan import Extra, Held, Measure
from projections.subject import POSITION
from projections.table.columns import (
    EFF_FROM,
    EFF_UNTIL,
    NO_END,
    SUBJECT,
    day_number,
    day_of_number,
    layout,
)
from projections.table.columns import ROOT as ROOT_COLUMN
from projections.table.tables import field_value
from projections.tracing.extra import source_values
from projections.tracing.weighed import Weighed
from projections.tracing.weighing import (
    FIRST_FACT,
    held_post,
    in_order,
    latest_day,
    mean_of,
    number_of,
    share_of,
    weigh,
    years_asked,
)

# With a space, as no field of a fact has.
_CODE, _VALUE, _COUNT, _ALL = "value number", "a value", "a count", "all of them"
# What a fact says of itself, by its column in the facts table.
_OWN = {ON: EFF_FROM, UNTIL: EFF_UNTIL, ROOT: ROOT_COLUMN}
_Row = tuple[Any, ...]
_Lists = dict[int, tuple[int, ...]]


def extra(measure: Measure, rule: Extra, view: View, people: People) -> Outcomes:
    """The outcome of everybody's facts, each distinct list of them weighed once."""
    if isinstance(rule, HeldPost):
        return _by_post(measure, rule, people.kinds)
    if not isinstance(rule, Gathered):
        raise ProgramError(f"{measure.name}: a rule without sources")
    if isinstance(rule, Mean):
        return _means(measure, rule, view)
    if isinstance(rule, Share):
        return _shares(measure, rule, view)
    measured = people.frame.filter(pl.col(WHY).is_null())[SUBJECT]
    found = [lists_of(rule, source, view, measured) for source in rule.sources]
    subjects = sorted(set().union(*(lists for lists, _ in found)))
    keys: dict[tuple[tuple[int, ...], ...], int] = {}
    places = [
        keys.setdefault(tuple(lists.get(subject, ()) for lists, _ in found), len(keys))
        for subject in subjects
    ]
    combinations = list(keys)
    values = [rows for _, rows in found]

    def make(key: int) -> MeasureResult:
        return _weighed(measure, rule, view, combinations[key], values)

    return outcomes(
        view,
        pl.Series(subjects, dtype=pl.UInt32),
        pl.Series(places, dtype=pl.Int64),
        make,
        otherwise=_weighed(measure, rule, view, tuple(() for _ in found), values),
    )


def _by_post(measure: Measure, rule: HeldPost, kinds: pl.Series) -> Outcomes:
    """One outcome for each kind of post, and a last one for whoever has none that is known."""
    choices = layout()[POSITION]["kind"].choices
    places = kinds.to_physical().cast(pl.UInt32).fill_null(len(choices))
    found = [held_post(measure, rule, kind) for kind in (*choices, None)]
    return Outcomes(
        places,
        [outcome(measure, span=one.span, parameters=one.parameters, why=one.why) for one in found],
    )


def _rows(source: Source, view: View) -> tuple[pl.DataFrame, list[str]]:
    """The facts of a source, in order within a subject; and the columns that it reads."""
    columns = [_OWN.get(key, key) for key in source.keys]
    held = isinstance(source.window, Held)
    masks = () if isinstance(source.window, Held) else view.in_window(source.window)
    return view.rows(source.kind, columns, *masks, where=source.where, covering=held), columns


def _reduced(rule: Gathered, rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """The rows that decide, so that people who differ in nothing else are weighed together."""
    if isinstance(rule, Product | Grid):
        return rows.filter(last_of_subject())
    if isinstance(rule, NoneInForce):
        there = pl.lit(view.day, pl.Int32).alias(EFF_FROM)
        return rows.filter(last_of_subject()).with_columns(there)
    if isinstance(rule, Elapsed):
        newest = rule.since.value != FIRST_FACT
        row = last_of_subject() if newest else (pl.col(SUBJECT) != pl.col(SUBJECT).shift(1))
        limit = day_number(latest_day(rule, view.as_of))
        reached = pl.when(pl.col(EFF_FROM) <= limit).then(limit).otherwise(view.day)
        return rows.filter(row.fill_null(value=True)).with_columns(reached.alias(EFF_FROM))
    if isinstance(rule, All):
        asked = years_asked(rule, view.as_of)
        first, last = (
            day_number(date(max(year, 1), month, day))
            for year, month, day in ((asked[0], 1, 1), (asked[-1], 12, 31))
        )
        within = rows.filter(pl.col("from") >= first, pl.col("to") <= last)
        return within.unique([SUBJECT, "from", "to"], keep="last", maintain_order=True)
    return rows


def lists_of(
    rule: Gathered, source: Source, view: View, measured: pl.Series
) -> tuple[_Lists, Sequence[_Row]]:
    """By subject the numbers of his facts; and what each number stands for.

    Only of those who are measured: nobody asks what the facts of the others come to.
    """
    rows, columns = _rows(source, view)
    rows = rows.filter(pl.col(SUBJECT).is_in(measured.implode()))
    coded, distinct = _numbered(_reduced(rule, rows, view), columns)
    # Points that are added up, or a maximum for every year, do not depend on the order.
    if isinstance(rule, Tally | All):
        coded = coded.sort(SUBJECT, _CODE)
    grouped = coded.group_by(SUBJECT, maintain_order=True).agg(pl.col(_CODE))
    lists = {
        subject: tuple(codes)
        for subject, codes in zip(grouped[SUBJECT], grouped[_CODE].to_list(), strict=True)
    }
    return lists, _values(source, view, distinct)


def _numbered(rows: pl.DataFrame, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Subject and number of each row's values; and the distinct values by their numbers."""
    distinct = rows.drop(SUBJECT).unique(columns, maintain_order=True).with_row_index(_CODE)
    numbered = rows.join(
        distinct.select(_CODE, *columns),
        on=list(columns),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return numbered.select(SUBJECT, _CODE), distinct


def _values(source: Source, view: View, distinct: pl.DataFrame) -> list[_Row]:
    shapes, scales = layout()[source.kind], view.table(source.kind, source.fields).scales
    return [
        tuple(
            _own(key, row) if key in _OWN else field_value(shapes[key], row, scales)
            for key in source.keys
        )
        for row in distinct.iter_rows(named=True)
    ]


def _once(source: Source, view: View, *, newest: bool) -> tuple[pl.DataFrame, list[_Row]]:
    """Numbered values that several measures read alike, as each part of one assessment."""
    held = isinstance(source.window, Held)
    met = tuple((one.field, one.codes.value, one.absent) for one in source.where)
    key = (source.kind, source.keys, met, held, source.window.after(view.as_of), newest)

    def make() -> tuple[pl.DataFrame, list[_Row]]:
        rows, columns = _rows(source, view)
        kept = rows.filter(last_of_subject()) if newest else rows
        coded, distinct = _numbered(kept, columns)
        return coded, _values(source, view, distinct)

    return view.once(key, make)


def _means(measure: Measure, rule: Mean, view: View) -> Outcomes:
    """Each subject's numbers summed up, as integers; each distinct sum and count weighed once."""
    (source,) = rule.sources
    coded, distinct = _once(source, view, newest=False)
    top = rule.of.value
    given = [number_of(rule, value) for (value,) in distinct]
    numbers = [None if one is None else min(one, top) for one in given]
    scale = scale_of(one for one in numbers if one is not None)
    whole = [None if one is None else int(one.scaleb(scale)) for one in numbers]
    value = pl.Series(_VALUE, whole, dtype=pl.Int128)
    found = (
        coded.with_columns(value.gather(coded[_CODE]))
        .group_by(SUBJECT, maintain_order=True)
        .agg(pl.col(_VALUE).sum(), pl.col(_VALUE).count().alias(_COUNT), pl.len().alias(_ALL))
    )
    return _keyed(
        measure,
        rule,
        view,
        found,
        lambda total, count, every: mean_of(
            measure, rule, Decimal(total).scaleb(-scale), count, lacking=every - count
        ),
    )


def _shares(measure: Measure, rule: Share, view: View) -> Outcomes:
    """Each subject's newest check counted; each distinct pair of counts weighed once."""
    (source,) = rule.sources
    coded, distinct = _once(source, view, newest=True)
    counts = [in_order(rule, value) for (value,) in distinct]
    good, every = ([one[place] for one in counts] for place in (0, 1))
    found = coded.select(
        SUBJECT,
        pl.Series(_COUNT, good, dtype=pl.Int64).gather(coded[_CODE]),
        pl.Series(_ALL, every, dtype=pl.Int64).gather(coded[_CODE]),
    )
    return _keyed(measure, rule, view, found, lambda one, most: share_of(measure, rule, one, most))


def _keyed(
    measure: Measure,
    rule: Gathered,
    view: View,
    found: pl.DataFrame,
    weighed: Callable[..., Weighed],
) -> Outcomes:
    """The outcome of each distinct row of counts beside the subjects."""
    columns = [name for name in found.columns if name != SUBJECT]
    coded, distinct = _numbered(found, columns)
    combinations = list(distinct.drop(_CODE).iter_rows())

    def make(key: int) -> MeasureResult:
        return told_of(measure, rule, weighed(*combinations[key]))

    return outcomes(
        view,
        coded[SUBJECT],
        coded[_CODE].cast(pl.Int64),
        make,
        otherwise=_weighed(measure, rule, view, ((),), [()]),
    )


def _own(key: str, row: Mapping[str, Any]) -> object:
    """What `Fact` says of itself: its legal day, its end or None, its root."""
    stored = row[_OWN[key]]
    if key == ROOT:
        return stored
    return None if stored == NO_END else day_of_number(stored)


def _weighed(
    measure: Measure,
    rule: Gathered,
    view: View,
    codes: tuple[tuple[int, ...], ...],
    values: Sequence[Sequence[_Row]],
) -> MeasureResult:
    found = [[rows[code] for code in here] for here, rows in zip(codes, values, strict=True)]
    return told_of(measure, rule, weigh(measure, rule, found, view.as_of))


def told_of(measure: Measure, rule: Gathered, weighed: Weighed) -> MeasureResult:
    """The outcome of facts that were weighed."""
    return outcome(
        measure,
        span=weighed.span,
        parameters=[*source_values(rule), *weighed.parameters],
        limits=weighed.limits,
        why=weighed.why,
        reach=weighed.reach,
        counted=weighed.counted,
    )
