"""Single changes of facts that might give a printed number: one less, one more, one otherwise.

Each is computed by the rules of the measure. Pure: facts and plan in, results out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ledger.canonical import decimal_text
from ledger.domain.facts import Fact
from projections.differences.advise import NO_ROOT, tries
from projections.differences.lines import Leaf, Line, lines
from projections.plans.plan import (
    KNOWN,
    AnyOf,
    Best,
    Entry,
    Latest,
    Measure,
    Rule,
    Sum,
    Total,
    Worst,
    bounds,
)
from projections.reconciliation.base import (
    Cause,
    Code,
    Ground,
    Tried,
    by_line,
    leaves,
    lowest,
    used,
    with_fact,
)
from projections.subject import Post
from projections.tracing.case import ZERO


def without_facts(found: Ground, *, together: bool) -> Iterator[Tried]:
    """Without one fact that counted; or without all that counted for a line, or the measure."""
    groups: list[tuple[Fact, ...]] = [(one,) for one in used(found, found.now)]
    if together:
        lines_used = [used(found, leaf) for leaf in leaves(found.now)]
        groups = [one for one in (*lines_used, used(found, found.now)) if len(one) > 1]
    for group in groups:
        roots = {one.root for one in group}
        kept = {
            kind: [one for one in known if one.root not in roots]
            for kind, known in found.case.facts.facts.items()
        }
        points = found.points(facts=replace(found.case.facts, facts=kept))
        if points is not None or isinstance(found.measure.rule, Sum):
            yield Tried(Cause(Code.FACT_NOT_THERE, group), points)
            continue
        for counted in counted_as(found.measure, found.case.post):
            detail = {"missing_counted_as": decimal_text(counted)}
            yield Tried(Cause(Code.FACT_NOT_THERE, group, detail), counted)


def counted_as(measure: Measure, post: Post) -> list[Decimal]:
    """What somebody may give who has nothing to read: nothing, or the lowest points there are."""
    lows = [bounds(entry).low for one in lowest(measure, post) for entry in _entries(one.rule)]
    return list(dict.fromkeys([ZERO, min(lows, default=ZERO)]))


def _entries(rule: Rule) -> Iterator[Entry]:
    if isinstance(rule, Best | Worst):
        yield from rule.points.values()
    elif isinstance(rule, Latest):
        for table in rule.points.values():
            yield from table.values()


def missing_counted(found: Ground) -> Iterator[Tried]:
    """What is missing here counted as nothing, or as the lowest."""
    unknown = [one for one in leaves(found.now) if one.points is None]
    if len(unknown) != 1:
        return
    known = sum((one.points or ZERO for one in leaves(found.now)), ZERO)
    own = [one for one in lowest(found.measure, found.case.post) if one.name == unknown[0].name]
    for counted in counted_as(own[0], found.case.post) if own else ():
        detail = {"line": unknown[0].name, "counted_as": decimal_text(counted)}
        yield Tried(Cause(Code.MISSING_COUNTED, (), detail), known + counted)


def contents(found: Ground) -> Iterator[Tried]:
    """A fact that counted, or that would under another code, saying something else there."""
    for measure, result in by_line(found):
        for fact in used(found, result):
            for name, code in _codes(measure.rule, fact):
                yield _content(found, fact, name, code)
    sorts = [
        (one.rule.facts, condition)
        for one in lowest(found.measure, found.case.post)
        if isinstance(one.rule, AnyOf | Total)
        for condition in one.rule.where
        if not condition.absent
    ]
    codes = {(kind, one.field, code) for kind, one in sorts for code in one.codes.value - {KNOWN}}
    for kind, name, code in sorted(codes):
        for fact in found.case.facts.known(kind):
            if fact.effective_on <= found.case.as_of:
                yield _content(found, fact, name, code)


def _codes(rule: Rule, fact: Fact) -> Iterator[tuple[str, str]]:
    """What a fact might say instead: of education only less, as more is a fact of its own."""
    if isinstance(rule, Best):
        own = bounds(rule.points[fact.fields[rule.by]]).low
        lower = [code for code, entry in rule.points.items() if bounds(entry).high < own]
        yield from ((rule.by, code) for code in lower)
    elif isinstance(rule, Latest) and rule.by[1] in fact.fields:
        table = rule.points.get(str(fact.fields.get(rule.by[0])), {})
        yield from ((rule.by[1], code) for code in table)
    elif isinstance(rule, Worst) and fact.kind == rule.facts:
        yield from ((rule.by, code) for code in rule.points)


def _content(found: Ground, fact: Fact, name: str, code: str) -> Tried:
    here = str(fact.fields.get(name))
    changed = replace(fact, fields={**fact.fields, name: code})
    cause = Cause(Code.OTHER_CONTENT, (fact,), {"field": name, "here": here, "there": code})
    return Tried(cause, found.points(facts=with_fact(found.case.facts, changed)))


def not_here(found: Ground) -> Iterator[Tried]:
    """With a fact that nobody has recorded here, or that says more there."""
    side, post = found.side, found.case.post
    for path, line in lines(side.plan).items():
        if path.split("/")[0] != found.measure.name:
            continue
        for leaf in line.leaves:
            if not leaf.holds(post):
                continue
            for fact, about in _new_facts(leaf, found, line):
                points = found.points(facts=with_fact(found.case.facts, fact))
                said = {name: str(value) for name, value in sorted(fact.fields.items())}
                if about is None:
                    cause = Cause(Code.FACT_NOT_HERE, (), {"fact": fact.kind, **said})
                else:
                    changed = {k: v for k, v in said.items() if str(about.fields.get(k)) != v}
                    cause = Cause(Code.OTHER_CONTENT, (about,), changed)
                yield Tried(cause, points)


def _new_facts(leaf: Leaf, found: Ground, line: Line) -> Iterator[tuple[Fact, Fact | None]]:
    rule, side = leaf.measure.rule, found.side
    now = line.read(found.case.facts, found.case.as_of, found.case.post)
    for one in tries(leaf, side, now):
        yield one.fact, one.about
    if isinstance(rule, Worst):
        for code in rule.points:
            yield (
                Fact(
                    kind=rule.facts,
                    root=NO_ROOT,
                    version=NO_ROOT,
                    position=side.position,
                    recorded_at=side.answer.question.known_at,
                    effective_on=side.on,
                    until=None,
                    fields={rule.by: code},
                ),
                None,
            )
