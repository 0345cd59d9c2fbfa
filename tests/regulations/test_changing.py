"""Editing, faults and understanding of instrument texts: what changes, and that nothing else does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.rulebook import Enactment, Rulebook
from projections.asking import enacted
from projections.asking.rule_change import days_that_matter
from projections.asking.understanding import facts_read, marks, said, understood, unsure
from projections.language import editing, shipped
from projections.language.document import Node, Scalar, parse
from projections.language.editing import ParameterUnknown, ValueRefused, changed
from projections.language.faults import faults
from projections.language.instrument import load
from projections.plans.plan import Mark, values
from tests.regulations.test_instrument import MISTAKES, SHIPPED, refused

NAMES = (*shipped.names(), *shipped.drafts())
RAW = SHIPPED.encode()
days = st.dates(date(2000, 1, 1), date(2040, 1, 1))


def scalars(node: Node) -> dict[str, str]:
    """Every single value of a text by its path."""
    return {one.place.path: one.text for one in editing._all(node) if isinstance(one, Scalar)}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_can_be_named_and_put_back(name: str) -> None:
    """The path of each number finds it, with and without `sum`; put back, the plan is the same."""
    raw = shipped.text(name)
    plan = load(raw, file=name)
    numbers = [one for one in values(plan) if isinstance(one.value, Decimal)]
    assert numbers
    for one in numbers:
        if one.at not in scalars(parse(raw, file=name)):
            continue
        for path in (one.at, one.at.replace(".sum.", ".")):
            again = changed(raw, [(path, str(one.value))], file=name)
            assert load(again, file=name) == plan


def test_a_change_changes_one_parameter_only() -> None:
    """All other parameters stay; lines and comments too."""
    before = {one.at: (one.value, one.mark) for one in values(load(RAW, file="a"))}
    path = "measures.kualifikasi.points.SP2"
    new = changed(RAW, [(path, "{assumed: 21}")], file="a")
    after = {one.at: (one.value, one.mark) for one in values(load(new, file="a"))}
    assert after.pop(path) == (Decimal(21), Mark.ASSUMED)
    before.pop(path)
    assert after == before
    assert len(new.splitlines()) == len(RAW.splitlines())


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_value_reaches_beyond_its_place(value: str) -> None:
    """Whatever is given: refused, or only that one place of the text says something else."""
    path = "measures.kualifikasi.points.S2"
    try:
        new = parse(changed(RAW, [(path, value)], file="a"), file="a")
    except (ValueRefused, ParameterUnknown):
        return
    before, after = scalars(parse(RAW, file="a")), scalars(new)
    assert {at: text for at, text in after.items() if not at.startswith(path)} == {
        at: text for at, text in before.items() if at != path
    }


@pytest.mark.parametrize("path", ["", "measures", "measures.kinerja", "nothing", "max.max"])
def test_a_path_without_a_single_value_is_refused(path: str) -> None:
    """With what lies near or below."""
    with pytest.raises(ParameterUnknown) as caught:
        changed(RAW, [(path, "1")], file="a")
    assert caught.value.next_step


@pytest.mark.parametrize("name", NAMES)
def test_what_loads_has_no_fault(name: str) -> None:
    """Every shipped text."""
    assert faults(shipped.text(name), file=name) == []


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_a_mistake_is_among_the_faults(old: str, new: str, words: str) -> None:
    """What loading says first, `faults` says too; and nothing is said twice."""
    raw = SHIPPED.replace(old, new, 1).encode()
    found = [str(one) for one in faults(raw, file="draft.yaml")]
    assert str(refused(raw)) in found
    assert any(words in one for one in found)
    assert len(set(found)) == len(found)


@given(st.lists(st.sampled_from(MISTAKES[:30]), min_size=2, max_size=4, unique=True))
def test_what_one_mistake_hides_the_other_shows(chosen: list[tuple[str, str, str]]) -> None:
    """Mistakes in different measures are told together, in the order of their lines."""
    text = SHIPPED
    for old, new, _ in chosen:
        text = text.replace(old, new, 1)
    found = faults(text.encode(), file="draft.yaml")
    lines = [int(str(one.details["line"])) for one in found]
    assert lines == sorted(lines)
    assert found
    assert str(refused(text)) in [str(one) for one in found]


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_understood(name: str) -> None:
    """Marks count every parameter; who is unsure is listed; facts are those that can be recorded."""
    plan = load(shipped.text(name), file=name)
    found = understood(plan)
    everything = list(values(plan))
    assert sum(marks(plan).values()) == len(everything)
    assert len(unsure(plan)) == len(everything) - found["marks"]["verified"]
    weak = [Mark(one["mark"]).weakness for one in unsure(plan)]
    assert weak == sorted(weak, reverse=True)
    assert set(found["reads"]) == set(enacted.read_by(plan))
    assert facts_read(plan) or found["reads"]
    top = [Decimal(one["max"]) for one in found["measures"] if "/" not in one["measure"]]
    assert max(top) <= Decimal(found["max"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.50"), "2.5"),
        (frozenset({"B", "A"}), ["A", "B"]),
        (("x",), ["x"]),
        (12, 12),
        (Mark.READING, "reading"),
    ],
)
def test_a_parameter_is_said_exactly(value: object, text: Any) -> None:
    """As JSON without binary fractions."""
    assert said(value) == text


@given(days, days, st.lists(days, max_size=4))
def test_the_days_that_matter(since: date, today: date, official: list[date]) -> None:
    """The first day; then ends of years, official days and today, none of them to come."""
    found = days_that_matter(since, today, official)
    assert found == sorted(set(found))
    assert found[0] == since
    assert all(since < one <= today for one in found[1:])
    if since < today:
        assert found[-1] == today
    ends = [date(year, 12, 31) for year in range(since.year, today.year + 1)]
    wanted = {one for one in (*ends, *official) if since < one <= today}
    assert wanted <= set(found)
    assert set(found) <= {since, today, *wanted}


@given(st.lists(st.tuples(st.sampled_from("ab"), days), max_size=6), st.integers(0, 6))
def test_a_book_with_and_without_a_text(told: list[tuple[str, date]], place: int) -> None:
    """Taking away what was supposed gives the book as it was; a digest finds its latest text."""
    enactments = [
        Enactment(number, name, "d", on, f"{name}{on}", "t")
        for number, (name, on) in enumerate(told, start=1)
    ]
    book = Rulebook(tuple(enactments))
    one = Enactment(len(told) + 1, "a", "d", date(2020, 1, 1), f"sha {place}", "t")
    assert book.supposing(one).without(one.position) == book
    assert book.supposing(one).of_text(one.sha256) == one
    assert book.of_text("nothing") is None
