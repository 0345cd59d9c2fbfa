"""Figures about few people: what is shown never lets what is hidden be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from api.queries.small_cells import FEWEST, OWN, WHOLE, Parts, hidden

UNITS = [f"u{place}" for place in range(7)]
Tree = tuple[Parts, dict[str, int]]


ANY, FEW = st.integers(0, 9), st.integers(0, 3)
MANY = st.sampled_from([0, *range(FEWEST, 10)])


@st.composite
def trees(
    draw: st.DrawFn,
    people: st.SearchStrategy[int] = ANY,
    elsewhere: st.SearchStrategy[int] = FEW,
) -> Tree:
    """A tree of units, with how many people serve directly in each, and in none of them."""
    parents: dict[str, str | None] = {}
    for place, unit in enumerate(UNITS):
        above = draw(st.integers(-1, place - 1))
        parents[unit] = None if above < 0 else UNITS[above]
    own = {unit: draw(people) for unit in UNITS}
    return Parts.of(parents), totals(Parts.of(parents), {**own, WHOLE: draw(elsewhere)})


def totals(parts: Parts, own: Mapping[str, int]) -> dict[str, int]:
    """The figure of each key with all below it, from those directly in each."""
    found = {one + OWN: count for one, count in own.items()}
    for whole in reversed(parts.descending()):
        if not whole.endswith(OWN):
            found[whole] = sum(found[one] for one in parts.below[whole])
    return found


def derived(equations: Sequence[Sequence[str]], shown: set[str]) -> set[str]:
    """Whatever follows, one step after the other, from sums of which all but one are known."""
    known = set(shown)
    while True:
        more = {
            missing[0]
            for one in equations
            if len(missing := [key for key in one if key not in known]) == 1
        }
        if not more:
            return known
        known |= more


def equations(parts: Parts) -> list[list[str]]:
    """Each whole with its parts."""
    return [[whole, *below] for whole, below in parts.below.items()]


@given(trees())
def test_nothing_small_is_shown_or_follows_from_what_is_shown(tree: Tree) -> None:
    """No figure of one to four people is shown, and none can be reckoned from the others."""
    parts, counts = tree
    gone = hidden(parts, counts)
    shown = {key for key in counts if key not in gone}
    known = derived(equations(parts), shown)
    assert [key for key in known if 0 < counts[key] < FEWEST] == []


@given(trees())
def test_what_is_missing_beside_a_shown_whole_is_many(tree: Tree) -> None:
    """Hidden parts of a shown whole are two or more, with five people or more together."""
    parts, counts = tree
    gone = hidden(parts, counts)
    for whole, below in parts.below.items():
        missing = [counts[one] for one in below if one in gone]
        if whole not in gone and missing:
            assert len(missing) > 1
            assert sum(missing) >= FEWEST


@given(trees(MANY, MANY))
def test_where_nothing_is_small_nothing_is_hidden(tree: Tree) -> None:
    """Hiding costs only whom it protects."""
    parts, counts = tree
    assert hidden(parts, counts) == set()


def test_units_in_a_circle_are_reached() -> None:
    """A circle of parents hides nobody from the rule."""
    parts = Parts.of({"a": "b", "b": "a", "c": "a"})
    assert set(parts.descending()) >= {"a", "b", "c"}
