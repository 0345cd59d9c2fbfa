"""What `members` means for all units at once: everybody's answers, counted up through the tree.

The people are answered once for each instrument asked about; who counts in a unit counts in all
above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from ledger.unit_tree import UnitTree
from projections.answer import MeasureResult, Status
from projections.cohort_people import People
from projections.cohort_view import Outcomes, View, outcome, outcomes
from projections.columns import SUBJECT
from projections.members import MEASURED, Counting, bands_between, empty, told_by
from projections.plan import Measure
from projections.plan_members import Members
from projections.tally import Tally

UNIT, STATUS, TOTAL, BAND = "unit", "status", "total", "band"
RANGE_LOW, RANGE_HIGH = "range_low", "range_high"
_PEOPLE, _LEAST, _MOST = "people", "least", "most"
Codes = Callable[[pl.Series], Iterator[Sequence[str]]]


def members(measure: Measure, rule: Members, view: View, people: People) -> Outcomes:
    """The outcome of each unit asked about."""
    subjects = people.frame[SUBJECT]
    hexes = view.frame.streams.hexes
    tallies = people.tallies(rule)
    nobody = empty(rule)

    def make(place: int) -> MeasureResult:
        return _told(measure, rule, tallies.get(hexes[subjects[place]], nobody))

    return outcomes(
        view,
        subjects,
        pl.Series(range(len(subjects)), dtype=pl.Int64),
        make,
        otherwise=_told(measure, rule, nobody),
    )


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
    rule: Members, numbers: pl.DataFrame, scale: int, codes: Codes, tree: UnitTree
) -> Mapping[str, Tally]:
    """By unit id what everybody in it or below it comes to.

    Args:
        rule: with the plan that was asked.
        numbers: everybody's answers, as `cohort.Cohort.numbers`, integers at `scale`.
        codes: the codes of the reasons of some subjects, in their order.
        tree: the units of the day.
    """
    placed = numbers.filter(pl.col(UNIT).is_not_null()).with_columns(
        pl.col(UNIT, STATUS, BAND).cast(pl.String)
    )
    found = _Upwards(rule, tree, scale)
    is_open = pl.col(STATUS).is_in(MEASURED) & (pl.col(RANGE_LOW) != pl.col(RANGE_HIGH))
    is_open = is_open.fill_null(value=False)
    found.groups(placed.filter(~is_open))
    found.open_ones(placed.filter(is_open))
    unknown = placed.filter(pl.col(STATUS) == Status.NOT_COMPUTABLE.value)
    for unit, why in zip(unknown[UNIT], codes(unknown[SUBJECT]), strict=True):
        for one in found.above(unit):
            one.why.update(why)
    return {unit: counting.tally() for unit, counting in found.units.items()}


class _Upwards:
    """Counts people in their unit and in all above it."""

    def __init__(self, rule: Members, tree: UnitTree, scale: int) -> None:
        self.units: dict[str, Counting] = {}
        self._rule = rule
        self._tree = tree
        self._scale = scale
        self._above: dict[str, list[Counting]] = {}

    def above(self, unit: str) -> list[Counting]:
        """The counts of a unit and of all above it."""
        if unit not in self._above:
            path = self._tree.path(unit)
            self._above[unit] = [self.units.setdefault(one, Counting(self._rule)) for one in path]
        return self._above[unit]

    def groups(self, rows: pl.DataFrame) -> None:
        """Everybody whose total is certain, by unit, status and band."""
        grouped = rows.group_by(UNIT, STATUS, BAND).agg(
            pl.len().alias(_PEOPLE), pl.col(TOTAL).sum()
        )
        for unit, status, band, people, total in grouped.iter_rows():
            exact = self._exact(total)
            for one in self.above(unit):
                one.add(status, people, band, (exact, exact, exact))

    def open_ones(self, rows: pl.DataFrame) -> None:
        """Those few whose total an open matter may still change."""
        names = (UNIT, STATUS, BAND, TOTAL, RANGE_LOW, RANGE_HIGH)
        for unit, status, band, *numbers in rows.select(names).iter_rows():
            total, low, high = (self._exact(one) for one in numbers)
            plan = self._rule.bound
            reached = [] if plan is None else bands_between(plan, low, high)
            for one in self.above(unit):
                one.add(status, 1, None, (total, low, high))
                one.bands.update([] if band is None else [band])
                one.reach(reached, 1)

    def _exact(self, number: int | None) -> Decimal:
        return Decimal(number or 0).scaleb(-self._scale)
