"""What makes every answer of a text provisional on a day, whatever the facts are.

That is a later text that is known and not enacted, and an in-force day that is recalled or assumed,
until the day from which the text was in force for sure. An answer that reads another instrument's
score inherits what is said of that text.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from projections.plans.plan import Plan
from projections.reasons import LATER_TEXT_KNOWN, Reason, of_parameter


def text_doubts(plan: Plan, on: date) -> list[Reason]:
    """Why an answer under this text is less than certain on a day."""
    later = [Reason(LATER_TEXT_KNOWN, None, title) for first, title in plan.later if first <= on]
    return [*later, *_of_first_day(plan, on)]


def _of_first_day(plan: Plan, on: date) -> list[Reason]:
    unsure = of_parameter(plan.first_day, None)
    sure = plan.sure_from is not None and plan.sure_from <= on
    return [] if unsure is None or sure else [unsure]


def inherited(plan: Plan, on: date, measure: str) -> tuple[Reason, ...]:
    """How sure this text's first day is, as a measure says it that reads its score.

    Later texts are inherited where texts are bound.
    """
    return tuple(replace(one, measure=measure) for one in _of_first_day(plan, on))


def turning_days(plan: Plan) -> set[date]:
    """The days on which `text_doubts` says something else than the day before."""
    days = {first for first, _ in plan.later}
    return days if plan.sure_from is None else days | {plan.sure_from}
