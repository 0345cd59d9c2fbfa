"""Warnings from discipline: steps of cases that are late, and absences that lead to a sanction.

They are told by the same functions as `case list` and `case absences`, and stand on the same texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.facts import History
from projections.discipline import asking_cases
from projections.discipline.absence import ABSENCE
from projections.discipline.asking_absences import reported_since, told_absences
from projections.discipline.asking_cases import Told, When
from projections.discipline.clocks import ClockState, Running
from projections.discipline.procedure import Bound
from projections.watch.early_warnings import EarlyWarning
from projections.watch.warning_rules import WarningKind, WarningRule

Source = Callable[[str, History, date], Iterable[EarlyWarning]]
_LATE = {ClockState.OVERDUE, ClockState.UNKNOWN}


def source(ledger: Ledger, rules: Sequence[WarningRule], asked: When) -> Source:
    """The warnings about one person from his cases and absences, as known at the position asked."""

    def of_person(subject: str, facts: History, on: date) -> Iterator[EarlyWarning]:
        stream = UUID(subject)
        for rule in rules:
            if not rule.speaks(on):
                continue
            if rule.kind is WarningKind.OVERDUE_STEP and _has_case(facts):
                for key, what in _late(asking_cases.told(ledger, stream, facts, asked)):
                    yield EarlyWarning(rule, subject, key, what)
            if rule.kind is WarningKind.ABSENCE and facts.known(ABSENCE):
                for key, what in _away(stream, facts, asked):
                    yield EarlyWarning(rule, subject, key, what)

    return of_person


def _has_case(facts: History) -> bool:
    return bool(facts.known("case") or facts.known("sanction"))


def _late(told: Iterable[Told]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in told:
        for running in one.waiting():
            # A step that must not come too early is late on no day.
            if running.state in _LATE and running.clock.bound is not Bound.AT_LEAST:
                since = running.since.fact.root
                yield f"case/{one.case.root}/{running.clock.name}/{since}", _step(one, running)


def _step(one: Told, running: Running) -> dict[str, Any]:
    what: dict[str, Any] = {
        "case": one.case.ident or f"{one.subject.hex}/{one.case.root}",
        "step": running.clock.until.value,
        "due": None if running.due is None else running.due.isoformat(),
        "cite": running.clock.number.cite,
    }
    if running.missing_year is not None:
        what["calendar_missing"] = running.missing_year
    return what


def _away(stream: UUID, facts: History, asked: When) -> Iterator[tuple[str, dict[str, Any]]]:
    """Below the first rung there is nothing to say; without a calendar nobody knows, which is."""
    one = told_absences(stream, facts, asked, asked.as_of.year)
    found = one.absences
    if found.missing_year is not None and found.facts:
        what = {"days": None, "calendar_missing": found.missing_year}
        yield f"absence/{found.year}/calendar", what
    reached = found.reached
    if reached is None or reported_since(facts, reached.on, asked.as_of):
        return
    named = "in_a_row" if reached.in_a_row else str(reached.rung.days)
    yield (
        f"absence/{found.year}/{named}",
        {
            "days": found.days,
            "in_a_row": 0 if found.row is None else found.row[2],
            "leads_to": reached.rung.kind.value,
            "since": reached.on.isoformat(),
            "cite": reached.said.cite,
        },
    )
