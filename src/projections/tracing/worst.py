"""What `worst` means for one subject: the heaviest sanction that took effect in the window.

Legal basis as shipped: PerBKN 8/2019; PP 53/2010, PP 94/2021 and PP 79/2021 for when a sanction
is in force, which `ledger.domain.sanction` works out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.domain.sanction import FILINGS, RULING, Effect, effects
from projections import reasons
from projections.answer import FactUse, MeasureResult
from projections.plans.plan import (
    Held,
    Measure,
    Span,
    Value,
    Worst,
    bounds,
)
from projections.plans.words import LateFiling, Since
from projections.reasons import Reason
from projections.subject import ENDED, NOT_YET, use
from projections.tracing.case import OUT_OF_WINDOW, Case, outside_window, result, window_values

QUASHED = "DIBATALKAN"
SUSPENDED = "SUSPENDED"
NOT_WORST = "NOT_WORST"
NOT_COUNTED = "NOT_COUNTED"
NO_END_STATED = ", no end stated"


@dataclass(frozen=True, slots=True)
class _Weight:
    """What one sanction brings on a day.

    Attributes:
        levels: the levels that count, several when unknown which; empty when it brings nothing.
        span: bounds by what is known; those of `none` when it brings nothing.
        reach: bounds if open matters end either way.
        why: for the trace.
    """

    effect: Effect
    levels: tuple[str, ...]
    span: Span
    reach: Span
    why: str


def worst(measure: Measure, rule: Worst, case: Case) -> MeasureResult:
    """The fewest points among the sanctions that count; those of `none` when none does."""
    found = effects(
        case.facts.known(rule.facts),
        filings=[one for kind in FILINGS for one in case.facts.known(kind)],
        rulings=case.facts.known(RULING),
        late_filing_suspends=rule.late_filing.value is LateFiling.SUSPENDS,
    )
    weights = [_weigh(rule, effect, case.as_of) for effect in found]
    none = bounds(rule.none)
    span = _least([none, *(one.span for one in weights)])
    reach = _least([none, *(one.reach for one in weights)])
    decisive = [one for one in weights if one.levels and _decides(one, span)]
    uses = [
        use(
            one.effect.sanction,
            one.why if one in decisive or not one.levels else NOT_WORST,
            used=one in decisive,
        )
        for one in weights
    ]
    why = []
    if span.low != span.high and any(len(one.levels) > 1 for one in decisive):
        why.append(Reason(reasons.RULING_LEVEL_UNKNOWN, measure.name, f"{RULING}.level"))
    if reach != span:
        why.append(Reason(reasons.MATTER_OPEN, measure.name, RULING))
    return result(
        measure,
        case,
        span=span,
        reach=reach,
        parameters=_parameters(rule, weights, decisive),
        facts=[*uses, *_matters(weights)],
        why=why,
    )


def _least(spans: Sequence[Span]) -> Span:
    return Span(min(one.low for one in spans), min(one.high for one in spans))


def _decides(weight: _Weight, span: Span) -> bool:
    """Whether a sanction sets the points, or may set them while its level is unknown."""
    return weight.span == span or (span.low != span.high and weight.span.low < span.high)


def _weigh(rule: Worst, effect: Effect, as_of: date) -> _Weight:
    none = bounds(rule.none)
    nothing = _Weight(effect, (), none, none, NOT_COUNTED)
    in_force = effect.levels_on(as_of)
    levels = tuple(one for one in in_force if one not in rule.ignored.value)
    if not levels and (in_force or effect.sanction.fields[rule.by] in rule.ignored.value):
        return nothing
    why, span, reach = " or ".join(levels), none, none
    if levels:
        until = effect.sanction.until
        if isinstance(rule.window, Held) and until is not None and until <= as_of:
            return replace(nothing, why=ENDED)
        if isinstance(rule.window, Held):
            why += NO_END_STATED if until is None else f", until {until.isoformat()}"
        after = rule.window.after(as_of)
        placed = _placed(rule, effect, as_of)
        outside = outside_window(placed, after, as_of)
        if outside is not None:
            return replace(nothing, why=outside)
        known = [bounds(rule.points[level]) for level in levels]
        span = Span(min(one.low for one in known), max(one.high for one in known))
        reach = span
    else:
        why = _not_in_force(effect, as_of)
    if effect.open_since is not None and (levels or effect.may_change_by(as_of)):
        reach = Span(reach.low, none.high)
    if effect.may_change_by(as_of):
        reach = Span(min(bounds(entry).low for entry in rule.points.values()), none.high)
    return _Weight(effect, levels, span, reach, why)


def _placed(rule: Worst, effect: Effect, as_of: date) -> date:
    """The day that must lie in the window; a term that runs, or has no end, ends with the day."""
    first = effect.first or as_of
    if rule.since is None or rule.since.value is not Since.END or first > as_of:
        return first
    until = effect.sanction.until
    return as_of if until is None or until > as_of else until


def _not_in_force(effect: Effect, as_of: date) -> str:
    if effect.quashed:
        return QUASHED
    return NOT_YET if effect.first is not None and effect.first > as_of else SUSPENDED


def _parameters(
    rule: Worst, weights: Sequence[_Weight], decisive: Sequence[_Weight]
) -> list[Value[Any]]:
    """What took part: the window, the points that decide, and what was left out or filed late."""
    found: list[Value[Any]] = window_values(rule.window)
    found += [] if rule.since is None else [rule.since]
    entries = [rule.points[level] for one in decisive for level in one.levels]
    found += list(dict.fromkeys(entries)) if entries else [rule.none]
    if any(one.why == NOT_COUNTED for one in weights):
        found.append(rule.ignored)
    if any(_filed_late(one.effect) for one in weights):
        found.append(rule.late_filing)
    return found


def _filed_late(effect: Effect) -> bool:
    on = effect.sanction.effective_on.isoformat()
    return any(one.kind in FILINGS and one.fields["filed_on"] >= on for one in effect.matters)


def _matters(weights: Sequence[_Weight]) -> list[FactUse]:
    """Filings and rulings; they count when their sanction does, or was stopped by them."""
    found: dict[int, FactUse] = {}
    for one in weights:
        used = one.why not in (NOT_COUNTED, NOT_YET, OUT_OF_WINDOW)
        for matter in one.effect.matters:
            why = matter.fields["outcome"] if matter.kind == RULING else matter.kind.upper()
            if used or matter.root not in found:
                found[matter.root] = use(matter, why, used=used)
    return list(found.values())
