"""The statutory clocks of a case: what is due by when, what was late, by which article.

A clock starts with a step and binds a later one. On a legal day, as known at a position, it is
waiting, due, overdue, met, met late, too early, on another day than the law says, or unknown
because the calendar of a year is not declared. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.domain.case import Case, Step, StepKind
from ledger.domain.workdays import CalendarMissing, Workdays
from ledger.values import shift_months
from projections.discipline.procedure import Bound, Clock, Count, Procedure

_FILINGS = {StepKind.OBJECTION, StepKind.APPEAL, StepKind.SUIT}
_RULINGS = {StepKind.RULING_ON_OBJECTION, StepKind.RULING_ON_APPEAL, StepKind.RULING_ON_SUIT}
BEFORE_SANCTION = {
    StepKind.REPORT,
    StepKind.SUMMONS_1,
    StepKind.SUMMONS_1_MISSED,
    StepKind.SUMMONS_2,
    StepKind.SUMMONS_2_MISSED,
    StepKind.EXAMINATION,
}


class ClockState(StrEnum):
    """How a clock stands on a day."""

    WAITING = "WAITING"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    LAPSED = "LAPSED"
    MET = "MET"
    MET_LATE = "MET_LATE"
    TOO_EARLY = "TOO_EARLY"
    DIFFERS = "DIFFERS"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Running:
    """One clock on a day.

    Attributes:
        since: the step that started it. due: the last day (at most), the first day (at least) or
        the day (exactly); None when unknown. met: the step it bound, if it was taken.
        missing_year: whose calendar is not declared.
    """

    clock: Clock
    since: Step
    due: date | None
    met: Step | None
    state: ClockState
    missing_year: int | None = None


def clocks(case: Case, procedure: Procedure, workdays: Workdays, on: date) -> tuple[Running, ...]:
    """Every clock of a case that runs or ran by a day, in order of the step that started it."""
    steps = case.upto(on)
    found = [
        _running(clock, since, _bound(clock, since, steps), workdays, on)
        for clock in procedure.clocks
        for since in _starts(clock, steps)
    ]
    return tuple(sorted(found, key=lambda one: (one.since.on, one.since.fact.position)))


def _starts(clock: Clock, steps: Sequence[Step]) -> Iterator[Step]:
    return (step for step in steps if step.kind is clock.after)


def _bound(clock: Clock, since: Step, steps: Sequence[Step]) -> Step | None:
    """The first step that a clock binds: of the same sanction, and of the same filing."""
    for step in steps:
        if step.kind is not clock.until:
            continue
        if since.kind in BEFORE_SANCTION or step.sanction == since.sanction:
            answers = clock.until in _RULINGS and since.kind in _FILINGS
            if not answers or step.filing == since.filing:
                return step
    return None


def _running(clock: Clock, since: Step, met: Step | None, workdays: Workdays, on: date) -> Running:
    try:
        due = day_of(clock.count, since.on, clock.number.value, workdays)
    except CalendarMissing as fault:
        return Running(clock, since, None, met, ClockState.UNKNOWN, fault.year)
    return Running(clock, since, due, met, _state(clock, due, met, on))


def day_of(count: Count, since: date, number: int, workdays: Workdays) -> date:
    """The day so much after another, which itself is not counted.

    Raises:
        CalendarMissing: working days of a year that was not declared.
    """
    if count is Count.WORKING_DAYS:
        return workdays.after(since, number)
    if count is Count.MONTHS:
        return shift_months(since, number)
    return since + timedelta(days=number)


def _state(clock: Clock, due: date, met: Step | None, on: date) -> ClockState:
    if clock.bound is Bound.AT_LEAST:
        if met is None:
            return ClockState.WAITING if on < due else ClockState.DUE
        return ClockState.MET if met.on >= due else ClockState.TOO_EARLY
    if met is not None and clock.bound is Bound.EXACTLY:
        return ClockState.MET if met.on == due else ClockState.DIFFERS
    if met is not None:
        return ClockState.MET if met.on <= due else ClockState.MET_LATE
    if on <= due:
        return ClockState.DUE
    return ClockState.LAPSED if clock.optional else ClockState.OVERDUE
