"""What `best`, `any` and `total` mean for everybody at once. Every number comes from the plan.

Each function gives the outcomes of one measure for all streams; to whom the measure applies is
decided above. Which facts count, and what an outcome rests on, is the same as in `tracing.rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

import polars as pl

from projections import reasons
from projections.answer import MeasureResult
from projections.cohorts.view import Outcomes, View, constant, outcome, outcomes
from projections.plans.plan import (
    AnyOf,
    Best,
    Entry,
    Mark,
    Match,
    Measure,
    Span,
    Total,
    bounds,
)
from projections.plans.words import Award
from projections.reasons import Reason
from projections.subject import POSITION
from projections.table.columns import SUBJECT, layout
from projections.tracing.case import ZERO, conditions, window_values
from projections.tracing.rules import against_target

_ORDER, _STATE, _SUM = "order", "state", "sum"
_SHIFT = 2**32
_NONE, _UNKNOWN, _MET, _STATES = 0, 1, 2, 3


def best(measure: Measure, rule: Best, view: View) -> Outcomes:
    """The highest points among the visible facts, by their codes.

    Of codes with equal points and mark the latest fact's counts, because its entry is the one
    named. Where the points of some code are not known, all codes of the subject are looked at, in
    order.
    """
    choices = layout()[rule.facts][rule.by].choices
    rows = view.rows(rule.facts, [rule.by], where=rule.where, covering=True)
    open_codes = [code for code in choices if isinstance(rule.points[code].value, Span)]
    unclear = rows.filter(pl.col(rule.by).cast(pl.String).is_in(open_codes))[SUBJECT].unique()
    among = rows[SUBJECT].is_in(unclear.implode())
    subjects, codes = _winners(rows.filter(~among), rule, choices)
    found: list[Sequence[str]] = [[code] for code in choices]
    several = rows.filter(among).group_by(SUBJECT, maintain_order=True)
    lists = several.agg(pl.col(rule.by).cast(pl.String))
    keys: dict[tuple[str, ...], int] = {}
    places = [
        keys.setdefault(tuple(listed), len(found) + len(keys))
        for listed in lists[rule.by].to_list()
    ]
    found += keys

    def make(key: int) -> MeasureResult:
        return _of_codes(measure, rule, found[key])

    return outcomes(
        view,
        pl.concat([subjects, lists[SUBJECT]]),
        pl.concat([codes, pl.Series(places, dtype=pl.Int64)]),
        make,
        otherwise=_nothing(measure, rule),
    )


def _winners(rows: pl.DataFrame, rule: Best, choices: Sequence[str]) -> tuple[pl.Series, pl.Series]:
    """For each subject the place of the code that counts, all points being known."""
    ranked = sorted({_firmness(rule.points[code]) for code in choices})
    ranks = [ranked.index(_firmness(rule.points[code])) for code in choices]
    places = rows[rule.by].to_physical()
    by_row = pl.Series(ranks, dtype=pl.UInt64).gather(places)
    order = by_row * _SHIFT + pl.Series(range(rows.height), dtype=pl.UInt64)
    won = rows.select(SUBJECT, order.alias(_ORDER)).group_by(SUBJECT).agg(pl.col(_ORDER).max())
    return won[SUBJECT], places.gather(won[_ORDER] % _SHIFT).cast(pl.Int64)


def _firmness(entry: Entry) -> tuple[Decimal, int]:
    return bounds(entry).low, -entry.mark.weakness


def _nothing(measure: Measure, rule: Best) -> MeasureResult:
    fixed = conditions(rule.where)
    if rule.none.mark is not Mark.MISSING:
        return outcome(measure, span=bounds(rule.none), parameters=[*fixed, rule.none])
    why = Reason(reasons.FACT_MISSING, measure.name, rule.facts)
    return outcome(measure, span=bounds(rule.none), parameters=fixed, limits=[rule.none], why=[why])


def _of_codes(measure: Measure, rule: Best, codes: Sequence[str]) -> MeasureResult:
    """The outcome of the codes of a subject's facts, in the order of the facts."""
    entries = [rule.points[code] for code in codes]
    low = max(bounds(one).low for one in entries)
    high = max(bounds(one).high for one in entries)
    counted = [one for one in entries if bounds(one).high > low]
    equal = [(-one.mark.weakness, place) for place, one in enumerate(entries) if one.value == low]
    if equal:
        counted.append(entries[max(equal)[1]])
    named = dict.fromkeys(counted)
    return outcome(measure, span=Span(low, high), parameters=[*conditions(rule.where), *named])


def any_of(measure: Measure, rule: AnyOf, view: View, kinds: pl.Series) -> Outcomes:
    """The maximum for whoever has one fact in the window that meets every condition.

    `kinds` holds the kind of position by stream, null where not known.
    """
    if rule.match is None:
        key = (AnyOf, rule.facts, rule.where, rule.window)
        state = view.once(key, lambda: _any_state(rule, view))
        results = [_of_match(measure, rule, None, state=state) for state in range(_STATES)]
        return Outcomes(state, results)
    # One block of outcomes for each kind of position, and a last one for whoever has none.
    choices = layout()[POSITION]["kind"].choices
    blocks = kinds.to_physical().cast(pl.UInt32).fill_null(len(choices))
    state = _match_state(rule, rule.match, view, kinds)
    found = [
        _of_match(measure, rule, kind, state=state)
        for kind in (*choices, None)
        for state in range(_STATES)
    ]
    return Outcomes(blocks * _STATES + state, found)


