"""What `members` and `pattern` mean for all units at once: answers counted up through the tree.

The people are answered once for each instrument asked about; who counts in a unit counts in all
above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from projections.answer import MeasureResult, Status
from projections.cohorts.extra import lists_of, told_of
from projections.cohorts.people import WHY, People
from projections.cohorts.view import Outcomes, View, outcome, outcomes
from projections.plans.members import Members, Pattern
from projections.plans.plan import Measure
from projections.plans.tally import Tally
from projections.table.columns import SUBJECT
from projections.tracing.members import MEASURED, Counting, bands_between, empty, told_by
from projections.tracing.pattern import fitting

UNIT, STATUS, TOTAL, BAND = "unit", "status", "total", "band"
RANGE_LOW, RANGE_HIGH = "range_low", "range_high"
_PEOPLE, _ABOVE = "people", "above"
Codes = Callable[[pl.Series], pl.DataFrame]


def of_people(measure: Measure, rule: Members | Pattern, view: View, people: People) -> Outcomes:
    """The outcome of each unit asked about that is in the population."""
    if isinstance(rule, Pattern):
        return _pattern(measure, rule, view, people)
    return _members(measure, rule, view, people)


def _members(measure: Measure, rule: Members, view: View, people: People) -> Outcomes:
    subjects = people.frame.filter(pl.col(WHY).is_null())[SUBJECT]
    ids = [view.frame.streams.hexes[subject] for subject in subjects]
    tallies = people.tallies(rule, frozenset(ids))
    nobody = empty(rule)

    def make(place: int) -> MeasureResult:
        return _told(measure, rule, tallies.get(ids[place], nobody))

    places = pl.Series(range(len(ids)), dtype=pl.Int64)
    return outcomes(view, subjects, places, make, otherwise=_told(measure, rule, nobody))


def _pattern(measure: Measure, rule: Pattern, view: View, people: People) -> Outcomes:
    """Each unit's own facts, and what its people come to."""
    subjects = people.frame.filter(pl.col(WHY).is_null())[SUBJECT]
    ids = [view.frame.streams.hexes[subject] for subject in subjects]
    (source,) = rule.sources
    numbered, values = lists_of(rule, source, view, subjects)
    tallies = people.tallies(rule.members, frozenset(ids))
    nobody = empty(rule.members)
    own = [[values[code] for code in numbered.get(subject, ())] for subject in subjects]

    def fits(rows: Sequence[tuple[Any, ...]], tally: Tally) -> MeasureResult:
        return told_of(measure, rule, fitting(measure, rule, rows, tally, view.as_of))

    def make(place: int) -> MeasureResult:
        return fits(own[place], tallies.get(ids[place], nobody))

    places = pl.Series(range(len(ids)), dtype=pl.Int64)
    return outcomes(view, subjects, places, make, otherwise=fits((), nobody))


def _told(measure: Measure, rule: Members, tally: Tally) -> MeasureResult:
    told = told_by(measure, rule, tally)
    return outcome(
        measure,
        span=told.span,
        reach=told.reach,
        parameters=told.parameters,
        limits=told.limits,
        why=told.why,
        counted=told.counted,
    )


def tallies_of(
    rule: Members,
    numbers: pl.DataFrame,
    scale: int,
    codes: Codes,
    paths: Mapping[str, Sequence[str]],
) -> Mapping[str, Tally]:
    """By unit id what everybody in it or below it comes to.

    Args:
        rule: with the plan that was asked.
        numbers: everybody's answers, as `cohort.Cohort.numbers`, integers at `scale`.
        codes: the codes of the reasons of some subjects, as `cohort.Cohort.codes`.
        paths: by the unit in which people count, the ids of the units in which they are wanted.
    """
    places = [(unit, one) for unit, path in paths.items() for one in path]
    upwards = pl.DataFrame(places, schema={UNIT: pl.String, _ABOVE: pl.String}, orient="row")
    placed = numbers.filter(pl.col(UNIT).is_not_null()).with_columns(
        pl.col(UNIT, STATUS, BAND).cast(pl.String)
    )
    is_open = pl.col(STATUS).is_in(MEASURED) & (pl.col(RANGE_LOW) != pl.col(RANGE_HIGH))
    is_open = is_open.fill_null(value=False)
    found: dict[str, Counting] = {}

    def counting(unit: str) -> Counting:
        return found.setdefault(unit, Counting(rule))

    for unit, status, band, people, total in _grouped(placed.filter(~is_open), upwards):
        exact = Decimal(total or 0).scaleb(-scale)
        counting(unit).add(status, people, band, (exact, exact, exact))
    for unit, status, band, *ends in _each(placed.filter(is_open), upwards):
        total, low, high = (Decimal(one or 0).scaleb(-scale) for one in ends)
        one = counting(unit)
        one.add(status, 1, None, (total, low, high))
        one.bands.update([] if band is None else [band])
        one.reach([] if rule.bound is None else bands_between(rule.bound, low, high), 1)
    unknown = placed.filter(pl.col(STATUS) == Status.NOT_COMPUTABLE.value)
    why = codes(unknown[SUBJECT])
    counted = unknown.select(UNIT).hstack(why).join(upwards, on=UNIT).group_by(_ABOVE)
    for row in counted.agg(pl.col(why.columns).sum()).iter_rows(named=True):
        counting(row.pop(_ABOVE)).why.update({code: many for code, many in row.items() if many})
    return {unit: one.tally() for unit, one in found.items()}


def _grouped(rows: pl.DataFrame, upwards: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """By unit wanted, status and band, how many people there are and the sum of their totals."""
    added = (pl.col(_PEOPLE).sum(), pl.col(TOTAL).sum())
    people = rows.group_by(UNIT, STATUS, BAND).agg(pl.len().alias(_PEOPLE), pl.col(TOTAL).sum())
    return people.join(upwards, on=UNIT).group_by(_ABOVE, STATUS, BAND).agg(*added).iter_rows()


def _each(rows: pl.DataFrame, upwards: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Those few whose total an open matter may still change, in every unit wanted."""
    names = (_ABOVE, STATUS, BAND, TOTAL, RANGE_LOW, RANGE_HIGH)
    return rows.join(upwards, on=UNIT).select(names).iter_rows()
