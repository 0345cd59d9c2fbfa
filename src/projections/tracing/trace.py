"""The plan for one subject: value, status and every step with its citation.

`trace` reads the facts of one person as known at one position, on one legal day, and gives an
answer whose measures name the facts that counted, those that did not and why, and the parameters
that took part. Exact decimals throughout; rounding only where a rule states `decimals`, half up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ledger.domain.facts import History
from ledger.errors import invariant
from projections import reasons
from projections.answer import Answer, MeasureResult, conclude, not_applicable
from projections.plans.extra import Score
from projections.plans.members import Members, Tallies
from projections.plans.plan import (
    AnyOf,
    Best,
    Extra,
    Latest,
    Measure,
    Plan,
    Span,
    Sum,
    Total,
    UnitPopulation,
    Worst,
    depends_on_position,
)
from projections.question import Question
from projections.reasons import Reason
from projections.subject import Post, Surroundings, in_order, outside, post_on, who
from projections.tracing.case import ZERO, Case, nobody, result
from projections.tracing.contested import contested
from projections.tracing.extra import extra
from projections.tracing.latest import latest
from projections.tracing.members import told_by as told_by_members
from projections.tracing.rules import any_of, best, total
from projections.tracing.scoring import asked_of, told_by
from projections.tracing.worst import worst


def trace(
    plan: Plan,
    facts: History,
    question: Question,
    *,
    subject: str,
    surroundings: Surroundings,
    enacted: int | None = None,
    tallies: Tallies = nobody,
) -> Answer:
    """The answer for one subject, a person or a unit.

    Args:
        plan: a checked instrument.
        facts: the subject's facts as known at `question.position`, from `facts.history`.
        question: legal day, position and hypotheses; `without` is applied here.
        subject: the stream's id, 32 hex digits.
        surroundings: references of titles and depths of units on `question.as_of`, as known then.
        enacted: position of the enactment of the plan; None for a draft.
        tallies: of a unit, what its people come to by the rule that asks.
    """
    invariant(facts.position <= question.position, "facts of a later position were handed in")
    left_out = {root for stream, root in question.without if stream == subject}
    facts = _seen(facts, question.as_of, left_out)
    if isinstance(plan.population, UnitPopulation):
        post = Post(None, subject, (), None)
    else:
        post = post_on(facts, surroundings, question.as_of)
    why = outside(facts, plan.population, question.as_of, post.kind)
    stated = in_order([*who(facts, plan.population, question.as_of), *post.facts])
    if why is not None:
        answer = not_applicable(
            plan,
            question,
            subject=subject,
            enacted=enacted,
            unit=post.unit,
            position_kind=post.kind,
            why=why,
        )
        return replace(answer, who=stated)
    case = Case(facts, question.as_of, post, tallies)
    measures = [evaluate(measure, case) for measure in plan.measures]
    answer = conclude(
        plan,
        question,
        subject=subject,
        enacted=enacted,
        unit=post.unit,
        position_kind=post.kind,
        measures=measures,
        disputed=sorted(set(_contested(measures, facts))),
    )
    return replace(answer, who=stated)


def evaluate(measure: Measure, case: Case) -> MeasureResult:
    """One measure by its rule, its reach widened by what is contested."""
    rule = measure.rule
    if isinstance(rule, Sum):
        return sum_of(measure, rule, case)
    if isinstance(rule, Score):
        return score(measure, rule, case)
    found = _by_rule(measure, rule, case)
    if not case.facts.disputed:
        return found

    def again(kept: History) -> MeasureResult:
        return _by_rule(measure, rule, replace(case, facts=kept))

    return contested(found, case.facts, again)


def _by_rule(
    measure: Measure, rule: Best | AnyOf | Total | Latest | Worst | Extra, case: Case
) -> MeasureResult:
    """A measure that reads facts."""
    if isinstance(rule, Best):
        return best(measure, rule, case)
    if isinstance(rule, AnyOf):
        return any_of(measure, rule, case)
    if isinstance(rule, Total):
        return total(measure, rule, case)
    if isinstance(rule, Latest):
        return latest(measure, rule, case)
    if isinstance(rule, Worst):
        return worst(measure, rule, case)
    if isinstance(rule, Members):
        return members(measure, rule, case)
    return extra(measure, rule, case)


def sum_of(measure: Measure, rule: Sum, case: Case) -> MeasureResult:
    """The measures that apply to the post held; without its kind those with `when` are open."""
    kind = case.post.kind
    by_post = depends_on_position(rule.measures)
    parts = [
        evaluate(part, case)
        for part in rule.measures
        if (part.when is None or (kind is not None and part.applies_to(kind)))
        and part.employs(case.post.employment)
    ]
    low = sum((part.span.low for part in parts), ZERO)
    high = sum((part.span.high for part in parts), ZERO)
    reach = Span(
        sum((part.reach.low for part in parts), ZERO),
        sum((part.reach.high for part in parts), ZERO),
    )
    why = []
    if by_post and kind is None:
        open_points = measure.maximum.value - sum((part.maximum for part in parts), ZERO)
        high += open_points
        reach = Span(reach.low, reach.high + open_points)
        why.append(Reason(reasons.POSITION_KIND_UNKNOWN, measure.name, "position"))
    return result(
        measure,
        case,
        span=Span(low, high),
        reach=reach,
        parameters=(),
        facts=case.post.facts if by_post else (),
        why=why,
        measures=parts,
    )


def score(measure: Measure, rule: Score, case: Case) -> MeasureResult:
    """What another instrument says of the same subject on the same day, scaled."""
    why = None
    if rule.bound is not None:
        why = outside(case.facts, rule.bound.population, case.as_of, case.post.kind)
    asked = () if why is not None else asked_of(rule)
    told = told_by(measure, rule, [evaluate(one, case) for one in asked], why, case.as_of)
    return result(
        measure,
        case,
        span=told.span,
        reach=told.reach,
        parameters=told.parameters,
        facts=(),
        why=told.why,
        measures=told.measures,
    )


def members(measure: Measure, rule: Members, case: Case) -> MeasureResult:
    """What the people of a unit come to."""
    told = told_by_members(measure, rule, case.tallies(rule))
    return result(
        measure,
        case,
        span=told.span,
        reach=told.reach,
        parameters=told.parameters,
        limits=told.limits,
        facts=(),
        why=told.why,
        counted=told.counted,
    )


def _seen(facts: History, as_of: date, left_out: set[int]) -> History:
    """The facts a question may see: those stated again after a merge only from its day on."""
    every = [fact for known in facts.facts.values() for fact in known]
    if not left_out and all(fact.counts_from is None for fact in every):
        return facts
    kept = {
        kind: [fact for fact in known if fact.root not in left_out and fact.there(as_of)]
        for kind, known in facts.facts.items()
    }
    return History(kept, facts.disputed, facts.position)


def _contested(measures: list[MeasureResult], facts: History) -> list[int]:
    """Positions of facts that counted and are contested."""
    found: list[int] = []
    if facts.disputed:
        for one in measures:
            found += [use.position for use in one.facts if use.used and use.root in facts.disputed]
            found += _contested(list(one.measures), facts)
    return found
