"""What `members` makes of the people of a unit: counted, averaged, scaled.

Both interpreters end here: `trace` counts the answers of each person, `cohort` groups of equal
outcome, so that a unit comes to the same from either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from projections import reasons
from projections.answer import Answer, Status
from projections.plans.members import Members, Statistic
from projections.plans.plan import Mark, Measure, Plan, Span, Value, bounds
from projections.plans.tally import Counted, Member, Tally
from projections.reasons import Reason
from projections.tracing.case import ZERO, ratio_half_up

MEASURED = (Status.COMPLETE.value, Status.PROVISIONAL.value)


@dataclass(slots=True)
class Counting:
    """Adds up the people of one unit for one rule."""

    rule: Members
    people: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    total: Decimal = ZERO
    low: Decimal = ZERO
    high: Decimal = ZERO
    among: list[int] = field(default_factory=lambda: [0, 0])
    listed: list[Member] = field(default_factory=list)

    def add(self, status: str, people: int, band: str | None, sums: Sequence[Decimal]) -> None:
        """People of one status and band, with the sum of their totals and its bounds."""
        self.people[status] += people
        if status in MEASURED:
            self.total, self.low, self.high = (
                before + more
                for before, more in zip((self.total, self.low, self.high), sums, strict=True)
            )
            if band is not None:
                self.bands[band] += people
                self.reach((band,), people)

    def reach(self, bands: Sequence[str], people: int) -> None:
        """People who are, or may come to be, in one of these bands."""
        wanted = frozenset() if self.rule.bands is None else self.rule.bands.value
        self.among[0] += people * all(one in wanted for one in bands)
        self.among[1] += people * any(one in wanted for one in bands)

    def tally(self) -> Tally:
        """What they come to. Of a single measure of the other instrument there are no bands."""
        plan = self.rule.bound
        names = () if plan is None or self.rule.part is not None else band_names(plan)
        return Tally(
            people=self.people.total(),
            measured=sum(self.people[status] for status in MEASURED),
            provisional=self.people[Status.PROVISIONAL.value],
            not_computable=self.people[Status.NOT_COMPUTABLE.value],
            not_applicable=self.people[Status.NOT_APPLICABLE.value],
            total=self.total,
            low=self.low,
            high=self.high,
            bands={name: self.bands[name] for name in names},
            among=(self.among[0], self.among[1]),
            why=dict(self.why),
            listed=tuple(sorted(self.listed, key=lambda one: one.subject)),
        )


def empty(rule: Members) -> Tally:
    """The tally of nobody."""
    return Counting(rule).tally()


def band_names(plan: Plan) -> tuple[str, ...]:
    """The words that an answer's band may be, lowest first; of requirements the outcomes."""
    if plan.outcomes is not None:
        met, not_met, _ = plan.outcomes
        return not_met, met
    return tuple(dict.fromkeys(part.codes.value[0] for part in plan.bands.intervals))


def bands_between(plan: Plan, low: Decimal, high: Decimal) -> list[str]:
    """Every band that a total between two bounds, both inside, may be in."""
    ends = (plan.bands.find(low), plan.bands.find(high))
    first, last = (0 if one is None else plan.bands.intervals.index(one) for one in ends)
    return [part.codes.value[0] for part in plan.bands.intervals[first : last + 1]]


def codes_of(answer: Answer) -> tuple[str, ...]:
    """The distinct codes of why there is no number; what only makes it less certain is no such."""
    codes = dict.fromkeys(reason.code for reason in answer.why)
    return tuple(code for code in codes if code not in reasons.DOUBTS)


def of_answers(rule: Members, answers: Iterable[Answer]) -> Tally:
    """The tally of these people, each listed."""
    found = Counting(rule)
    for one in answers:
        span = one.span
        total = ZERO if one.total is None else one.total
        if one.total is None or span is None:
            found.add(one.status.value, 1, one.band, (total, total, total))
        else:
            found.add(one.status.value, 1, None, (total, span.low, span.high))
            found.bands.update([one.band] if one.band is not None else [])
            found.reach(bands_between(one.plan, span.low, span.high), 1)
        if one.status is Status.NOT_COMPUTABLE:
            found.why.update(codes_of(one))
        found.listed.append(Member(one.subject, one.unit, one.status.value, one.total, one.band))
    return found.tally()


@dataclass(frozen=True, slots=True)
class Told:
    """Points by the people of a unit, with how many they are."""

    span: Span
    reach: Span
    parameters: tuple[Value[Any], ...]
    limits: tuple[Value[Any], ...] = ()
    why: tuple[Reason, ...] = ()
    counted: Counted | None = None


def told_by(measure: Measure, rule: Members, tally: Tally) -> Told:
    """Points from a tally; unknown without such an instrument."""
    top = measure.maximum.value
    stated = (rule.instrument, rule.statistic, rule.mean_decimals, rule.bands, rule.decimals)
    fixed = tuple(one for one in stated if one is not None)
    if rule.bound is None:
        why = Reason(reasons.INSTRUMENT_NOT_IN_FORCE, measure.name, rule.instrument.value)
        return Told(Span(ZERO, top), Span(ZERO, top), fixed, why=(why,))
    if not tally.measured:
        return _nobody(measure, rule, fixed, tally)
    low, found, high = (_points(measure, rule, tally, at) for at in _numbers(rule, tally))
    why_not = []
    if tally.provisional:
        why_not.append(reasons.MEMBERS_PROVISIONAL)
    if tally.open:
        why_not.append(reasons.MATTER_OPEN)
    return Told(
        Span(found, found),
        Span(low, high),
        (*fixed, rule.bound.maximum),
        why=tuple(Reason(code, measure.name, rule.instrument.value) for code in why_not),
        counted=counted_of(rule, tally),
    )


def _nobody(measure: Measure, rule: Members, fixed: tuple[Value[Any], ...], tally: Tally) -> Told:
    span, counted = bounds(rule.none), counted_of(rule, tally)
    if rule.none.mark is not Mark.MISSING:
        return Told(span, span, (*fixed, rule.none), counted=counted)
    why = (Reason(reasons.NOBODY_MEASURED, measure.name, rule.instrument.value),)
    return Told(span, span, fixed, (rule.none,), why, counted)


def among_of(rule: Members, tally: Tally) -> int:
    """How many of those measured are in the bands asked about, as known."""
    wanted = frozenset() if rule.bands is None else rule.bands.value
    return sum(count for band, count in (tally.bands or {}).items() if band in wanted)


def _numbers(rule: Members, tally: Tally) -> tuple[Decimal, Decimal, Decimal]:
    """What is divided by the people measured: at least, as known, at most."""
    if rule.statistic.value is Statistic.MEAN:
        return tally.low, tally.total, tally.high
    return Decimal(tally.among[0]), Decimal(among_of(rule, tally)), Decimal(tally.among[1])


def _points(measure: Measure, rule: Members, tally: Tally, number: Decimal) -> Decimal:
    top, people, of = measure.maximum.value, Decimal(tally.measured), Decimal(1)
    if rule.mean_decimals is not None and rule.bound is not None:
        number = ratio_half_up(number, people, rule.mean_decimals.value)
        people, of = Decimal(1), rule.bound.maximum.value
    return ratio_half_up(top * number, people * of, rule.decimals.value)


def counted_of(rule: Members, tally: Tally) -> Counted:
    """What a measure shows of a tally."""
    mean = None
    if rule.mean_decimals is not None and tally.measured:
        mean = ratio_half_up(tally.total, Decimal(tally.measured), rule.mean_decimals.value)
    return Counted(tally, mean, None if rule.bands is None else among_of(rule, tally))
