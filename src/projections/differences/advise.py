"""What would raise one person's score: facts that are missing, and the points each would bring.

Every proposal is a fact as if it were recorded, read by the same rules as all others; the gain is
what the answer then says less what it says now. Nothing is stored, and whoever shows it stamps it
hypothetical. What nobody can record, as the end of a sanction's five years, is told with its day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ledger.canonical import decimal_text
from ledger.domain.facts import Fact, History
from ledger.events.prepare import AFTER
from projections.differences.compare import Side
from projections.differences.lines import Leaf, Line, Reading, Sums, doubtful, in_order, readers
from projections.differences.turning import candidates
from projections.differences.walk import State
from projections.plans.career import Accrued, AtStep
from projections.plans.extra import Elapsed, OnDays
from projections.plans.plan import (
    AnyOf,
    Best,
    Condition,
    Latest,
    Span,
    Sum,
    Total,
    Worst,
    bounds,
    depends_on_position,
)
from projections.plans.words import Say
from projections.subject import POSITION, Post, post_on
from projections.tracing.case import FIELD_UNKNOWN, ZERO, Case, branches, meeting, outside_window
from projections.tracing.trace import evaluate

_FAR = timedelta(days=366 * 60)
_LAST_OF_YEAR = (12, 31)
NO_ROOT = 0


class Do(StrEnum):
    """What would have to happen: a fact recorded, one on record completed, or time to pass."""

    RECORD = "record"
    COMPLETE = "complete"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that would raise one measure.

    Attributes:
        path: the line it raises.
        kind, fields: of the fact, as it would have to say.
        about: the fact on record that would have to be completed, or that time makes expire.
        counts_from: the legal day from which it would count.
        now, then: what the line comes to today, and would come to on that day.
        sums: what the whole answer would be, where it would count at once.
        recorded: the fact as it would stand; None where nothing can be recorded.
    """

    do: Do
    path: str
    kind: str
    fields: Mapping[str, object]
    about: Fact | None
    counts_from: date
    now: Reading
    then: Reading
    sums: Sums | None
    recorded: Fact | None = None

    @property
    def gain(self) -> Decimal | None:
        """The points it brings, None where either side is not known."""
        now, then = self.now.points, self.then.points
        return None if now is None or then is None else then - now


@dataclass(frozen=True, slots=True)
class Advice:
    """What would raise one answer.

    Attributes:
        side: the answer and the facts it rests on.
        proposals: by line in the plan's order, the smallest gain first.
        highest: what the answer would be if the best of those that count at once came together.
    """

    side: Side
    proposals: Sequence[Proposal]
    highest: Sums


@dataclass(frozen=True, slots=True)
class Try:
    """A fact as it would have to be, before it is known what it brings."""

    do: Do
    fact: Fact
    about: Fact | None = None


def advise(side: Side) -> Advice:
    """The proposals for one person, at one coordinate, under the rules of that answer."""
    post = post_on(side.facts, side.surroundings, side.on)
    found = readers(side.plan)
    state = State(
        side.plan,
        post,
        doubtful(side.plan, post, side.facts.disputed, side.on),
        {path: one.read(side.facts, side.on, post) for path, one in found.items()},
    )
    proposals: list[Proposal] = []
    if state.why is None:
        if post.kind is None:
            proposals += _of_post(state, side)
        for line in found.values():
            if isinstance(line, Line):
                proposals += _of_line(line, state, side)
    return Advice(side, proposals, _highest(state, side, proposals))


def _of_post(state: State, side: Side) -> Iterator[Proposal]:
    """The kind of the post, without which a sum cannot be read; what it brings is not known."""
    for branch in branches(state.plan.measures, state.post):
        if depends_on_position(branch.rule.measures if isinstance(branch.rule, Sum) else ()):
            span = Span(ZERO, branch.maximum.value)
            now = Reading(span, span)
            yield Proposal(Do.RECORD, branch.name, POSITION, {}, None, side.on, now, now, None)


def _of_line(line: Line, state: State, side: Side) -> list[Proposal]:
    """What would raise a line, the smallest gain first; nothing where it is at its maximum."""
    leaf = _leaf_of(line, state.post)
    now = state.readings[line.path]
    if leaf is None or now.span.low == leaf.measure.maximum.value:
        return []
    found = [_weighed(line, one, state, side) for one in tries(leaf, side, now)]
    found += _waiting(line, leaf, state, side)
    better = [one for one in found if one is not None and one.then.span.low > now.span.low]
    better.sort(key=lambda one: (one.counts_from, one.then.span.low))
    return better


