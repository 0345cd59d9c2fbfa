"""All units: found by a code ever used or a name in force that day, placed in their tree."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.unit_directory import UnitDirectory, directory, folded
from tests.core.test_facts import Log, empty
from tests.keys import stream

DAY = date(2020, 1, 1)


def unit(log: Log, on: date, code: str, name: str, parent: UUID | None = None) -> int:
    """A unit fact in its own stream."""
    fields: dict[str, Any] = {"code": code, "name": name}
    if parent is not None:
        fields["parent"] = parent.hex
    version = log.add("org_unit.unit/1", fields, on)
    log.current[version] = version
    return version


def units(*logs: Log, position: int | None = None) -> UnitDirectory:
    """The directory of some streams, numbered from 1."""
    return directory(
        {stream(number): log.events for number, log in enumerate(logs, start=1)}, position
    )


def test_a_code_finds_on_any_day_a_name_on_its_own_days() -> None:
    """Codes are handles, names are dated facts; neither cares for case or blanks."""
    log = empty()
    unit(log, date(2010, 1, 1), "B  1", "Badan  Lama")
    unit(log, date(2020, 1, 1), "B  1", "Badan Baru")
    found = units(log)
    for named in ("B 1", "b 1", " B  1 "):
        assert found.find(named, date(1999, 1, 1)) == stream(1)
    assert found.find("badan lama", date(2019, 12, 31)) == stream(1)
    assert found.find("Badan Lama", date(2020, 1, 1)) is None
    assert found.find("Badan Baru", date(2020, 1, 1)) == stream(1)
    assert found.find("Badan Baru", date(2019, 12, 31)) is None
    assert found.find("Tidak Ada", DAY) is None


def test_a_code_goes_before_a_name() -> None:
    """A text that is the code of one unit and the name of another is the code."""
    one, other = empty(), empty()
    unit(one, DAY, "A", "Sekretariat")
    unit(other, DAY, "Sekretariat", "Lain")
    assert units(one, other).find("Sekretariat", DAY) == stream(2)


def test_a_name_of_several_units_finds_none() -> None:
    """Two sections of one name are told apart by code; nothing is guessed."""
    one, other = empty(), empty()
    unit(one, DAY, "A", "Subbagian Umum")
    unit(other, DAY, "B", "Subbagian Umum")
    found = units(one, other)
    assert found.find("Subbagian Umum", DAY) is None
    assert found.find("B", DAY) == stream(2)


def test_codes_that_were_corrected_or_annulled_still_find() -> None:
    """Who sends the old row again means the same unit; a living code of another goes first."""
    one, other = empty(), empty()
    root = unit(one, DAY, "SALAH", "Badan")
    one.correct(root, "unit", DAY, code="BENAR", name="Badan")
    gone = unit(other, DAY, "HANTU", "Unit Hantu")
    other.mend("annul", gone)
    for log in (one, other):
        for number, event in enumerate(log.events):
            topic = event.topic.replace("employee.", "org_unit.")
            log.events[number] = type(event)(**{**vars(event), "topic": topic})
    found = units(one, other)
    assert found.find("SALAH", DAY) == found.find("BENAR", DAY) == stream(1)
    assert found.find("HANTU", DAY) == stream(2)
    assert found.described(stream(2), DAY) is None
    assert units(one, position=1).find("BENAR", DAY) is None
    third = empty()
    unit(third, DAY, "SALAH", "Badan Lain")
    assert units(one, third).find("SALAH", DAY) == stream(2)


def test_a_unit_stands_under_its_parent_of_the_day() -> None:
    """Path, depth and subtree follow the reorganisation."""
    top, other, section = empty(), empty(), empty()
    unit(top, DAY, "T", "Dinas T")
    unit(other, DAY, "O", "Dinas O")
    unit(section, DAY, "S", "Seksi", stream(1))
    unit(section, date(2021, 1, 1), "S", "Seksi", stream(2))
    found = units(top, other, section)
    before, after = date(2020, 12, 31), date(2021, 1, 1)
    assert found.path(stream(3), before) == [stream(3), stream(1)]
    assert found.path(stream(3), after) == [stream(3), stream(2)]
    assert (found.depth(stream(3), before), found.depth(stream(1), before)) == (1, 0)
    assert found.subtree(stream(1), before) == {stream(1), stream(3)}
    assert found.subtree(stream(1), after) == {stream(1)}


def test_a_closing_is_known_from_its_day() -> None:
    """And not before."""
    log = empty()
    unit(log, DAY, "T", "Dinas T")
    log.add("org_unit.unit_closed/1", {}, date(2022, 1, 1))
    found = units(log)
    assert found.closed(stream(1), date(2021, 12, 31)) is None
    assert found.closed(stream(1), date(2022, 1, 1)) is not None


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_any_parents_end(parents: list[int]) -> None:
    """A circle of parents is cut: every path ends, and every unit is in its own subtree."""
    logs = []
    for number, parent in enumerate(parents):
        log = empty()
        above = None if parent == 0 else stream(parent)
        unit(log, DAY, f"U{number}", f"Unit {number}", above)
        logs.append(log)
    found = units(*logs)
    for one in found.units:
        path = found.path(one, DAY)
        assert len(path) == len(set(path))
        assert one in found.subtree(one, DAY)
        for above in path[1:]:
            assert above not in found.units or one in found.subtree(above, DAY)


@given(st.text(max_size=12))
def test_folding_is_stable(name: str) -> None:
    """A folded code folds to itself."""
    assert folded(folded(name)) == folded(name)
