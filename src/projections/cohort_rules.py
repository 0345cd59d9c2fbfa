"""What `best`, `any` and `total` mean for everybody at once. Every number comes from the plan.

Each function gives the outcomes of one measure for all streams; to whom the measure applies is
decided above. Which facts count and what an outcome rests on is the same as in `trace_rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from projections import reasons
from projections.answer import MeasureResult
from projections.cohort_view import Outcomes, View, interval_above, outcome, outcomes
from projections.columns import SUBJECT, layout
from projections.plan import AnyOf, Award, Best, Entry, Mark, Measure, Span, Total, bounds
from projections.reasons import Reason
from projections.trace_case import ZERO, conditions, ratio_half_up, window_values

_RANK, _ORDER, _KEY = "rank", "order", "key"
_MET, _UNKNOWN, _SUM = "met", "unknown", "sum"
_SHIFT = 2**32
KIND = "position kind"


def best(measure: Measure, rule: Best, view: View) -> Outcomes:
    """The highest points among the visible facts, by their codes.

    Of codes with equal points and mark the latest fact's counts, because its entry is the one named.
    Where a code's points are not known, all codes of the subject are looked at in order.
    """
    choices = layout()[rule.facts][rule.by].choices
    rows = view.rows(rule.facts, [rule.by], where=rule.where, covering=True)
    open_codes = [code for code in choices if isinstance(rule.points[code].value, Span)]
    unclear = rows.filter(pl.col(rule.by).is_in(open_codes))[SUBJECT].unique()
    among = pl.col(SUBJECT).is_in(unclear.implode())
    lists = (
        rows.filter(among)
        .group_by(SUBJECT, maintain_order=True)
        .agg(pl.col(rule.by).cast(pl.String).alias(_KEY))
    )
    clear = _winners(rows.filter(~among), rule, choices)
    found = pl.concat([clear, lists])

    def make(codes: Sequence[str]) -> MeasureResult:
        return _of_codes(measure, rule, codes)

    return outcomes(view, found, [_KEY], make, otherwise=_nothing(measure, rule))


def _winners(rows: pl.DataFrame, rule: Best, choices: Sequence[str]) -> pl.DataFrame:
    """For each subject the code that counts, all points being known: [code]."""
    ranked = sorted({_firmness(rule.points[code]) for code in choices})
    ranks = [ranked.index(_firmness(rule.points[code])) for code in choices]
    by_code = pl.Series(ranks, dtype=pl.UInt64)
    key = by_code.gather(rows[rule.by].to_physical()) * _SHIFT + pl.Series(
        range(rows.height), dtype=pl.UInt64
    )
    best_row = rows.select(SUBJECT, key.alias(_ORDER)).group_by(SUBJECT).agg(pl.col(_ORDER).max())
    won = rows[rule.by].gather((best_row[_ORDER] % _SHIFT).cast(pl.UInt32))
    codes = won.cast(pl.String).reshape((-1, 1)).arr.to_list().alias(_KEY)
    return best_row.select(SUBJECT).with_columns(codes)


def _firmness(entry: Entry) -> tuple[Decimal, int]:
    return bounds(entry).low, -entry.mark.weakness


def _nothing(measure: Measure, rule: Best) -> MeasureResult:
    fixed = conditions(rule.where)
    if rule.none.mark is not Mark.MISSING:
        return outcome(measure, span=bounds(rule.none), parameters=[*fixed, rule.none])
    why = Reason(reasons.FACT_MISSING, measure.name, rule.facts)
    return outcome(
        measure, span=bounds(rule.none), parameters=fixed, limits=[rule.none], why=[why]
    )


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
    return outcome(
        measure, span=Span(low, high), parameters=[*conditions(rule.where), *named]
    )


def any_of(measure: Measure, rule: AnyOf, view: View, kinds: pl.Series) -> Outcomes:
    """The maximum for whoever has one fact in the window that meets every condition.

    `kinds` holds the kind of position of each stream, null where not known.
    """
    masks = view.in_window(rule.window)
    if rule.match is None:
        rows = view.rows(rule.facts, [], *masks, where=rule.where)
        found = rows.unique().with_columns(
            pl.lit(None, kinds.dtype).alias(KIND),
            pl.lit(value=True).alias(_MET),
            pl.lit(value=False).alias(_UNKNOWN),
        )
    else:
        rows = view.rows(rule.facts, [rule.match.field], *masks, where=rule.where)
        found = _matching(rows, rule, kinds)

    def make(kind: str | None, met: bool, unknown: bool) -> MeasureResult:  # noqa: FBT001
        return _of_match(measure, rule, kind, met=met, unknown=unknown)

    return _by_kind(view, found, rule, kinds, make)
