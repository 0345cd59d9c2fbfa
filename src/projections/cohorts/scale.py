"""How many decimals the integers of a plan's points hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ledger.errors import LedgerError
from projections.cohorts.view import decimals_of, scale_of, scaled
from projections.plans.plan import Extra, Latest, Measure, Plan, Sum, Total, Value

MOST_POINTS = 2**53


class PlanTooFine(LedgerError):
    """An instrument whose points have more digits than everybody's scores are computed with."""

    code = "instrument_too_fine"


def points_scale(plan: Plan) -> int:
    """How many decimals hold every number of points that the plan can give.

    Raises:
        PlanTooFine: they need more digits than an integer of the machine holds.
    """
    rounded = [one.value for one in _roundings(plan.measures)]
    scale = max([scale_of(decimals_of(plan)), *rounded])
    if scaled(plan.maximum.value, scale) > MOST_POINTS:
        raise PlanTooFine(
            f"{plan.instrument} counts in steps of {Decimal(1).scaleb(-scale)} up to"
            f" {plan.maximum.value}, which is finer than everybody's scores are computed at once.",
            next_step="Write its numbers with fewer decimals, or ask for one person at a time.",
        )
    return scale


def _roundings(measures: Sequence[Measure]) -> Iterator[Value[int]]:
    """Where the rules round."""
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _roundings(one.rule.measures)
        elif isinstance(one.rule, Extra):
            yield from () if one.rule.rounding is None else (one.rule.rounding,)
        elif isinstance(one.rule, Total | Latest) and one.rule.decimals is not None:
            yield one.rule.decimals
