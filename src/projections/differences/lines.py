"""The lowest measures of a plan, each read by itself: what a difference between answers is made of.

A line is what stands under one path, as "kompetensi/teknis"; siblings of one path never apply to
the same post. Reading a line gives what `trace` gives for it, from few facts instead of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.domain.facts import Fact, History
from ledger.domain.sanction import FILINGS, RULING
from projections.answer import FactUse, MeasureResult, Status, of_head, verdict
from projections.plans.extra import HeldPost, Score, conditions_of
from projections.plans.plan import (
    AnyOf,
    Best,
    Extra,
    Latest,
    Measure,
    Plan,
    Population,
    Rule,
    Span,
    Sum,
    Total,
    UnitPopulation,
    Value,
    Worst,
    depends_on_position,
)
from projections.reasons import Reason, of_parameter
from projections.subject import (
    EMPLOYMENT,
    LEFT,
    MERGED,
    REGISTERED,
    STANDING,
    Post,
    not_visible,
    outside,
    use,
)
from projections.tracing.case import ZERO, Case, applies, branches, meeting
from projections.tracing.latest import YEAR_DIGITS
from projections.tracing.trace import evaluate

NIL = Span(ZERO, ZERO)
GATE = ""
_MATTER_FIELDS = ("target", "filed_on", "of", "outcome", "level", "final")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line comes to in one state.

    Attributes:
        span, reach: bounds, as in `answer.MeasureResult`.
        reasoned: whether something makes it less than certain.
        why: of the gate alone: why somebody is not measured.
        uses: how facts were read; no part of what is compared.
        result: what `trace` says of a line, of which the others are parts.
    """

    span: Span
    reach: Span
    reasoned: bool = False
    why: Reason | None = None
    uses: tuple[FactUse, ...] = field(default=(), compare=False)
    result: MeasureResult | None = field(default=None, compare=False)

    @property
    def points(self) -> Decimal | None:
        """Exact points, None when not computable."""
        return self.span.low if self.span.low == self.span.high else None


