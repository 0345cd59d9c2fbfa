"""What every rule of `trace` works with: one subject on one day, and a measure's result.

Points are exact decimals. A result holds bounds of the points by what is known (equal when the
points are known), bounds if open matters end either way, the parameters that took part, and every
fact of its kind with whether it counted and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.domain.facts import Fact, History
from projections import reasons
from projections.answer import FactUse, MeasureResult
from projections.plans.members import Members, Tallies
from projections.plans.plan import (
    Condition,
    Entry,
    Ever,
    Held,
    Mark,
    Measure,
    Span,
    Sum,
    Value,
    Window,
    bounds,
)
from projections.plans.tally import NOBODY, Counted, Tally
from projections.reasons import Reason
from projections.subject import NOT_YET, Post, in_order

OUT_OF_WINDOW = "OUT_OF_WINDOW"
FIELD_UNKNOWN = "FIELD_UNKNOWN"
ZERO = Decimal(0)


def nobody(rule: Members) -> Tally:  # noqa: ARG001 - the shape of Tallies
    """The people of whoever is no unit."""
    return NOBODY


@dataclass(frozen=True, slots=True)
class Case:
    """One subject on one day: the facts as known, and the post held; of a unit also its people."""

    facts: History
    as_of: date
    post: Post
    tallies: Tallies = nobody


def result(
    measure: Measure,
    case: Case,
    *,
    span: Span,
    parameters: Iterable[Value[Any]],
    facts: Sequence[FactUse],
    limits: Sequence[Value[Any]] = (),
    reach: Span | None = None,
    why: Sequence[Reason] = (),
    measures: Sequence[MeasureResult] = (),
    counted: Counted | None = None,
) -> MeasureResult:
    """A measure's result; contested facts that counted make their own reason."""
    uses = in_order(facts)
    contested = [
        Reason(reasons.FACT_DISPUTED, measure.name, f"position {one.position}")
        for one in uses
        if one.used and one.root in case.facts.disputed
    ]
    stated = (measure.maximum, measure.when, measure.employed)
    held = [one for one in stated if one is not None]
    return MeasureResult(
        name=measure.name,
        span=span,
        reach=span if reach is None else reach,
        maximum=measure.maximum.value,
        rule=measure.rule.NAME,
        cite=measure.cite,
        parameters=(*held, *parameters),
        limits=tuple(limits),
        measures=tuple(measures),
        facts=uses,
        reasons=(*why, *contested),
        counted=counted,
    )


def nothing(
    measure: Measure,
    case: Case,
    none: Entry,
    *,
    fixed: Sequence[Value[Any]],
    uses: Sequence[FactUse],
    why: Reason,
) -> MeasureResult:
    """What the instrument says when there is nothing to read: a number, or bounds and a reason."""
    known = none.mark is not Mark.MISSING
    return result(
        measure,
        case,
        span=bounds(none),
        parameters=(*fixed, none) if known else fixed,
        limits=() if known else (none,),
        facts=uses,
        why=() if known else (why,),
    )


def ratio_half_up(numerator: Decimal, denominator: Decimal, decimals: int) -> Decimal:
    """The quotient rounded half up once, from the exact fraction; neither number is negative."""
    scaled = Fraction(numerator) / Fraction(denominator) * 10**decimals
    return Decimal((scaled + Fraction(1, 2)).__floor__()).scaleb(-decimals)


def outside_window(on: date, after: date | None, upto: date) -> str | None:
    """Why a day is not in (after, upto], or None if it is."""
    if on > upto:
        return NOT_YET
    return OUT_OF_WINDOW if after is not None and on <= after else None


def meeting(facts: Iterable[Fact], where: Sequence[Condition]) -> list[Fact]:
    """The facts that meet every condition of `where`."""
    return [fact for fact in facts if all(one.met(fact.fields) for one in where)]


def conditions(where: Sequence[Condition]) -> list[Value[Any]]:
    """The parameters of `where`."""
    return [one.codes for one in where]


def window_values(window: Window | Ever | Held) -> list[Value[Any]]:
    """The parameters of a window."""
    return [window.said] if isinstance(window, Ever | Held) else [window.months, window.start]


def branches(measures: Iterable[Measure], post: Post) -> Iterator[Measure]:
    """The measures that add up others and apply to a post."""
    for one in measures:
        if isinstance(one.rule, Sum) and applies(one, post):
            yield one
            yield from branches(one.rule.measures, post)


def applies(measure: Measure, post: Post) -> bool:
    """Whether a measure applies to whoever holds this post."""
    by_kind = measure.when is None or (post.kind is not None and measure.applies_to(post.kind))
    return by_kind and measure.employs(post.employment)
