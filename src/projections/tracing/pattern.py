"""What `pattern` makes of a unit's own code and of its people: within the limits or not.

Both interpreters end here. Shares are compared as whole numbers, so that nothing is rounded: of
four people three are 75 %, and a limit of 70 is passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from projections import reasons
from projections.plans.members import PERCENT, Limit, Pattern
from projections.plans.plan import Entry, Mark, Measure, Span, Value, bounds
from projections.plans.tally import Tally
from projections.reasons import Reason
from projections.tracing.case import ZERO, window_values
from projections.tracing.members import among_of, counted_of
from projections.tracing.weighed import Row, Weighed, of_none, unknown
from projections.tracing.weighing import of_newest_year


def fitting(
    measure: Measure, rule: Pattern, rows: Sequence[Row], tally: Tally, as_of: date
) -> Weighed:
    """The maximum if the people are within what the unit's code asks for; else 0, or unknown.

    Args:
        rows: period and code of the unit's own facts that hold, in order of legal day.
        tally: what its people come to.
    """
    people = rule.members
    stated = (people.instrument, people.bands, rule.period, *window_values(rule.window))
    fixed = tuple(one for one in stated if one is not None)
    counts, why_not = of_newest_year(rule.window, rows, as_of)
    if counts is None:
        words = (tuple((False, word) for word in why_not),)
        return of_none(measure, rule.none, fixed, rule.facts, words)
    code = rows[counts][1]
    why_not[counts] = str(code)
    words = (tuple((place == counts, word) for place, word in enumerate(why_not)),)
    limit = rule.limits.get(code)
    top = measure.maximum.value
    if limit is None:
        free = () if rule.free is None else (rule.free,)
        return Weighed(Span(top, top), (*fixed, *free), words, counted=counted_of(people, tally))
    name = people.instrument.value
    if people.bound is None:
        return unknown(measure, fixed, reasons.INSTRUMENT_NOT_IN_FORCE, name, words)
    if not tally.measured:
        return unknown(measure, fixed, reasons.NOBODY_MEASURED, name, words)
    span = _within(limit, among_of(people, tally), tally.measured, top)
    reach = _reach(limit, tally, top)
    kept, passed = _parameters(limit, clear=span.low == span.high)
    doubts = [reasons.MEMBERS_PROVISIONAL] if tally.provisional else []
    doubts += [reasons.MATTER_OPEN] if reach != span else []
    return Weighed(
        span,
        (*fixed, *kept),
        words,
        passed,
        tuple(Reason(one, measure.name, name) for one in doubts),
        reach,
        counted_of(people, tally),
    )


def _within(limit: Limit, among: int, measured: int, top: Decimal) -> Span:
    """0 or the maximum at least and at most, as a limit that is not known may be either."""
    share, low, high = PERCENT * among, True, True
    if limit.at_least is not None:
        ends = bounds(limit.at_least)
        low, high = low and share >= ends.high * measured, high and share >= ends.low * measured
    if limit.at_most is not None:
        ends = bounds(limit.at_most)
        low, high = low and share <= ends.low * measured, high and share <= ends.high * measured
    if limit.people is not None:
        enough = among >= limit.people.value
        low, high = low and enough, high and enough
    return Span(top if low else ZERO, top if high else ZERO)


def _reach(limit: Limit, tally: Tally, top: Decimal) -> Span:
    """The same however the open matters of the people end: for each number that may result."""
    least, most = tally.among
    ends = [_within(limit, among, tally.measured, top) for among in range(least, most + 1)]
    return Span(min(one.low for one in ends), max(one.high for one in ends))


def _parameters(
    limit: Limit, *, clear: bool
) -> tuple[tuple[Value[Any], ...], tuple[Value[Any], ...]]:
    """The limits that took part; and those nobody knows, where the answer is clear without."""
    entries: list[Entry] = [one for one in (limit.at_least, limit.at_most) if one is not None]
    passed = tuple(one for one in entries if clear and one.mark is Mark.MISSING)
    kept: list[Value[Any]] = [one for one in entries if one not in passed]
    kept += [] if limit.people is None else [limit.people]
    return tuple(kept), passed