ABSENT = Reading(NIL, NIL)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure with a rule of its own and the kinds of post it applies to, None for any."""

    measure: Measure
    posts: frozenset[str] | None
    employed: frozenset[str] | None = None

    def applies_to(self, kind: str) -> bool:
        """Whether it applies to a kind of post."""
        return self.posts is None or kind in self.posts

    def holds(self, post: Post) -> bool:
        """Whether it applies to whoever holds a post, in his status kepegawaian."""
        by_kind = self.posts is None or (post.kind is not None and post.kind in self.posts)
        return by_kind and (self.employed is None or post.employment in self.employed)


@dataclass(frozen=True, slots=True)
class Line:
    """All measures of one path. `kinds` are the kinds of fact that any of them reads."""

    path: str
    leaves: tuple[Leaf, ...]
    kinds: frozenset[str]

    @property
    def by_post(self) -> bool:
        """Whether the post held decides what it comes to."""
        return any(
            leaf.posts is not None
            or leaf.employed is not None
            or isinstance(leaf.measure.rule, Score | HeldPost)
            for leaf in self.leaves
        )

    @property
    def maximum(self) -> Decimal:
        """The highest points that any of its measures gives."""
        return max(leaf.measure.maximum.value for leaf in self.leaves)

    def of(self, facts: History) -> History:
        """Only the facts that it may read, so that reading them often is cheap."""
        kept: dict[str, list[Fact]] = {kind: [] for kind in self.kinds}
        for kind in self.kinds:
            kept[kind] = [fact for fact in facts.known(kind) if self._reads(fact)]
        return History(kept, facts.disputed, facts.position)

    def _reads(self, fact: Fact) -> bool:
        asked = [one for leaf in self.leaves for one in conditions_of(leaf.measure.rule)]
        own = [where for kind, where in asked if kind == fact.kind]
        return not own or any(meeting((fact,), where) for where in own)

    def read(self, facts: History, as_of: date, post: Post) -> Reading:
        """What it comes to on a day for whoever holds a post.

        Args:
            facts: at least what `of` and then `between` keep.
            as_of: the legal day.
            post: the post held; without its kind a line that depends on it is open.
        """
        for leaf in self.leaves:
            if leaf.holds(post):
                return _reading(evaluate(leaf.measure, Case(_there(facts, as_of), as_of, post)))
        if post.kind is None and any(leaf.posts is not None for leaf in self.leaves):
            unknown = Span(ZERO, self.maximum)
            return Reading(unknown, unknown, reasoned=True)
        return ABSENT

    def between(self, facts: History, first: date, last: date) -> History:
        """The facts that may matter on any day from the first to the last."""
        kept: dict[str, dict[int, Fact]] = {}
        for leaf in self.leaves:
            for kind, known in needed(leaf.measure.rule, facts, first, last).facts.items():
                kept.setdefault(kind, {}).update((fact.root, fact) for fact in known)
        ordered = {kind: sorted(found.values(), key=in_order) for kind, found in kept.items()}
        return History(ordered, facts.disputed, facts.position)


def in_order(fact: Fact) -> tuple[date, int]:
    """By legal day, then by position: the order of a history, and of causes."""
    return fact.effective_on, fact.position


def _reading(found: MeasureResult) -> Reading:
    reasoned = any(True for _ in found.why())
    return Reading(found.span, found.reach, reasoned, uses=found.every_use(), result=found)


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether somebody is measured at all: what `subject.outside` says, read as a line is."""

    population: Population | UnitPopulation
    path: str = GATE

    @property
    def by_post(self) -> bool:
        """Whether the kind of post held decides who is measured."""
        return self.population.kinds is not None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of fact that say whether somebody serves, and as what."""
        return frozenset((MERGED, REGISTERED, EMPLOYMENT, LEFT, STANDING))

    def of(self, facts: History) -> History:
        """Only the facts that it may read."""
        kept = {kind: facts.known(kind) for kind in self.kinds}
        return History(kept, facts.disputed, facts.position)

    def between(self, facts: History, first: date, last: date) -> History:  # noqa: ARG002
        """All of them: they are few."""
        return facts

    def read(self, facts: History, as_of: date, post: Post) -> Reading:
        """Why somebody is not measured on a day, if so."""
        uses = [
            use(fact, why or kind, used=why is None)
            for kind in sorted(self.kinds)
            for fact in facts.known(kind)
            for why in (not_visible(fact, as_of),)
        ]
        return Reading(
            NIL, NIL, why=outside(facts, self.population, as_of, post.kind), uses=tuple(uses)
        )


Reader = Line | Gate


def readers(plan: Plan) -> dict[str, Reader]:
    """Everything that a plan reads, by path: the gate, then its lines in order."""
    return {GATE: Gate(plan.population), **lines(plan)}


def _there(facts: History, as_of: date) -> History:
    """Without facts stated again after a merge whose day has not come."""
    if all(fact.counts_from is None for known in facts.facts.values() for fact in known):
        return facts
    kept = {
        kind: [fact for fact in known if fact.there(as_of)] for kind, known in facts.facts.items()
    }
    return History(kept, facts.disputed, facts.position)


def needed(rule: Rule, facts: History, first: date, last: date) -> History:
    """Facts that a rule may count on some day from first to last; the others change nothing."""
    if isinstance(rule, AnyOf | Total):
        after = rule.window.after(first)
        known = facts.known(rule.facts)
        kept = [
            fact
            for fact in known
            if fact.effective_on <= last and (after is None or after < fact.effective_on)
        ]
        return History({rule.facts: kept}, facts.disputed, facts.position)
    if isinstance(rule, Best):
        held = [
            fact
            for fact in facts.known(rule.facts)
            if fact.effective_on <= last and (fact.until is None or first < fact.until)
        ]
        return History({rule.facts: held}, facts.disputed, facts.position)
    if isinstance(rule, Latest) and not rule.other.mark.makes_provisional:
        after = rule.window.after(first)
        appraised = [
            fact for fact in facts.known(rule.facts) if after < year_end(fact.fields) <= last
        ]
        return History({rule.facts: appraised}, facts.disputed, facts.position)
    kinds = kinds_of(rule)
    return History({kind: facts.known(kind) for kind in kinds}, facts.disputed, facts.position)


def year_end(fields: Mapping[str, Any]) -> date:
    """The day by which an appraisal counts: the last of the year in which its period ends."""
    return date(int(fields["to"][:YEAR_DIGITS]), 12, 31)


def kinds_of(rule: Rule) -> frozenset[str]:
    """The kinds of fact that a rule reads."""
    if isinstance(rule, Sum):
        return frozenset().union(*(kinds_of(part.rule) for part in rule.measures))
    if isinstance(rule, Extra):
        return frozenset(rule.reads)
    matters = (*FILINGS, RULING) if isinstance(rule, Worst) else ()
    return frozenset((rule.facts, *matters))


def fields_of(rule: Rule) -> frozenset[str]:
    """The fields that a rule reads, of whatever kind: what is worth showing of a fact."""
    if isinstance(rule, Sum):
        return frozenset().union(*(fields_of(part.rule) for part in rule.measures))
    if isinstance(rule, Extra):
        return frozenset().union(*rule.reads.values())
    if isinstance(rule, Worst):
        return frozenset((rule.by, *_MATTER_FIELDS))
    found = [one.field for one in rule.where]
    if isinstance(rule, Best):
        found.append(rule.by)
    elif isinstance(rule, AnyOf):
        found += [] if rule.match is None else [rule.match.field]
    elif isinstance(rule, Total):
        found.append(rule.field)
    elif isinstance(rule, Latest):
        found += ["from", "to", *rule.by, rule.state_field, rule.score_field]
    return frozenset(found)


def lines(plan: Plan) -> dict[str, Line]:
    """The lines of a plan by path, in its order."""
    found: dict[str, list[Leaf]] = {}
    for path, leaf in _leaves(plan.measures, "", None, None):
        found.setdefault(path, []).append(leaf)
    return {
        path: Line(
            path,
            tuple(leaves),
            frozenset().union(*(kinds_of(leaf.measure.rule) for leaf in leaves)),
        )
        for path, leaves in found.items()
    }


def _leaves(
    measures: Sequence[Measure],
    above: str,
    posts: frozenset[str] | None,
    employed: frozenset[str] | None,
) -> Iterator[tuple[str, Leaf]]:
    for one in measures:
        path = f"{above}{one.name}"
        kinds, statuses = _narrowed(posts, one.when), _narrowed(employed, one.employed)
        if isinstance(one.rule, Sum):
            yield from _leaves(one.rule.measures, f"{path}/", kinds, statuses)
        else:
            yield path, Leaf(one, kinds, statuses)


def _narrowed(
    above: frozenset[str] | None, said: Value[frozenset[str]] | None
) -> frozenset[str] | None:
    if said is None:
        return above
    return said.value if above is None else above & said.value


def doubtful(plan: Plan, post: Post, disputed: Mapping[int, str], on: date | None = None) -> bool:
    """Whether what stands above the lines makes an answer less than certain.

    That is a weak mark of a sum's own parameters, a contested post where it matters, or what
    `answer.of_head` finds for the day.
    """
    if on is not None and of_head(plan, on):
        return True
    for branch in branches(plan.measures, post):
        held = (branch.maximum, branch.when, branch.employed)
        if any(one is not None and of_parameter(one, branch.name) for one in held):
            return True
        by_post = isinstance(branch.rule, Sum) and depends_on_position(branch.rule.measures)
        if by_post and any(one.used and one.root in disputed for one in post.facts):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Sums:
    """An answer's totals, worked out from its lines as `answer.conclude` does from measures."""

    status: Status
    total: Decimal | None
    span: Span | None
    band: str | None


