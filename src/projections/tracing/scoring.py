"""What `score` makes of another instrument's measures: its total, or one measure, scaled.

Both interpreters end here, so that a score within a score is the same from either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from projections import reasons
from projections.answer import MeasureResult
from projections.plans.extra import Score
from projections.plans.plan import Measure, Span, Value
from projections.reasons import Reason
from projections.text_doubts import inherited
from projections.tracing.case import ZERO, ratio_half_up


@dataclass(frozen=True, slots=True)
class Told:
    """Points by another instrument, with its measures below."""

    span: Span
    reach: Span
    parameters: tuple[Value[Any], ...]
    why: tuple[Reason, ...]
    measures: tuple[MeasureResult, ...]


def asked_of(rule: Score) -> tuple[Measure, ...]:
    """The measures of the other instrument that are read: all, or the one that is named."""
    if rule.bound is None:
        return ()
    return tuple(one for one in rule.bound.measures if rule.part in (None, one.name))


def told_by(
    measure: Measure,
    rule: Score,
    parts: Sequence[MeasureResult],
    outside: Reason | None,
    on: date,
) -> Told:
    """Points from the parts; unknown without such an instrument or for whom it does not measure.

    What makes the other text's answers provisional on the day makes these so too.
    """
    top = measure.maximum.value
    fixed = (rule.instrument, rule.decimals)
    open_ = Span(ZERO, top)
    if rule.bound is None or outside is not None or not parts:
        why = Reason(reasons.INSTRUMENT_NOT_IN_FORCE, measure.name, rule.instrument.value)
        if outside is not None:
            why = Reason(outside.code, measure.name, outside.missing)
        return Told(open_, open_, fixed, (why,), ())
    doubts = inherited(rule.bound, on, measure.name)
    of = sum((one.maximum for one in parts), ZERO)

    def scaled(points: Decimal) -> Decimal:
        return ratio_half_up(top * points, of, rule.decimals.value)

    span, reach = (
        Span(
            scaled(sum((one.low for one in spans), ZERO)),
            scaled(sum((one.high for one in spans), ZERO)),
        )
        for spans in ([one.span for one in parts], [one.reach for one in parts])
    )
    return Told(span, reach, (*fixed, rule.bound.maximum), doubts, tuple(parts))
