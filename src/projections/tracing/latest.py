"""What `latest` means for one subject: the newest appraised year, or its two halves.

Legal basis as shipped: PerBKN 8/2019 (assessment of the last full year); PP 46/2011, PP 30/2019
and PermenPANRB 6/2022 for what an appraisal says. How a year is chosen is described in
`plan.Latest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.domain.facts import Fact
from projections import reasons
from projections.answer import FactUse, MeasureResult
from projections.plans.plan import (
    Entry,
    Latest,
    Mark,
    Measure,
    Span,
    Value,
    bounds,
)
from projections.plans.words import Halves
from projections.reasons import Reason
from projections.subject import EARLIER, EARLIER_RECORDED, NOT_YET, use
from projections.tracing.case import (
    ZERO,
    Case,
    conditions,
    nothing,
    outside_window,
    ratio_half_up,
    result,
    window_values,
)

WHOLE, FIRST, SECOND = "", "-H1", "-H2"
HALVES = (FIRST, SECOND)
_SHAPES = {
    ("-01-01", "-12-31"): WHOLE,
    ("-01-01", "-06-30"): FIRST,
    ("-07-01", "-12-31"): SECOND,
}
YEAR_DIGITS = 4
OTHER_PERIOD = "OTHER_PERIOD"
OLDER_YEAR = "OLDER_YEAR"
WHOLE_YEAR_COUNTS = "WHOLE_YEAR_COUNTS"
ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one period says: bounds, its word for the trace, what took part, why it is unknown."""

    span: Span
    shown: str
    parameters: tuple[Value[Any], ...] = ()
    limits: tuple[Value[Any], ...] = ()
    why: tuple[Reason, ...] = ()


def part_of_year(start: str, end: str) -> tuple[int, str] | None:
    """Year and part ("", "-H1", "-H2") of a period of two ISO days; None for any other shape."""
    shape = _SHAPES.get((start[YEAR_DIGITS:], end[YEAR_DIGITS:]))
    if shape is None or start[:YEAR_DIGITS] != end[:YEAR_DIGITS]:
        return None
    return int(end[:YEAR_DIGITS]), shape


def latest(measure: Measure, rule: Latest, case: Case) -> MeasureResult:
    """The points of the newest year: its own fact, else the mean of its halves."""
    years, uses = _sort(rule, case)
    fixed = [*conditions(rule.where), rule.period, *window_values(rule.window), rule.state]
    if any(one.why == OTHER_PERIOD for one in uses):
        fixed.append(rule.other)
    if not years:
        why = Reason(reasons.FACT_MISSING, measure.name, rule.facts)
        return nothing(measure, case, rule.none, fixed=fixed, uses=uses, why=why)
    newest = max(years)
    for year, parts in years.items():
        if year != newest:
            uses += [use(one, OLDER_YEAR, used=False) for facts in parts.values() for one in facts]
    parts = years[newest]
    asked = (WHOLE,) if WHOLE in parts else HALVES
    if asked == HALVES:
        fixed += [rule.halves, rule.decimals]
    readings = []
    for part in asked:
        reading = _read(measure, rule, parts.get(part, ()), f"{rule.facts} {newest}{part}")
        readings.append(reading)
        uses += _uses(parts.get(part, ()), reading)
    for part, facts in parts.items():
        if part not in asked:
            uses += [use(one, WHOLE_YEAR_COUNTS, used=False) for one in facts]
    return result(
        measure,
        case,
        span=_mean([one.span for one in readings], rule),
        parameters=[*fixed, *(value for one in readings for value in one.parameters)],
        limits=[value for one in readings for value in one.limits],
        facts=uses,
        why=[why for one in readings for why in one.why],
    )


_Years = dict[int, dict[str, list[Fact]]]


