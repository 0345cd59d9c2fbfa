"""What the rules of `plans.extra` mean for one subject: the facts found, weighed, and told."""

from __future__ import annotations

from typing import Any

from ledger.domain.facts import Fact
from ledger.errors import ProgramError
from projections.answer import FactUse, MeasureResult
from projections.plans.extra import ON, ROOT, UNTIL, Gathered, HeldPost, Source
from projections.plans.members import Pattern
from projections.plans.plan import Extra, Held, Measure, Value
from projections.subject import EARLIER, EARLIER_RECORDED, not_visible, use
from projections.tracing.case import (
    Case,
    conditions,
    meeting,
    outside_window,
    result,
    window_values,
)
from projections.tracing.pattern import fitting
from projections.tracing.weighing import held_post, weigh


def extra(measure: Measure, rule: Extra, case: Case) -> MeasureResult:
    """The points of one measure with every fact that was looked at."""
    if isinstance(rule, HeldPost):
        by_post = held_post(measure, rule, case.post.kind)
        return result(
            measure,
            case,
            span=by_post.span,
            parameters=by_post.parameters,
            facts=case.post.facts,
            why=by_post.why,
        )
    if not isinstance(rule, Gathered):
        raise ProgramError(f"{measure.name}: a rule without sources")
    picked: list[list[Fact]] = []
    uses: list[FactUse] = []
    for source in rule.sources:
        here: list[Fact] = []
        for fact in meeting(case.facts.known(source.kind), source.where):
            why = _not_read(fact, source, case)
            if why is None:
                here.append(fact)
            else:
                uses.append(use(fact, why, used=False))
        picked.append(here)
    rows = [
        [_row(fact, source) for fact in here]
        for here, source in zip(picked, rule.sources, strict=True)
    ]
    if isinstance(rule, Pattern):
        weighed = fitting(measure, rule, rows[0], case.tallies(rule.members), case.as_of)
    else:
        weighed = weigh(measure, rule, rows, case.as_of)
    for here, words in zip(picked, weighed.words, strict=True):
        days = {fact.effective_on for fact, (used, _) in zip(here, words, strict=True) if used}
        for fact, (used, why) in zip(here, words, strict=True):
            same_day = why == EARLIER and fact.effective_on in days
            uses.append(use(fact, EARLIER_RECORDED if same_day else why, used=used))
    return result(
        measure,
        case,
        span=weighed.span,
        parameters=[*source_values(rule), *weighed.parameters],
        limits=weighed.limits,
        facts=uses,
        why=weighed.why,
        reach=weighed.reach,
        counted=weighed.counted,
    )


def source_values(rule: Gathered) -> list[Value[Any]]:
    """The parameters that say which facts are read."""
    return [
        one
        for source in rule.sources
        for one in (*conditions(source.where), *window_values(source.window))
    ]


def _not_read(fact: Fact, source: Source, case: Case) -> str | None:
    if isinstance(source.window, Held):
        return not_visible(fact, case.as_of)
    return outside_window(fact.effective_on, source.window.after(case.as_of), case.as_of)


def _row(fact: Fact, source: Source) -> tuple[Any, ...]:
    own = {ON: fact.effective_on, UNTIL: fact.until, ROOT: fact.root}
    return tuple(own[key] if key in own else fact.fields.get(key) for key in source.keys)
