"""The legal days on which what a person's facts come to may change by itself.

A fact begins or ends, enters or leaves a window; enough time has passed since it; a year is over; a
day of the year comes and goes. Days too many cost time, a day too few is a change that nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ledger.facts import Fact, History
from ledger.sanction import FILINGS
from ledger.values import shift_months
from projections.lines import Gate, Reader, kinds_of, year_end
from projections.plan import Latest, Rule, Sum, Window, WindowStart
from projections.plan_extra import All, Elapsed, Gathered, OnDays, Score
from projections.scoring import asked_of
from projections.weighing import latest_day

DAY = timedelta(days=1)


def days_of(fact: Fact) -> Iterator[date]:
    """The days on which a fact begins and ends by itself."""
    yield fact.effective_on
    if fact.until is not None:
        yield fact.until
    if fact.counts_from is not None:
        yield fact.counts_from
    if fact.kind in FILINGS:
        yield date.fromisoformat(fact.fields["filed_on"])


def candidates(reader: Reader, facts: History, first: date, last: date) -> set[date]:
    """The days in (first, last] on which a line may come to something else by itself."""
    found: set[date] = set()
    if isinstance(reader, Gate):
        for known in facts.facts.values():
            found.update(day for fact in known for day in days_of(fact))
    else:
        for leaf in reader.leaves:
            for rule in _rules(leaf.measure.rule):
                found.update(_days(rule, facts, first, last))
    return {day for day in found if first < day <= last}


def _rules(rule: Rule) -> Iterator[Rule]:
    """A rule and those that it rests on: the parts of a sum, the measures of another score."""
    yield rule
    parts = rule.measures if isinstance(rule, Sum) else ()
    if isinstance(rule, Score):
        parts = asked_of(rule)
    for one in parts:
        yield from _rules(one.rule)


def _days(rule: Rule, facts: History, first: date, last: date) -> Iterator[date]:
    for kind in kinds_of(rule):
        for fact in facts.known(kind):
            yield from days_of(fact)
            counted = list(_counted_by(rule, fact))
            yield from counted
            for window in _windows(rule, kind):
                yield from (leaves_on(window, day) for day in counted if day <= last)
            if isinstance(rule, Elapsed) and fact.effective_on <= last:
                yield long_enough(rule, fact.effective_on)
    for year in range(first.year, last.year + 1):
        if isinstance(rule, All):
            yield date(year, 12, 31)
        elif isinstance(rule, OnDays):
            for one in rule.days.value:
                day = date.fromisoformat(f"{year:04}-{one}")
                yield from (day, day + DAY)


def _windows(rule: Rule, kind: str) -> Iterator[Window]:
    if isinstance(rule, Gathered):
        said = [source.window for source in rule.sources if source.kind == kind]
        yield from (one for one in said if isinstance(one, Window))
        return
    window = getattr(rule, "window", None)
    if isinstance(window, Window):
        yield window


def _counted_by(rule: Rule, fact: Fact) -> Iterator[date]:
    """The days whose place in a window decides: of an appraisal the last day of its year."""
    if isinstance(rule, Latest):
        yield year_end(fact.fields)
    else:
        yield fact.effective_on
        if fact.kind in FILINGS:
            yield date.fromisoformat(fact.fields["filed_on"])


def leaves_on(window: Window, on: date) -> date:
    """The first day on which a legal day no longer lies in a window."""
    if window.start.value is WindowStart.CALENDAR:
        years = window.months.value // 12
        return date(min(on.year + years, date.max.year), 1, 1)
    guess = shift_months(on, window.months.value)
    while window.after(guess) < on:
        guess += DAY
    return guess


def long_enough(rule: Elapsed, on: date) -> date:
    """The first day on which enough time has passed since a day."""
    guess = shift_months(on, rule.at_least.value)
    while latest_day(rule, guess) < on:
        guess += DAY
    return guess
