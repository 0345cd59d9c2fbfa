"""What makes every answer of a text provisional on a day, whatever the facts are.

That is a later text that is known and not enacted, and an in-force day that is recalled or assumed,
until the day from which the text was in force for sure. An answer that reads another instrument's
score inherits what is said of that text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from projections.plan import Measure, Plan, Sum
from projections.plan_extra import Score
from projections.reasons import LATER_TEXT_KNOWN, Reason, of_parameter


def text_doubts(plan: Plan, on: date) -> list[Reason]:
    """Why an answer under this text is less than certain on a day."""
    found = [Reason(LATER_TEXT_KNOWN, None, title) for first, title in plan.later if first <= on]
    if plan.sure_from is None or on < plan.sure_from:
        unsure = of_parameter(plan.first_day, None)
        found += [] if unsure is None else [unsure]
    return found


def inherited(plan: Plan, on: date, measure: str) -> tuple[Reason, ...]:
    """The same, as a measure says it that reads this text's score."""
    return tuple(replace(one, measure=measure) for one in text_doubts(plan, on))


def turning_days(plan: Plan) -> set[date]:
    """The days on which `text_doubts` says something else than the day before."""
    days = {first for first, _ in plan.later}
    return days if plan.sure_from is None else days | {plan.sure_from}


def read_texts(measures: Sequence[Measure]) -> Iterator[Plan]:
    """The other texts that measures read, at any depth."""
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from read_texts(one.rule.measures)
        elif isinstance(one.rule, Score) and one.rule.bound is not None:
            yield one.rule.bound
            yield from read_texts(one.rule.bound.measures)