def _sort(rule: Latest, case: Case) -> tuple[_Years, list[FactUse]]:
    """Facts that are read, by year and part in recorded order; and the others, with why."""
    after = rule.window.after(case.as_of)
    years: _Years = {}
    uses: list[FactUse] = []
    for fact in case.facts.known(rule.facts):
        found = part_of_year(fact.fields["from"], fact.fields["to"])
        unmet = [one.field for one in rule.where if not one.met(fact.fields)]
        if unmet:
            uses.append(use(fact, str(fact.fields.get(unmet[0], ABSENT)), used=False))
            continue
        if found is None or (found[1] != WHOLE and rule.halves.value is Halves.NOT_READ):
            uses.append(use(fact, OTHER_PERIOD, used=False))
            continue
        year, part = found
        why = NOT_YET if fact.effective_on > case.as_of else None
        why = why or outside_window(date(year, 12, 31), after, case.as_of)
        if why is not None:
            uses.append(use(fact, why, used=False))
        else:
            years.setdefault(year, {}).setdefault(part, []).append(fact)
    return years, uses


def _mean(spans: Sequence[Span], rule: Latest) -> Span:
    """Each part counting the same; one part alone is taken as it is, without rounding."""
    if len(spans) == 1:
        return spans[0]
    parts, decimals = Decimal(len(spans)), rule.decimals.value
    return Span(
        ratio_half_up(sum((one.low for one in spans), ZERO), parts, decimals),
        ratio_half_up(sum((one.high for one in spans), ZERO), parts, decimals),
    )


def _uses(facts: Sequence[Fact], reading: _Reading) -> list[FactUse]:
    """Of several for one period the newest legal day counts, of one day the later recorded."""
    uses = [
        use(
            one,
            EARLIER_RECORDED if one.effective_on == facts[-1].effective_on else EARLIER,
            used=False,
        )
        for one in facts[:-1]
    ]
    return [*uses, *(use(one, reading.shown, used=True) for one in facts[-1:])]


def _read(measure: Measure, rule: Latest, facts: Sequence[Fact], name: str) -> _Reading:
    """The points of a period's newest appraisal: its predicate, else the code of its number."""
    if not facts:
        return _unknown(rule, Reason(reasons.HALF_MISSING, measure.name, name), "")
    fact = facts[-1]
    state = fact.fields[rule.state_field]
    if state != rule.state.value:
        return _unknown(
            rule, Reason(reasons.STATE_NOT_COUNTED, measure.name, f"{name} {state}"), state
        )
    regime = fact.fields[rule.by[0]]
    table = rule.points[regime]
    predicate = fact.fields.get(rule.by[1])
    if predicate is not None:
        return _of_entry(table[predicate], predicate)
    score = fact.fields.get(rule.score_field)
    cuts = rule.scores.get(regime)
    interval = None if score is None or cuts is None else cuts.find(Decimal(score))
    if interval is None or cuts is None:
        return _unknown(rule, Reason(reasons.PREDICATE_UNKNOWN, measure.name, name), state)
    codes = interval.codes
    if codes.mark is not Mark.MISSING:
        reading = _of_entry(table[codes.value[0]], codes.value[0])
        return _Reading(reading.span, reading.shown, (cuts.edge, codes, *reading.parameters))
    possible = [bounds(table[code]) for code in codes.value]
    span = Span(min(one.low for one in possible), max(one.high for one in possible))
    why = Reason(reasons.PREDICATE_UNKNOWN, measure.name, name)
    return _Reading(span, " or ".join(codes.value), (cuts.edge,), (codes,), (why,))


def _of_entry(entry: Entry, code: str) -> _Reading:
    return _Reading(bounds(entry), code, (entry,))


def _unknown(rule: Latest, why: Reason, shown: str) -> _Reading:
    """As if nothing were recorded."""
    if rule.none.mark is Mark.MISSING:
        return _Reading(bounds(rule.none), shown, limits=(rule.none,), why=(why,))
    return _Reading(bounds(rule.none), shown, (rule.none,))