def _leaf_of(line: Line, post: Post) -> Leaf | None:
    for leaf in line.leaves:
        if leaf.posts is None or (post.kind is not None and post.kind in leaf.posts):
            return leaf
    return None


def _weighed(line: Line, one: Try, state: State, side: Side) -> Proposal | None:
    """What a fact would bring on the day from which it counts, and the whole answer if at once."""
    on = max(side.on, one.fact.effective_on)
    then = line.read(recorded(side.facts, [one.fact]), on, state.post)
    sums = _together(state, side, [one.fact]).sums() if on == side.on else None
    now = state.readings[line.path]
    return Proposal(
        one.do, line.path, one.fact.kind, one.fact.fields, one.about, on, now, then, sums, one.fact
    )


def recorded(facts: History, new: Sequence[Fact]) -> History:
    """The facts with others, which take the place of those of the same root."""
    kept = {kind: list(known) for kind, known in facts.facts.items()}
    for fact in new:
        others = [one for one in kept.get(fact.kind, []) if one.root != fact.root or not one.root]
        kept[fact.kind] = sorted([*others, fact], key=in_order)
    return replace(facts, facts=kept)


def _together(state: State, side: Side, new: Sequence[Fact]) -> State:
    """The state on the same day with more facts; one may raise several lines."""
    facts = recorded(side.facts, new)
    kinds = {fact.kind for fact in new}
    found = {
        path: reader.read(facts, side.on, state.post)
        for path, reader in readers(side.plan).items()
        if reader.kinds & kinds
    }
    return replace(state, readings={**state.readings, **found})


def tries(leaf: Leaf, side: Side, now: Reading) -> Iterator[Try]:
    """Facts that might raise a measure: new ones, and those on record completed."""
    rule = leaf.measure.rule
    if isinstance(rule, Best):
        for code in rule.points:
            yield _new(side, rule.facts, {rule.by: code}, rule.where)
    elif isinstance(rule, AnyOf):
        yield from _of_any(rule, side, now)
    elif isinstance(rule, Total):
        yield from _of_total(rule, side, now)
    elif isinstance(rule, Latest):
        yield from _of_latest(rule, side, now)
    elif isinstance(rule, Accrued):
        yield from _of_accrued(leaf, rule, side)
    elif isinstance(rule, AtStep):
        yield from _of_step(rule, side)


def _new(
    side: Side,
    kind: str,
    fields: Mapping[str, object],
    where: Sequence[Condition],
    on: date | None = None,
) -> Try:
    """A fact that nobody has recorded, with what its conditions ask for."""
    asked = {one.field: min(one.codes.value) for one in where if not one.absent}
    day = on or side.on
    fact = Fact(
        kind=kind,
        root=NO_ROOT,
        version=NO_ROOT,
        position=side.position,
        recorded_at=side.answer.question.known_at,
        effective_on=day,
        until=None,
        fields={**asked, **fields},
    )
    return Try(Do.RECORD, fact)


def _completed(fact: Fact, fields: Mapping[str, object]) -> Try:
    return Try(Do.COMPLETE, replace(fact, fields={**fact.fields, **fields}), fact)


def _unknown(side: Side, kind: str, now: Reading) -> Iterator[Fact]:
    """Facts of a kind that were read and lack the field that decides."""
    for one in now.uses:
        fact = side.facts.root(one.root) if one.why == FIELD_UNKNOWN else None
        if fact is not None and fact.kind == kind:
            yield fact


def _of_any(rule: AnyOf, side: Side, now: Reading) -> Iterator[Try]:
    if rule.match is None:
        yield _new(side, rule.facts, {}, rule.where)
        return
    kind = side.answer.position_kind or ""
    wanted = rule.match.of[kind].value if kind in rule.match.of else ()
    for code in wanted:
        yield _new(side, rule.facts, {rule.match.field: code}, rule.where)
        for fact in _unknown(side, rule.facts, now):
            yield _completed(fact, {rule.match.field: code})


