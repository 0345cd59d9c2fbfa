"""Printed results beside ours: which measures differ, and which single change gives theirs.

A cause is never guessed: each change is computed by the instrument's own rules and named only if it
gives exactly the printed number. Where several do, the likelier comes first; where none does, the
difference is UNEXPLAINED. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from ledger.domain.facts import Fact, History
from ledger.errors import BadValue
from ledger.values import month_end, period
from projections.answer import Answer, MeasureResult
from projections.differences.compare import Side
from projections.plans.plan import Measure, Plan, Span
from projections.question import Question
from projections.reconciliation.base import Cause, Code, Ground, Tried, decimals_of, ground, leaves
from projections.reconciliation.facts import contents, missing_counted, not_here, without_facts
from projections.reconciliation.rules import halves, posts, readings, windows
from projections.subject import Surroundings
from projections.tracing.trace import trace

PUBLISHED = "published_score"
INSTRUMENT, PERIOD, MEASURES, PRINTED_TOTAL = "instrument", "period", "measures", "total"
LEARNED_ON = "learned_on"
FIELDS = (INSTRUMENT, PERIOD, MEASURES, PRINTED_TOTAL, LEARNED_ON)
_QUARTER_ENDS = (3, 6, 9, 12)
_ROUNDINGS = {ROUND_HALF_UP: "half up", ROUND_DOWN: "cut off", ROUND_HALF_EVEN: "half even"}


@dataclass(frozen=True, slots=True)
class Printed:
    """What SIASN or BKN printed of one person for one period."""

    fact: Fact
    measures: Mapping[str, Decimal]
    total: Decimal | None

    @property
    def latest(self) -> date:
        """The last day that it can tell of: that of printing, else that of recording it."""
        return self.learned_on or self.fact.recorded_at.date()

    @property
    def learned_on(self) -> date | None:
        """The day on which it was printed, as its source says."""
        said = self.fact.fields.get(LEARNED_ON)
        return None if said is None else date.fromisoformat(said)


@dataclass(frozen=True, slots=True)
class Around:
    """What explaining a difference takes besides the person's own facts.

    Attributes:
        surroundings: of a legal day, as known at the position asked.
        texts: other texts of the instrument: enacted ones and drafts.
    """

    surroundings: Callable[[date], Surroundings]
    texts: Sequence[Plan] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One measure printed and computed. `causes` are empty where the two are equal."""

    measure: str
    printed: Decimal
    ours: Decimal | None
    span: Span | None
    causes: tuple[Cause, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """Printed less ours; None where ours is not known."""
        return None if self.ours is None else self.printed - self.ours


@dataclass(frozen=True, slots=True)
class Compared:
    """One person's printed result beside ours; `causes` are those of the total itself."""

    answer: Answer
    printed: Printed
    rows: tuple[Row, ...]
    causes: tuple[Cause, ...] = field(default=())

    def codes(self) -> Iterator[Code]:
        """The likeliest cause of each difference."""
        for causes in (*(row.causes for row in self.rows), self.causes):
            if causes:
                yield causes[0].code


def printed_of(facts: History, instrument: str, asked: str) -> Printed | None:
    """The printed result of a person for an instrument and a period; of several the newest.

    Raises:
        BadValue: the period asked for is none.
    """
    wanted = period(asked)
    found = [
        fact
        for fact in facts.known(PUBLISHED)
        if fact.fields[INSTRUMENT] == instrument and _period(fact) == wanted
    ]
    if not found:
        return None
    fact = found[-1]
    measures = {
        "_".join(str(name).lower().split()): Decimal(value)
        for name, value in (fact.fields.get(MEASURES) or {}).items()
    }
    total = fact.fields.get(PRINTED_TOTAL)
    return Printed(fact, measures, None if total is None else Decimal(total))


def _period(fact: Fact) -> tuple[date, date] | None:
    try:
        return period(fact.fields[PERIOD])
    except BadValue:
        return None


def agrees(answer: Answer, printed: Printed) -> bool:
    """Whether every number that was printed is ours."""
    ours = {one.name: one.points for one in answer.measures}
    same = all(ours.get(name) == points for name, points in printed.measures.items())
    return same and printed.total in (None, answer.total)


def explain(side: Side, printed: Printed, before: History, around: Around) -> Compared:
    """One person's printed result beside ours, each difference with the changes that explain it.

    Args:
        side: our answer, the facts behind it and the surroundings.
        printed: what was printed.
        before: the person's facts as known when it was printed.
        around: what else is needed.
    """
    told = _Telling(side, printed, before, around)
    known = [one.name for one in side.plan.measures]
    names = [*(name for name in known if name in printed.measures), *printed.measures]
    rows = tuple(told.row(name, printed.measures[name]) for name in dict.fromkeys(names))
    return Compared(side.answer, printed, rows, told.of_total())


class _Telling:
    """The changes of a whole answer, each computed once for all its measures."""

    def __init__(self, side: Side, printed: Printed, before: History, around: Around) -> None:
        self._side = side
        self._printed = printed
        self._before = before
        self._around = around
        self._answers: dict[object, Answer] = {}
        self._plans = {measure.name: measure for measure in side.plan.measures}
        self._ours = {one.name: one for one in side.answer.measures}

    def row(self, name: str, printed: Decimal) -> Row:
        """A measure's row."""
        ours = self._ours.get(name)
        if ours is not None and ours.points == printed:
            return Row(name, printed, printed, None)
        span = None if ours is None or ours.points is not None else ours.span
        points = None if ours is None else ours.points
        return Row(name, printed, points, span, self._causes(name, printed))

    def of_total(self) -> tuple[Cause, ...]:
        """Why the printed total is not ours, beyond what the printed measures say."""
        total, measures = self._printed.total, self._printed.measures
        if total is None:
            return ()
        if measures and measures.keys() >= self._plans.keys():
            added = sum(measures.values(), Decimal(0))
            if added == total:
                return ()
            twice = [name for name, points in measures.items() if added + points == total]
            detail = {"sum": str(added), **({"twice": twice[0]} if twice else {})}
            return (Cause(Code.TOTAL_DOES_NOT_ADD_UP, (), detail),)
        if total == self._side.answer.total:
            return ()
        return self._of_lone_total(total)

    def _of_lone_total(self, total: Decimal) -> tuple[Cause, ...]:
        """A total without its measures: a change of one of them that gives it."""
        for name in self._plans:
            others = [one.points for other, one in self._ours.items() if other != name]
            if name in self._ours and None not in others:
                known = sum((one for one in others if one is not None), Decimal(0))
                causes = self._causes(name, total - known)
                if causes[0].code is not Code.UNEXPLAINED:
                    measure = {"measure": name}
                    return tuple(replace(one, detail={**measure, **one.detail}) for one in causes)
        return (Cause(Code.UNEXPLAINED),)

    def _causes(self, name: str, printed: Decimal) -> tuple[Cause, ...]:
        """The changes that give the printed number of a measure, the likeliest first."""
        measure = self._plans.get(name)
        if measure is None:
            return (Cause(Code.MEASURE_UNKNOWN),)
        found: dict[Code, Cause] = {}
        for one in self._tried(ground(self._side, measure), measure, printed):
            if one.points == printed:
                code, before = one.cause.code, found.get(one.cause.code)
                found[code] = one.cause if before is None else before.joined(one.cause)
        return tuple(found.values()) or (Cause(Code.UNEXPLAINED),)

    def _tried(self, on: Ground, measure: Measure, printed: Decimal) -> Iterator[Tried]:
        """Every change, the likelier first."""
        yield from self._known_later(on, measure)
        told = self._printed.learned_on
        yield from self._cut_offs(measure, [] if told is None else [told])
        yield from _rounded(on.now, printed)
        yield from missing_counted(on)
        yield from without_facts(on, together=False)
        yield from windows(on, self._printed.latest)
        yield from readings(on, printed)
        yield from self._cut_offs(measure, self._quarter_ends())
        yield from contents(on)
        yield from posts(on)
        yield from self._texts(measure, printed, possible=False)
        yield from without_facts(on, together=True)
        yield from not_here(on)
        yield from halves(on)
        yield from self._texts(measure, printed, possible=True)

    def _known_later(self, on: Ground, measure: Measure) -> Iterator[Tried]:
        """What we knew ourselves when it was printed."""
        then = self._answer("before", self._side.plan, facts=self._before)
        was = {one.position for kind in self._before.facts.values() for one in kind}
        uses = [use for leaf in leaves(on.now) for use in leaf.facts if use.position not in was]
        counted = [use for use in uses if use.used] or uses
        found = [self._side.facts.root(use.root) for use in counted]
        new = tuple(fact for fact in found if fact is not None)
        detail = {"position": str(self._before.position)}
        yield Tried(Cause(Code.KNOWN_LATER, new, detail), _points(then, measure.name))

    def _cut_offs(self, measure: Measure, days: Sequence[date]) -> Iterator[Tried]:
        """The same facts on another legal day."""
        for day in days:
            if day != self._side.on:
                answer = self._answer(day, self._side.plan, on=day)
                cause = Cause(Code.OTHER_CUT_OFF, (), {"as_of": day.isoformat()})
                yield Tried(cause, _points(answer, measure.name))

    def _quarter_ends(self) -> list[date]:
        """The ends of quarters near the day asked and not after printing, nearest first."""
        year = self._side.on.year
        ends = [month_end(one, m) for one in (year - 1, year, year + 1) for m in _QUARTER_ENDS]
        far = timedelta(days=366)
        latest = self._printed.latest
        near = [one for one in ends if abs(one - self._side.on) <= far and one <= latest]
        return sorted(near, key=lambda one: (abs(one - self._side.on), one))

    def _texts(self, measure: Measure, printed: Decimal, *, possible: bool) -> Iterator[Tried]:
        """Another text of the instrument; or one whose missing numbers leave room for it."""
        for plan in self._around.texts:
            answer = self._answer(plan.decree, plan)
            result = _measure(answer, measure.name)
            if result is None:
                continue
            detail = {"decree": plan.decree}
            if not possible:
                yield Tried(Cause(Code.OTHER_TEXT, (), detail), result.points)
            elif result.points is None and plan.in_force_from <= self._side.on:
                room = result.span.low <= printed <= result.span.high
                bounds = f"{result.span.low} to {result.span.high}"
                cause = Cause(Code.OTHER_TEXT_POSSIBLE, (), {**detail, "between": bounds})
                yield Tried(cause, printed if room else None)

    def _answer(
        self, key: object, plan: Plan, *, facts: History | None = None, on: date | None = None
    ) -> Answer:
        if key not in self._answers:
            asked = self._side.answer.question
            question = asked if on is None else _on(asked, on)
            around = self._side.surroundings if on is None else self._around.surroundings(on)
            self._answers[key] = trace(
                plan,
                self._side.facts if facts is None else facts,
                question,
                subject=self._side.answer.subject,
                surroundings=around,
            )
        return self._answers[key]


def _on(asked: Question, day: date) -> Question:
    return replace(asked, as_of=day, period=None)


def _measure(answer: Answer, name: str) -> MeasureResult | None:
    return next((one for one in answer.measures if one.name == name), None)


def _points(answer: Answer, name: str) -> Decimal | None:
    found = _measure(answer, name)
    return None if found is None else found.points


def _rounded(now: MeasureResult | None, printed: Decimal) -> Iterator[Tried]:
    """Our number with as many decimals as were printed."""
    points = None if now is None else now.points
    decimals = decimals_of(printed)
    if points is None or decimals_of(points) <= decimals:
        return
    for how, words in _ROUNDINGS.items():
        detail = {"decimals": str(decimals), "how": words}
        rounded = points.quantize(Decimal(1).scaleb(-decimals), rounding=how)
        yield Tried(Cause(Code.OTHER_ROUNDING, (), detail), rounded)
