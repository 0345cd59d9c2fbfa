"""Where people of a closed unit count: its sole successor, and nowhere without one."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.facts import history
from ledger.domain.unit_tree import UnitToday, UnitTree, tree_on
from tests.core.test_facts import Log, empty

FOUNDED, CLOSED = date(2020, 1, 1), date(2022, 1, 1)


def described(log: Log, on: date, parent: str | None = None) -> int:
    """A unit fact in its stream."""
    fields: dict[str, Any] = {"code": "X", "name": "X", "kind": "DINAS"}
    return log.add("org_unit.unit/1", fields | ({} if parent is None else {"parent": parent}), on)


def closed(log: Log, *successors: str, on: date = CLOSED) -> int:
    """A closing with its successors."""
    fields = {"successors": list(successors)} if successors else {}
    return log.add("org_unit.unit_closed/1", fields, on)


def tree(on: date = CLOSED, **logs: Log) -> UnitTree:
    """The units of a day, named by letters."""
    return tree_on({name: history(log.events) for name, log in logs.items()}, on)


def founded(parent: str | None = None) -> Log:
    """The log of a unit that was described once."""
    log = empty()
    described(log, FOUNDED, parent)
    return log


def test_a_sole_successor_takes_the_people_from_its_day() -> None:
    """The day before they count where they were; successors of successors are followed."""
    a, b, c = founded(), founded(), founded()
    closed(a, "b")
    closed(b, "c")
    found = tree(a=a, b=b, c=c)
    assert (found.counts_in("a"), found.counts_in("b"), found.counts_in("c")) == ("c", "c", "c")
    assert found.moved() == {"a": "c", "b": "c"}
    before = tree(date(2021, 12, 31), a=a, b=b, c=c)
    assert before.moved() == {}
    assert before.counts_in("a") == "a"


def test_no_several_and_circling_successors_leave_the_unit_unknown() -> None:
    """Nothing is guessed."""
    a, b, c, d = founded(), founded(), founded(), founded()
    closed(a)
    closed(b, "a", "d")
    closed(c, "c")
    found = tree(a=a, b=b, c=c, d=d)
    assert found.moved() == {"a": None, "b": None, "c": None}
    assert found.path("a") == ()
    assert found.below("a") == frozenset()
    assert found.counts_in("never heard of") == "never heard of"


def test_a_unit_described_again_on_a_later_day_is_open_again() -> None:
    """One day for both means that it was closed; an earlier day recorded late changes nothing."""
    again, same, late = founded(), founded(), founded()
    for log in (again, same, late):
        closed(log, "z")
    described(again, date(2022, 1, 2))
    described(same, CLOSED)
    described(late, date(2021, 12, 31))
    found = tree(date(2023, 1, 1), again=again, same=same, late=late)
    assert found.moved() == {"same": "z", "late": "z"}
    assert found.exists("again")
    assert not found.exists("same")
    assert not found.exists("z")


def test_what_lay_below_a_closed_unit_lies_below_its_successor() -> None:
    """A section that nobody described again goes with its people."""
    top, old, new, section = founded(), founded("top"), founded("top"), founded("old")
    closed(old, "new")
    found = tree(top=top, old=old, new=new, section=section)
    assert found.path("section") == ("section", "new", "top")
    assert found.path("old") == ("new", "top")
    assert found.below("new") == {"new", "section"}
    assert found.below("old") == frozenset()
    assert found.below("top") == {"top", "new", "section"}
    assert (found.depth("section"), found.depth("top")) == (2, 0)


names = st.sampled_from("abcdef")
units = st.dictionaries(
    names,
    st.builds(
        UnitToday,
        described=st.just(value=True),
        parent=st.none() | names,
        successors=st.none() | st.lists(names, max_size=2).map(tuple),
    ),
)


@given(units)
def test_every_way_ends(units: dict[str, UnitToday]) -> None:
    """For any parents and successors paths end, hold no unit twice and no closed one."""
    found = UnitTree(units)
    for unit, today in units.items():
        path = found.path(unit)
        assert len(path) == len(set(path))
        assert not any(one in units and units[one].closed for one in path)
        assert (path[0] if path else None) == found.counts_in(unit)
        for one in path:
            assert today.closed or unit in found.below(one)