def _of_total(rule: Total, side: Side, now: Reading) -> Iterator[Try]:
    """What is missing to the target, in one new fact or in one that does not say its number."""
    after = rule.window.after(side.on)
    counted = [
        Decimal(fact.fields[rule.field])
        for fact in meeting(side.facts.known(rule.facts), rule.where)
        if fact.there(side.on)
        and outside_window(fact.effective_on, after, side.on) is None
        and fact.fields.get(rule.field) is not None
    ]
    missing = decimal_text(bounds(rule.target).high - sum(counted, ZERO))
    yield _new(side, rule.facts, {rule.field: missing}, rule.where)
    for fact in _unknown(side, rule.facts, now):
        yield _completed(fact, {rule.field: missing})


def _of_accrued(leaf: Leaf, rule: Accrued, side: Side) -> Iterator[Try]:
    """What is lacking to the need, in one new fact."""
    if rule.need is None:
        return
    most = max(bounds(one).high for one in rule.need.values())
    asked = replace(
        leaf.measure,
        maximum=replace(leaf.measure.maximum, value=most),
        rule=replace(rule, say=replace(rule.say, value=Say.LACKING)),
    )
    lacking = evaluate(asked, Case(side.facts, side.on, Post(None, None, (), None))).span.high
    yield _new(side, rule.facts, {rule.field: decimal_text(lacking)}, rule.where)


def _of_step(rule: AtStep, side: Side) -> Iterator[Try]:
    """A proof that the step asks for."""
    held = side.facts.latest(rule.facts, side.on)
    code = None if held is None else held.fields.get(rule.by)
    serving = rule.to.get(str(code))
    for one in sorted(serving.value) if serving is not None else ():
        yield _new(side, rule.proof_facts, {rule.proof_by: one}, rule.proof_where)


def _of_latest(rule: Latest, side: Side, now: Reading) -> Iterator[Try]:
    """The appraisal of the last full year, where it is missing or decides nothing; else the next.

    Which text an appraisal falls under follows from its period, as at intake.
    """
    ended = side.on.year if (side.on.month, side.on.day) == _LAST_OF_YEAR else side.on.year - 1
    deciding = [side.facts.root(one.root) for one in now.uses if one.used]
    of_year = [one for one in deciding if one and str(one.fields["to"]).startswith(str(ended))]
    years = [ended + 1] if of_year and now.points is not None else [ended, ended + 1]
    for year in years:
        last = date(year, *_LAST_OF_YEAR)
        period: dict[str, object] = {
            "from": date(year, 1, 1).isoformat(),
            "to": last.isoformat(),
        }
        complete = AFTER.get(rule.facts)
        if complete is not None:
            complete(period, lambda *_: None, [])
        for code in rule.points.get(str(period.get(rule.by[0])), ()):
            said: dict[str, object] = {rule.state_field: rule.state.value, rule.by[1]: code}
            if year == ended and len(of_year) == 1:
                yield _completed(of_year[0], said)
            else:
                yield _new(side, rule.facts, {**period, **said}, rule.where, last)


def _waiting(line: Line, leaf: Leaf, state: State, side: Side) -> Iterator[Proposal]:
    """The next day on which time alone raises a line."""
    rule = leaf.measure.rule
    if not isinstance(rule, Worst | Elapsed | OnDays):
        return
    kind = "" if isinstance(rule, OnDays) else rule.facts
    now = state.readings[line.path]
    own = line.of(side.facts)
    deciding = [side.facts.root(one.root) for one in now.uses if one.used]
    about_kind = [one for one in deciding if one and one.kind == kind]
    last = side.on + _FAR
    for day in sorted(candidates(line, own, side.on, last)):
        then = line.read(own, day, state.post)
        if then.span.low > now.span.low:
            about = about_kind[0] if about_kind and isinstance(rule, Worst) else None
            yield Proposal(Do.WAIT, line.path, kind, {}, about, day, now, then, None)
            return


def _highest(state: State, side: Side, proposals: Sequence[Proposal]) -> Sums:
    """The best of each line together, of those that count at once."""
    best: dict[str, Proposal] = {}
    for one in proposals:
        before = best.get(one.path)
        better = before is None or one.then.span.low > before.then.span.low
        if one.sums is not None and better:
            best[one.path] = one
    chosen = [one.recorded for one in best.values() if one.recorded is not None]
    return _together(state, side, chosen).sums()
