"""Working days over declared calendars, and the refusal where none is declared."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.workdays import CalendarMissing, Workdays, declared
from tests.casework import known

WEEK = frozenset(range(5))
DAYS = st.dates(date(2021, 6, 1), date(2023, 6, 30))
CLOSED = st.frozensets(st.dates(date(2021, 1, 1), date(2024, 12, 31)), max_size=40)


def calendar(closed: frozenset[date]) -> Workdays:
    """Closed days over declared years 2021 to 2024."""
    years = range(2021, 2025)
    return Workdays({y: frozenset(one for one in closed if one.year == y) for y in years}, WEEK)


def test_the_worked_date_of_the_regulation() -> None:
    """Received on Tuesday 2026-07-14, the fifteenth working day is 2026-08-04 (PerBKN 6/2022)."""
    days = Workdays({2026: frozenset()}, WEEK)
    assert days.after(date(2026, 7, 14), 15) == date(2026, 8, 4)


def test_a_holiday_moves_the_day() -> None:
    """A declared holiday among the days puts the day off by one, a Sunday off does not."""
    holidays = frozenset({date(2026, 7, 20), date(2026, 7, 19)})
    assert Workdays({2026: holidays}, WEEK).after(date(2026, 7, 14), 15) == date(2026, 8, 5)


@given(closed=CLOSED, since=DAYS, number=st.integers(1, 90))
def test_the_nth_day_is_the_nth(closed: frozenset[date], since: date, number: int) -> None:
    """Up to the n-th working day lie exactly n of them, and it is one itself."""
    days = calendar(closed)
    found = days.after(since, number)
    assert days.is_one(found)
    assert days.between(since + timedelta(days=1), found) == number
    assert days.between(found + timedelta(days=1), found) == 0


def test_a_year_that_nobody_declared_is_refused_by_name() -> None:
    """The error names the year and what to record; weekends need no calendar."""
    days = Workdays({2022: frozenset()}, WEEK)
    assert not days.is_one(date(2023, 1, 1))
    with pytest.raises(CalendarMissing, match="2023") as caught:
        days.after(date(2022, 12, 30), 5)
    assert "calendar fact of 2023" in caught.value.next_step


def test_the_newest_declaration_of_a_year_holds() -> None:
    """Joint leave counts as closed, and a later decree replaces an earlier one from its day on."""
    first = {"year": 2022, "holidays": ["2022-05-02"], "decree": "SKB 1"}
    second = {**first, "holidays": ["2022-05-03"], "joint_leave": ["2022-05-04"]}
    book = known(("a", "calendar", "2021-10-01", first), ("b", "calendar", "2022-04-01", second))
    before = declared(book, date(2022, 3, 31), week=WEEK)
    after = declared(book, date(2022, 4, 1), week=WEEK)
    assert before.closed == {2022: frozenset({date(2022, 5, 2)})}
    assert after.closed == {2022: frozenset({date(2022, 5, 3), date(2022, 5, 4)})}
    assert declared(book, date(2021, 9, 30), week=WEEK).closed == {}
