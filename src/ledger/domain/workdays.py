"""Working days: counted over calendars that the agency declared, and over nothing else.

A year whose calendar was not declared has no working days that anybody knows: whoever asks is
refused with the year, never answered by guess. Days are legal days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.domain.facts import Fact, History
from ledger.errors import LedgerError, invariant
from ledger.values import next_day

CALENDAR = "calendar"


class CalendarMissing(LedgerError):
    """Working days of a year whose calendar was not declared."""

    code = "calendar_missing"

    def __init__(self, year: int) -> None:
        super().__init__(
            f"The working days of {year} are not known: no calendar of that year is declared.",
            next_step=f"Record a calendar fact of {year} with its holidays and its decree.",
            year=year,
        )
        self.year = year


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days on which offices are closed, by declared year, beside the weekly ones.

    Attributes:
        closed: year -> holidays and joint leave.
        week: the days of the week on which offices work, Monday is 0.
    """

    closed: Mapping[int, frozenset[date]]
    week: frozenset[int]

    def is_one(self, on: date) -> bool:
        """Whether a day is a working day.

        Raises:
            CalendarMissing: its year was not declared; a weekly day off needs no calendar.
        """
        if on.weekday() not in self.week:
            return False
        if on.year not in self.closed:
            raise CalendarMissing(on.year)
        return on not in self.closed[on.year]

    def after(self, on: date, number: int) -> date:
        """The n-th working day after a day, which itself is not counted; n is 1 or more.

        Raises:
            CalendarMissing.
        """
        invariant(number > 0 and bool(self.week), "working days are counted from 1, in some week")
        found = on
        while number:
            found = next_day(found)
            number -= self.is_one(found)
        return found

    def days(self, first: date, last: date) -> Iterator[date]:
        """The working days in [first, last], both inside, in order.

        Raises:
            CalendarMissing: while they are taken.
        """
        on = first
        while on <= last:
            if self.is_one(on):
                yield on
            on = next_day(on)

    def between(self, first: date, last: date) -> int:
        """How many working days lie in [first, last]; none if last comes first.

        Raises:
            CalendarMissing.
        """
        return sum(1 for _ in self.days(first, last))


def declared(book: History, on: date, *, week: Iterable[int]) -> Workdays:
    """The calendars that hold on a day, as known in `book`; of two of a year the newer holds."""
    newest: dict[int, Fact] = {}
    for fact in book.visible(CALENDAR, on):
        newest[fact.fields["year"]] = fact
    return Workdays(
        {year: frozenset(_days(fact)) for year, fact in newest.items()}, frozenset(week)
    )


def _days(fact: Fact) -> Iterable[date]:
    for name in ("holidays", "joint_leave"):
        for day in fact.fields.get(name) or ():
            yield date.fromisoformat(day)
