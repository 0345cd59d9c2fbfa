"""What a single change may explain: codes of causes, and one measure ready to be computed anew.

Whoever reconciles compares what a change gives with what was printed. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ledger.domain.facts import Fact, History
from projections.answer import MeasureResult
from projections.differences.advise import recorded
from projections.differences.compare import Side
from projections.plans.plan import Measure, Sum
from projections.subject import Post, post_on
from projections.tracing.case import Case, applies
from projections.tracing.trace import evaluate

THERE = "there"


class Code(StrEnum):
    """Why a printed number is not ours."""

    KNOWN_LATER = "KNOWN_LATER"
    OTHER_ROUNDING = "OTHER_ROUNDING"
    MISSING_COUNTED = "MISSING_COUNTED"
    FACT_NOT_THERE = "FACT_NOT_THERE"
    OTHER_CUT_OFF = "OTHER_CUT_OFF"
    OTHER_WINDOW = "OTHER_WINDOW"
    OTHER_READING = "OTHER_READING"
    OTHER_CONTENT = "OTHER_CONTENT"
    OTHER_POST = "OTHER_POST"
    OTHER_TEXT = "OTHER_TEXT"
    FACT_NOT_HERE = "FACT_NOT_HERE"
    HALF_POINTS = "HALF_POINTS"
    OTHER_TEXT_POSSIBLE = "OTHER_TEXT_POSSIBLE"
    TOTAL_DOES_NOT_ADD_UP = "TOTAL_DOES_NOT_ADD_UP"
    MEASURE_UNKNOWN = "MEASURE_UNKNOWN"
    UNEXPLAINED = "UNEXPLAINED"


@dataclass(frozen=True, slots=True)
class Cause:
    """One change that gives the printed number.

    Attributes:
        facts: what it is about, as on record.
        detail: what is otherwise, as {"parameter": "award", "there": "proportional"}.
    """

    code: Code
    facts: tuple[Fact, ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)

    def joined(self, other: Cause) -> Cause:
        """With another word in the place of `there`, where that is all in which they differ."""
        mine = {name: said for name, said in self.detail.items() if name != THERE}
        theirs = {name: said for name, said in other.detail.items() if name != THERE}
        if THERE not in self.detail or self.facts != other.facts or mine != theirs:
            return self
        words = f"{self.detail[THERE]} or {other.detail[THERE]}"
        return replace(self, detail={**self.detail, THERE: words})


@dataclass(frozen=True, slots=True)
class Tried:
    """A cause that might be, and what the measure would come to; None when not computable."""

    cause: Cause
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Ground:
    """One measure of one person, and what it is computed from.

    Attributes:
        side: the answer, its facts and surroundings.
        case: the facts there are on the day, the day, and the post held.
        now: what the measure comes to; None where it has no result of its own.
    """

    side: Side
    case: Case
    measure: Measure
    now: MeasureResult | None

    def points(
        self,
        *,
        facts: History | None = None,
        post: Post | None = None,
        measure: Measure | None = None,
    ) -> Decimal | None:
        """What the measure would come to with other facts, another post or another rule."""
        case = replace(self.case, facts=facts or self.case.facts, post=post or self.case.post)
        changed = measure or self.measure
        return evaluate(changed, case).points if applies(changed, case.post) else None


def ground(side: Side, measure: Measure) -> Ground:
    """A measure of an answer, ready to be tried."""
    kept = {
        kind: [one for one in known if one.there(side.on)]
        for kind, known in side.facts.facts.items()
    }
    facts = replace(side.facts, facts=kept)
    post = post_on(facts, side.surroundings, side.on)
    now = next((one for one in side.answer.measures if one.name == measure.name), None)
    return Ground(replace(side, facts=facts), Case(facts, side.on, post), measure, now)


def decimals_of(number: Decimal) -> int:
    """How many decimals a number is written with."""
    return max(0, -int(number.as_tuple().exponent))


def leaves(result: MeasureResult | None) -> Iterator[MeasureResult]:
    """The lowest results below one, itself where it has no parts."""
    if result is not None and result.measures:
        for part in result.measures:
            yield from leaves(part)
    elif result is not None:
        yield result


def lowest(measure: Measure, post: Post) -> Iterator[Measure]:
    """The measures with rules of their own that apply to a post, below one."""
    if isinstance(measure.rule, Sum):
        for part in measure.rule.measures:
            if applies(part, post):
                yield from lowest(part, post)
    else:
        yield measure


def by_line(found: Ground) -> Iterator[tuple[Measure, MeasureResult]]:
    """Each lowest measure with its result."""
    results = {one.name: one for one in leaves(found.now)}
    for measure in lowest(found.measure, found.case.post):
        if measure.name in results:
            yield measure, results[measure.name]


def used(found: Ground, result: MeasureResult | None) -> tuple[Fact, ...]:
    """The facts that counted for a result."""
    return facts_of(found, result, lambda used, _: used)


def facts_of(
    found: Ground, result: MeasureResult | None, wanted: Callable[[bool, str], bool]
) -> tuple[Fact, ...]:
    known = {one.root: one for kind in found.case.facts.facts.values() for one in kind}
    roots = dict.fromkeys(
        use.root for leaf in leaves(result) for use in leaf.facts if wanted(use.used, use.why)
    )
    return tuple(known[root] for root in roots if root in known)


def with_fact(facts: History, changed: Fact) -> History:
    """The facts with one of them otherwise, or one more."""
    return recorded(facts, [changed])
