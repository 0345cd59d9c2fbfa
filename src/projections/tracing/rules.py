"""What `best`, `any` and `total` mean for one subject. Every number comes from the plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger.canonical import decimal_text
from ledger.domain.facts import Fact
from ledger.errors import invariant
from projections import reasons
from projections.answer import FactUse, MeasureResult
from projections.plans.plan import (
    AnyOf,
    Best,
    Entry,
    Measure,
    Span,
    Total,
    bounds,
)
from projections.plans.words import Award
from projections.reasons import Reason
from projections.subject import not_visible, use
from projections.tracing.case import (
    FIELD_UNKNOWN,
    ZERO,
    Case,
    conditions,
    meeting,
    nothing,
    outside_window,
    ratio_half_up,
    result,
    window_values,
)

LOWER = "LOWER"


def best(measure: Measure, rule: Best, case: Case) -> MeasureResult:
    """The highest points among the visible facts; an unknown entry matters above them only."""
    seen: list[tuple[Fact, str, Entry]] = []
    uses: list[FactUse] = []
    for fact in meeting(case.facts.known(rule.facts), rule.where):
        why = not_visible(fact, case.as_of)
        if why is None:
            code = fact.fields[rule.by]
            seen.append((fact, code, rule.points[code]))
        else:
            uses.append(use(fact, why, used=False))
    fixed = conditions(rule.where)
    if not seen:
        why_not = Reason(reasons.FACT_MISSING, measure.name, rule.facts)
        return nothing(measure, case, rule.none, fixed=fixed, uses=uses, why=why_not)
    low = max(bounds(entry).low for _, _, entry in seen)
    high = max(bounds(entry).high for _, _, entry in seen)
    counted = [one for one in seen if bounds(one[2]).high > low]
    equal = [one for one in seen if one[2].value == low]
    if equal:
        counted.append(max(equal, key=_firmest))
    used = {fact.root for fact, _, _ in counted}
    uses += [
        use(fact, code if fact.root in used else LOWER, used=fact.root in used)
        for fact, code, _ in seen
    ]
    entries = tuple(dict.fromkeys(entry for _, _, entry in counted))
    return result(measure, case, span=Span(low, high), parameters=(*fixed, *entries), facts=uses)


def _firmest(one: tuple[Fact, str, Entry]) -> tuple[int, date, int]:
    """Of equal points the strongest mark, then the latest fact."""
    fact, _, entry = one
    return -entry.mark.weakness, fact.effective_on, fact.position


def any_of(measure: Measure, rule: AnyOf, case: Case) -> MeasureResult:
    """The maximum if one fact in the window meets every condition, else nothing."""
    wanted: tuple[str, ...] | None = None
    parameters = [*conditions(rule.where), *window_values(rule.window)]
    if rule.match is not None:
        kind = case.post.kind
        invariant(kind is not None, "a match is evaluated without a kind of position")
        asked = rule.match.of[kind or ""]
        wanted = asked.value
        parameters.append(asked)
    after = rule.window.after(case.as_of)
    uses: list[FactUse] = []
    met = unknown = False
    for fact in meeting(case.facts.known(rule.facts), rule.where):
        why = outside_window(fact.effective_on, after, case.as_of)
        if why is None and wanted is not None and rule.match is not None:
            found = fact.fields.get(rule.match.field)
            unknown = unknown or found is None
            why = _mismatch(found, wanted)
        if why is None:
            met = True
        uses.append(use(fact, _shown(fact, rule) if why is None else why, used=why is None))
    maximum = measure.maximum.value
    if met or not unknown:
        points = maximum if met else ZERO
        return result(measure, case, span=Span(points, points), parameters=parameters, facts=uses)
    field = rule.match.field if rule.match is not None else ""
    why_unknown = Reason(reasons.FIELD_UNKNOWN, measure.name, f"{rule.facts}.{field}")
    return result(
        measure,
        case,
        span=Span(ZERO, maximum),
        parameters=parameters,
        facts=uses,
        why=(why_unknown,),
    )


def _mismatch(found: str | None, wanted: tuple[str, ...]) -> str | None:
    if found is None:
        return FIELD_UNKNOWN
    return None if found in wanted else f"{found}, asked {' or '.join(wanted)}"


def _shown(fact: Fact, rule: AnyOf) -> str:
    """The code that made a fact count: what was matched, else the first condition's."""
    names = [] if rule.match is None else [rule.match.field]
    names += [condition.field for condition in rule.where]
    return str(fact.fields.get(names[0], rule.facts)) if names else rule.facts


def total(measure: Measure, rule: Total, case: Case) -> MeasureResult:
    """The sum in the window against the target; an absent number matters below the target only."""
    parameters = [*conditions(rule.where), *window_values(rule.window)]
    after = rule.window.after(case.as_of)
    uses: list[FactUse] = []
    found, unknown = ZERO, False
    for fact in meeting(case.facts.known(rule.facts), rule.where):
        why = outside_window(fact.effective_on, after, case.as_of)
        given = fact.fields.get(rule.field)
        if why is not None:
            uses.append(use(fact, why, used=False))
        elif given is None:
            unknown = True
            uses.append(use(fact, FIELD_UNKNOWN, used=False))
        else:
            amount = Decimal(given)
            found += amount
            uses.append(use(fact, decimal_text(amount), used=True))
    span = against_target(measure, rule, found, unknown=unknown)
    clear = span.low == span.high and isinstance(rule.target.value, Span)
    parameters += [rule.award] if clear else [rule.target, rule.award]
    if found < bounds(rule.target).high and rule.award.value is Award.PROPORTIONAL:
        parameters += [] if rule.decimals is None else [rule.decimals]
    why_not = Reason(reasons.FIELD_UNKNOWN, measure.name, f"{rule.facts}.{rule.field}")
    return result(
        measure,
        case,
        span=span,
        parameters=parameters,
        limits=[rule.target] if clear else (),
        facts=uses,
        why=(why_not,) if unknown and span.low != span.high else (),
    )


def against_target(measure: Measure, rule: Total, found: Decimal, *, unknown: bool) -> Span:
    """The points of a sum; bounds where the target is missing, or some number is unknown."""
    target, maximum = bounds(rule.target), measure.maximum.value
    low, high = (_awarded(rule, found, limit, maximum) for limit in (target.high, target.low))
    return Span(low, maximum if unknown else high)


def _awarded(rule: Total, found: Decimal, target: Decimal, maximum: Decimal) -> Decimal:
    if found >= target:
        return maximum
    if rule.award.value is Award.PROPORTIONAL and rule.decimals is not None:
        return ratio_half_up(maximum * found, target, rule.decimals.value)
    return ZERO
