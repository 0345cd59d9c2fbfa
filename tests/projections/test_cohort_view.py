"""Numbers as integers: cuts and amounts mean the same as in exact decimals."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import hypothesis.strategies as st
import polars as pl
from hypothesis import given

from ledger.canonical import decimal_text
from projections.cohorts.view import at_least, interval_of, scale_of, scaled
from projections.plans.plan import Cuts, Interval, Mark, Value
from projections.table.tables import MOST_SCALED, unscaled

hundredths = st.decimals(0, 120, places=2)
fine = st.decimals("0.001", "119.999", places=3)


@st.composite
def cuts(draw: st.DrawFn) -> Cuts:
    """Adjoining intervals from 0 to 120, lower or upper edges inside, finer than the numbers."""
    lower = draw(st.booleans())
    middle = sorted(draw(st.sets(fine, max_size=5)))
    edges = [Decimal(0), *middle, Decimal(120)]
    intervals = []
    for place, (low, high) in enumerate(pairwise(edges)):
        last = place == len(edges) - 2
        code = Value((f"C{place}",), Mark.VERIFIED, "", "")
        intervals.append(Interval(low, lower or place == 0, high, (not lower) or last, code))
    return Cuts(Value("lower" if lower else "upper", Mark.VERIFIED, "", ""), tuple(intervals))


@given(cuts(), st.lists(hundredths), st.integers(2, 4))
def test_intervals_are_those_of_decimals(found: Cuts, numbers: list[Decimal], scale: int) -> None:
    """The interval of an integer is that of the number, though cuts are finer than the scale."""
    around = [one.low + shift for one in found.intervals for shift in (Decimal(0), Decimal("0.01"))]
    every = [one.quantize(Decimal("0.01")) for one in [*numbers, *around, Decimal("120.01")]]
    column = pl.Series("n", [scaled(one, scale) for one in every], dtype=pl.Int64).to_frame()
    places = column.select(interval_of(pl.col("n"), found, scale=scale).alias("place"))["place"]
    for number, place in zip(every, places, strict=True):
        assert (None if place is None else found.intervals[place]) == found.find(number)


@given(fine, st.lists(hundredths, min_size=1))
def test_a_target_finer_than_the_numbers(target: Decimal, numbers: list[Decimal]) -> None:
    """Whether a number reaches a target is decided exactly."""
    column = pl.Series("n", [scaled(one, 2) for one in numbers], dtype=pl.Int64).to_frame()
    reached = column.select(at_least(pl.col("n"), target, scale=2).alias("r"))["r"].to_list()
    assert reached == [one >= target for one in numbers]


@given(st.integers(-MOST_SCALED, MOST_SCALED), st.integers(0, 6))
def test_integers_become_canonical_text(number: int, scale: int) -> None:
    """An integer at a scale shows as the canonical text of its decimal, and goes back."""
    exact = Decimal(number).scaleb(-scale)
    assert unscaled(number, scale) == decimal_text(exact)
    assert scaled(exact, scale) == number
    assert scale_of([exact, Decimal(5)]) <= scale
