"""Single changes of rule or post that might give a printed number: window, reading, kind of post.

Each is computed by the rules of the measure so changed. Pure: facts and plan in, results out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.domain.facts import Fact
from ledger.vocabulary import PositionKind
from projections.plans.plan import (
    MONTHS_A_YEAR,
    AnyOf,
    Ever,
    Latest,
    Mark,
    Measure,
    Rule,
    Sum,
    Total,
    Value,
    Window,
    Worst,
)
from projections.plans.words import Award, Halves, LateFiling, WindowStart
from projections.reconciliation.base import (
    Cause,
    Code,
    Ground,
    Tried,
    by_line,
    decimals_of,
    facts_of,
    leaves,
    with_fact,
)
from projections.subject import NOT_YET, POSITION, Post
from projections.tracing.case import OUT_OF_WINDOW, applies

_Changes = Callable[[Rule], Iterator[tuple[str, str, str, Rule]]]


def _varied(
    measure: Measure, post: Post, changes: _Changes
) -> Iterator[tuple[dict[str, str], Measure]]:
    """A measure with one parameter of one line otherwise, and which."""
    if not isinstance(measure.rule, Sum):
        for parameter, here, there, rule in changes(measure.rule):
            detail = {"line": measure.name, "parameter": parameter, "here": here, "there": there}
            yield detail, replace(measure, rule=rule)
        return
    parts = measure.rule.measures
    for at, part in enumerate(parts):
        if applies(part, post):
            for detail, changed in _varied(part, post, changes):
                yield detail, replace(measure, rule=Sum((*parts[:at], changed, *parts[at + 1 :])))


def windows(found: Ground, latest: date) -> Iterator[Tried]:
    """The same facts in another window, and one fact up to a day that lies outside ours."""
    for detail, measure in _varied(found.measure, found.case.post, _other_windows):
        yield Tried(Cause(Code.OTHER_WINDOW, (), detail), found.points(measure=measure))
    outside = (OUT_OF_WINDOW, NOT_YET)
    for measure, result in by_line(found):
        for fact in facts_of(found, result, lambda used, why: not used and why in outside):
            if fact.effective_on > latest:
                continue
            moved = replace(fact, effective_on=found.case.as_of)
            points = found.points(facts=with_fact(found.case.facts, moved))
            yield Tried(Cause(Code.OTHER_WINDOW, (fact,), {"line": measure.name}), points)


def _other_windows(rule: Rule) -> Iterator[tuple[str, str, str, Rule]]:
    window = getattr(rule, "window", None)
    if not isinstance(rule, AnyOf | Total | Latest | Worst) or not isinstance(window, Window):
        return
    for start in WindowStart:
        if start is not window.start.value:
            other = replace(window, start=_other(window.start, start))
            yield "window.start", window.start.value, start, replace(rule, window=other)
    here = f"{window.months.value} months"
    if isinstance(rule, Latest):
        longer = window.months.value + MONTHS_A_YEAR
        other = replace(window, months=_other(window.months, longer))
        yield "window", here, f"{longer} months", replace(rule, window=other)
    else:
        ever = Ever(_other(window.start, "ever"))
        yield "window", here, "ever", replace(rule, window=ever)


def _other(value: Value[Any], there: Any) -> Value[Any]:
    """A parameter that says something else, which nobody vouches for."""
    return replace(value, value=there, mark=Mark.ASSUMED)


def readings(found: Ground, printed: Decimal) -> Iterator[Tried]:
    """The same facts under another reading of the rule."""

    def changes(rule: Rule) -> Iterator[tuple[str, str, str, Rule]]:
        yield from _other_readings(rule, decimals_of(printed))

    for detail, measure in _varied(found.measure, found.case.post, changes):
        yield Tried(Cause(Code.OTHER_READING, (), detail), found.points(measure=measure))
    exempt = _exempt(found)
    total = None if found.now is None else found.now.points
    if exempt is None or total is None:
        return
    for measure, result in by_line(found):
        if isinstance(measure.rule, AnyOf) and not result.points:
            detail = {"line": measure.name, "parameter": "training_exempt", "there": "true"}
            cause = Cause(Code.OTHER_READING, (exempt,), detail)
            yield Tried(cause, total + measure.maximum.value)


def _other_readings(rule: Rule, decimals: int) -> Iterator[tuple[str, str, str, Rule]]:
    """Each choice between readings made the other way; shares have as many decimals as printed."""
    if isinstance(rule, Total):
        there = next(one for one in Award if one is not rule.award.value)
        digits = rule.decimals or _other(rule.award, decimals)
        changed = replace(rule, award=_other(rule.award, there), decimals=digits)
        yield "award", rule.award.value, there, changed
    elif isinstance(rule, AnyOf) and rule.match is not None:
        yield f"match.{rule.match.field}", "of the post", "any", replace(rule, match=None)
    elif isinstance(rule, Latest):
        half = next(one for one in Halves if one is not rule.halves.value)
        changed_halves = replace(rule, halves=_other(rule.halves, half))
        yield "halves", rule.halves.value, half, changed_halves
    elif isinstance(rule, Worst):
        filed = next(one for one in LateFiling if one is not rule.late_filing.value)
        changed_filing = replace(rule, late_filing=_other(rule.late_filing, filed))
        yield "late_filing", rule.late_filing.value, filed, changed_filing


def _exempt(found: Ground) -> Fact | None:
    """The post held, where its title counts as trained without a certificate."""
    held = next(
        (one for one in found.case.facts.known(POSITION) if one.root == found.case.post.root), None
    )
    if held is None:
        return None
    reference = found.side.surroundings.references.get(held.fields.get("title_id", ""), {})
    return held if reference.get("training_exempt") else None


def posts(found: Ground) -> Iterator[Tried]:
    """The same facts for whoever holds a post of another kind."""
    here = found.case.post.kind
    for kind in PositionKind:
        if kind.value != here:
            points = found.points(post=replace(found.case.post, kind=kind.value))
            detail = {"here": here or "unknown", "there": kind.value}
            yield Tried(Cause(Code.OTHER_POST, (), detail), points)


def halves(found: Ground) -> Iterator[Tried]:
    """One line, or the whole, counted half."""
    total = None if found.now is None else found.now.points
    if total is None:
        return
    for leaf in (*leaves(found.now), found.now):
        if leaf is not None and leaf.points:
            cause = Cause(Code.HALF_POINTS, (), {"line": leaf.name})
            yield Tried(cause, total - leaf.points / 2)