def _any_state(rule: AnyOf, view: View) -> pl.Series:
    rows = view.rows(rule.facts, [], *view.in_window(rule.window), where=rule.where)
    met = constant(_MET, pl.UInt32(), rows.height)
    return view.spread(rows[SUBJECT], met, default=_NONE)


def _match_state(rule: AnyOf, match: Match, view: View, kinds: pl.Series) -> pl.Series:
    """By stream: met, unknown because a field is absent, or neither."""
    masks = view.in_window(rule.window)
    rows = view.rows(rule.facts, [match.field], *masks, where=rule.where)
    kind = kinds[rows[SUBJECT]]
    met = constant(value=False, kind=pl.Boolean(), height=rows.height)
    for asking, asked in match.of.items():
        level = rows[match.field].is_in(list(asked.value))
        met |= ((kind == asking) & level).fill_null(value=False)
    state = constant(_NONE, pl.UInt32(), view.frame.subjects)
    state = state.scatter(rows.filter(rows[match.field].is_null())[SUBJECT], _UNKNOWN)
    return state.scatter(rows.filter(met)[SUBJECT], _MET)


def _of_match(measure: Measure, rule: AnyOf, kind: str | None, *, state: int) -> MeasureResult:
    """Whoever holds a post that the match does not name never gets this outcome."""
    parameters = [*conditions(rule.where), *window_values(rule.window)]
    field = ""
    if rule.match is not None:
        field = rule.match.field
        if kind is not None and kind in rule.match.of:
            parameters.append(rule.match.of[kind])
    maximum = measure.maximum.value
    if state == _UNKNOWN:
        why = Reason(reasons.FIELD_UNKNOWN, measure.name, f"{rule.facts}.{field}")
        return outcome(measure, span=Span(ZERO, maximum), parameters=parameters, why=[why])
    points = maximum if state == _MET else ZERO
    return outcome(measure, span=Span(points, points), parameters=parameters)


def total(measure: Measure, rule: Total, view: View) -> Outcomes:
    """The sum in the window against the target; an absent number matters below the target only.

    Whoever has no such fact has the sum nothing, which is below any target.
    """
    key = (Total, rule.facts, rule.where, rule.field, rule.window)
    sums = view.once(key, lambda: _sums(rule, view))
    scale = view.table(rule.facts, [rule.field]).scales[rule.field]
    target = bounds(rule.target).high.scaleb(scale).to_integral_value(ROUND_CEILING)
    reached = sums[_SUM] >= int(target)
    state = sums[_STATE].set(reached, _MET)
    by_amount = isinstance(rule.target.value, Span)
    if by_amount or rule.award.value is Award.PROPORTIONAL:
        keys = sums[_SUM].set(reached, 0) * _STATES + state

        def make(key: int) -> MeasureResult:
            amount = Decimal(key // _STATES).scaleb(-scale)
            return _of_sum(measure, rule, amount, state=key % _STATES)

        return outcomes(view, sums[SUBJECT], keys, make, otherwise=make(_NONE))
    results = [_of_sum(measure, rule, ZERO, state=state) for state in range(_STATES)]
    return Outcomes(view.spread(sums[SUBJECT], state.cast(pl.UInt32), default=_NONE), results)


def _sums(rule: Total, view: View) -> pl.DataFrame:
    """By subject, the sum of the numbers that are known, and whether some number is not."""
    rows = view.rows(rule.facts, [rule.field], *view.in_window(rule.window), where=rule.where)
    unknown = rows[rule.field].is_null().cast(pl.Int64) * _UNKNOWN
    with_state = rows.with_columns(unknown.alias(_STATE))
    return with_state.group_by(SUBJECT).agg(
        pl.col(rule.field).sum().alias(_SUM), pl.col(_STATE).max()
    )


def _of_sum(measure: Measure, rule: Total, amount: Decimal, *, state: int) -> MeasureResult:
    """`state` says whether the target is reached, or an absent number might reach it."""
    parameters = [*conditions(rule.where), *window_values(rule.window)]
    maximum = measure.maximum.value
    span = Span(maximum, maximum)
    if state != _MET:
        span = against_target(measure, rule, amount, unknown=state == _UNKNOWN)
    clear = span.low == span.high and isinstance(rule.target.value, Span)
    parameters += [rule.award] if clear else [rule.target, rule.award]
    if state != _MET and rule.award.value is Award.PROPORTIONAL and rule.decimals is not None:
        parameters.append(rule.decimals)
    why = Reason(reasons.FIELD_UNKNOWN, measure.name, f"{rule.facts}.{rule.field}")
    unclear = state == _UNKNOWN and span.low != span.high
    return outcome(
        measure,
        span=span,
        parameters=parameters,
        limits=[rule.target] if clear else [],
        why=[why] if unclear else [],
    )
