"""The days on which a line of a plan may come to something else by itself, without new knowledge.

A fact begins, ends or leaves a window; a span since it is full; a year that is asked about ends; a
text that another instrument rests on becomes sure. Between two such days nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ledger.domain.facts import Fact, History
from ledger.domain.sanction import FILINGS
from ledger.values import shift_months
from projections.differences.lines import Gate, Reader, kinds_of, year_end
from projections.plans.extra import All, Elapsed, Gathered, Newest, OnDays, Score
from projections.plans.members import Pattern
from projections.plans.plan import Latest, Measure, Plan, Rule, Sum, Window, Worst
from projections.plans.words import WindowStart
from projections.text_doubts import turning_days
from projections.tracing.weighing import latest_day, year_of_period

DAY = timedelta(days=1)


def candidates(reader: Reader, facts: History, first: date, last: date) -> set[date]:
    """The days in (first, last] on which a line may come to something else by itself."""
    found: set[date] = set()
    if isinstance(reader, Gate):
        found = _of_gate(facts)
    else:
        for leaf in reader.leaves:
            found |= _of_rule(leaf.measure.rule, facts, first, last)
    return {day for day in found if first < day <= last}


def _of_gate(facts: History) -> set[date]:
    return {day for known in facts.facts.values() for fact in known for day in days_of(fact)}


def _of_rule(rule: Rule, facts: History, first: date, last: date) -> set[date]:
    if isinstance(rule, Score):
        return set() if rule.bound is None else _of_text(rule.bound, rule.part, facts, first, last)
    known = [fact for kind in kinds_of(rule) for fact in facts.known(kind)]
    counted = {day for fact in known for day in _counted_by(rule, fact)}
    found = counted | {day for fact in known for day in days_of(fact)}
    for window in _windows(rule):
        found |= {leaves_on(window, day) for day in counted if day <= last}
    if isinstance(rule, Elapsed):
        found |= {_full_on(rule, fact.effective_on) for fact in known if fact.effective_on <= last}
    elif isinstance(rule, All):
        found |= {date(year, 12, 31) for year in range(first.year, last.year + 1)}
    elif isinstance(rule, OnDays):
        found |= set(_of_days(rule, first, last))
    return found


def _of_text(plan: Plan, part: str | None, facts: History, first: date, last: date) -> set[date]:
    """Of a score all that its text reads, who is measured by it, and what is said of the text."""
    found = turning_days(plan) | _of_gate(facts)
    measures = [one for one in plan.measures if part in (None, one.name)]
    for rule in _rules(measures):
        found |= _of_rule(rule, facts, first, last)
    return found


def _rules(measures: Sequence[Measure]) -> Iterator[Rule]:
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _rules(one.rule.measures)
        else:
            yield one.rule


def _windows(rule: Rule) -> Iterator[Window]:
    """The windows that a rule reads facts through."""
    found: list[object] = [getattr(rule, "window", None)]
    if isinstance(rule, Gathered):
        found += [source.window for source in rule.sources]
    yield from (one for one in found if isinstance(one, Window))


def _of_days(rule: OnDays, first: date, last: date) -> Iterator[date]:
    """The days named and those after them."""
    for year in range(first.year, last.year + 1):
        for named in rule.days.value:
            on = date.fromisoformat(f"{year:04}-{named}")
            yield from (on, on + DAY)


def _full_on(rule: Elapsed, since: date) -> date:
    """The first day on which enough time has passed since a day."""
    guess = shift_months(since, rule.at_least.value)
    while latest_day(rule, guess) < since:
        guess += DAY
    return guess


def days_of(fact: Fact) -> Iterator[date]:
    """The days on which a fact begins and ends by itself."""
    yield fact.effective_on
    if fact.until is not None:
        yield fact.until
    if fact.counts_from is not None:
        yield fact.counts_from
    if fact.kind in FILINGS:
        yield date.fromisoformat(fact.fields["filed_on"])


def _counted_by(rule: Rule, fact: Fact) -> Iterator[date]:
    """The days whose place in a window decides: of an appraisal the last day of its year."""
    if isinstance(rule, Latest):
        yield year_end(fact.fields)
    elif isinstance(rule, Newest | Pattern):
        end = year_of_period(fact.fields.get("period"))
        if end is not None:
            yield end
    else:
        yield fact.effective_on
        if isinstance(rule, Worst) and fact.until is not None:
            yield fact.until
        if fact.kind in FILINGS:
            yield date.fromisoformat(fact.fields["filed_on"])


def leaves_on(window: Window, on: date) -> date:
    """The first day on which a legal day no longer lies in a window."""
    if window.start.value is WindowStart.CALENDAR:
        years = window.months.value // 12
        return date(min(on.year + years, date.max.year), 1, 1)
    if window.start.value is WindowStart.MONTH:
        return shift_months(on.replace(day=1), window.months.value)
    guess = shift_months(on, window.months.value)
    while window.after(guess) < on:
        guess += DAY
    return guess