NOT_APPLICABLE = Sums(Status.NOT_APPLICABLE, None, None, None)


def summed(
    plan: Plan, readings: Mapping[str, Reading], post: Post, *, doubt: bool, why: Reason | None
) -> Sums:
    """Status, total, range and band of a state; `why` says that somebody is not measured."""
    if why is not None:
        return NOT_APPLICABLE
    pairs = [_spans(one, one.name, readings, post) for one in plan.measures]
    span, reach = _added([pair[0] for pair in pairs]), _added([pair[1] for pair in pairs])
    doubt = doubt or any(_of_path(plan, readings, post))
    said = verdict(plan, span, reach, doubt=doubt, open_matter=reach != span)
    return Sums(said.status, said.total, said.span, said.band)


def _of_path(plan: Plan, readings: Mapping[str, Reading], post: Post) -> Iterator[bool]:
    for path, leaf in _leaves(plan.measures, "", None, None):
        if leaf.holds(post):
            yield readings[path].reasoned


def _spans(
    measure: Measure, path: str, readings: Mapping[str, Reading], post: Post
) -> tuple[Span, Span]:
    rule = measure.rule
    if not isinstance(rule, Sum):
        return readings[path].span, readings[path].reach
    parts = [part for part in rule.measures if applies(part, post)]
    pairs = [_spans(part, f"{path}/{part.name}", readings, post) for part in parts]
    span, reach = _added([pair[0] for pair in pairs]), _added([pair[1] for pair in pairs])
    if post.kind is None and depends_on_position(rule.measures):
        still_open = measure.maximum.value - sum((part.maximum.value for part in parts), ZERO)
        span = Span(span.low, span.high + still_open)
        reach = Span(reach.low, reach.high + still_open)
    return span, reach


def _added(spans: Sequence[Span]) -> Span:
    return Span(sum((one.low for one in spans), ZERO), sum((one.high for one in spans), ZERO))
