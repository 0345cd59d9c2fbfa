"""What somebody's absences without valid reason come to: the ladder of a procedure. Pure.

Working days are counted over the calendar year, up to the day asked about; days in a row are
counted across a New Year too, because the law names no year for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.domain.facts import Fact, History
from ledger.domain.workdays import CalendarMissing, Workdays
from projections.discipline.procedure import Procedure
from projections.discipline.procedure_absence import Rung
from projections.plans.plan import Value

ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung that was reached.

    Attributes:
        rung: its value as the text says it, with article and mark.
        on: the working day that reached it. in_a_row: by days in a row, not by those of the year.
    """

    rung: Rung
    said: Value[tuple[Rung, ...]] | Value[Rung]
    on: date
    in_a_row: bool


@dataclass(frozen=True, slots=True)
class Absences:
    """The absences of one calendar year up to a day.

    Attributes:
        facts: those that count, in order. contested: roots among them that somebody contests.
        days: working days absent without valid reason in the year; None where not known.
        row: first and last day of the longest run of them, and its length; it may begin in the year
            before.
        reached: None below the first rung, or where no ladder or no calendar is at hand.
        missing_year: whose calendar is not declared.
    """

    year: int
    facts: tuple[Fact, ...]
    contested: tuple[int, ...]
    days: int | None
    row: tuple[date, date, int] | None = None
    reached: Reached | None = None
    missing_year: int | None = None


def absences(
    facts: History, procedure: Procedure | None, workdays: Workdays, year: int, on: date
) -> Absences:
    """What absences of a year come to on a day, by a procedure; None where none governs them."""
    spans = [
        (fact, *span)
        for fact in facts.known(ABSENCE)
        if not fact.fields["valid"] and fact.effective_on <= on and fact.there(on)
        if (span := _span(fact, on)) is not None
    ]
    counted = [one for one in spans if one[1].year <= year <= one[2].year]
    own = tuple(fact for fact, _, _ in counted)
    contested = tuple(fact.root for fact in own if fact.root in facts.disputed)
    try:
        days, row, reached = _counted(spans, procedure, workdays, year)
    except CalendarMissing as fault:
        return Absences(year, own, contested, None, missing_year=fault.year)
    return Absences(year, own, contested, days, row, reached)


def _span(fact: Fact, on: date) -> tuple[date, date] | None:
    """First and last day of an absence as known to have been by a day; None where there is none."""
    first, last = (date.fromisoformat(fact.fields[name]) for name in ("from", "to"))
    last = min(last, on)
    if fact.until is not None:
        last = min(last, fact.until - timedelta(days=1))
    return (first, last) if first <= last else None


def _counted(
    spans: Sequence[tuple[Fact, date, date]],
    procedure: Procedure | None,
    workdays: Workdays,
    year: int,
) -> tuple[int, tuple[date, date, int] | None, Reached | None]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = sorted(
        {day for _, since, to in spans for day in workdays.days(max(since, first), min(to, last))}
    )
    runs: list[list[date]] = []
    for day in days:
        if not runs:
            runs.append([*_before(day, [(since, to) for _, since, to in spans], workdays), day])
        elif workdays.after(runs[-1][-1], 1) == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    longest = max(runs, key=len, default=None)
    row = None if longest is None else (longest[0], longest[-1], len(longest))
    reached = None if procedure is None else _reached(procedure, days, runs)
    return len(days), row, reached


def _before(day: date, spans: Sequence[tuple[date, date]], workdays: Workdays) -> list[date]:
    """The working days of the year before that lie in one run with a day, all of them absent."""
    found: list[date] = []
    on = day
    # Beyond all absences nothing is asked of a calendar that nobody may have declared.
    while any(since < on for since, _ in spans):
        on -= timedelta(days=1)
        if any(since <= on <= to for since, to in spans):
            found += [on] if workdays.is_one(on) else []
        elif workdays.is_one(on):
            break
    return [one for one in reversed(found) if one.year < day.year]


def _reached(
    procedure: Procedure, days: Sequence[date], runs: Sequence[Sequence[date]]
) -> Reached | None:
    rules = procedure.absence
    if rules is None:
        return None
    row = rules.in_a_row
    if row is not None:
        for run in runs:
            if len(run) >= row.value.days:
                return Reached(row.value, row, run[row.value.days - 1], in_a_row=True)
    rungs = [one for one in rules.ladder.value if one.days <= len(days)]
    if not rungs:
        return None
    return Reached(rungs[-1], rules.ladder, days[rungs[-1].days - 1], in_a_row=False)
