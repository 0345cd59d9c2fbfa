"""Ranks: equal points share one, and as many are left out behind them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from projections.decisions.dossier import Points, ranks_of

POINTS = st.lists(st.tuples(st.integers(0, 3).map(Decimal), st.integers(0, 2).map(Decimal)))


@given(POINTS)
def test_a_rank_says_how_many_are_better(points: list[Points]) -> None:
    """One more than those with greater points, compared measure by measure."""
    found = ranks_of(points)
    assert set(found) == set(points)
    for one in points:
        assert found[one] == 1 + sum(other > one for other in points)
