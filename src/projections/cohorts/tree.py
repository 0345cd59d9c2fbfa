"""The measures of a plan for everybody at once: outcomes at the leaves, sums above them.

Sums are taken twice, as integers in columns for everybody and as exact decimals for each distinct
combination of outcomes when answers are asked for; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from ledger.errors import ProgramError
from projections import reasons
from projections.answer import MeasureResult
from projections.cohorts.extra import extra
from projections.cohorts.latest import latest
from projections.cohorts.members import of_people
from projections.cohorts.people import EMPLOYED, KIND, WHY, People
from projections.cohorts.people import people as people_of
from projections.cohorts.rules import any_of, best, total
from projections.cohorts.view import (
    MARKS,
    NUMBERS,
    Outcomes,
    View,
    constant,
    outcome,
    outcomes,
    scaled,
)
from projections.cohorts.worst import worst
from projections.plans.extra import Score
from projections.plans.members import Members, Pattern
from projections.plans.plan import (
    AnyOf,
    Best,
    Extra,
    Latest,
    Measure,
    Span,
    Sum,
    Total,
    Worst,
    depends_on_position,
)
from projections.reasons import Reason, of_parameter
from projections.table.columns import SUBJECT
from projections.tracing.case import ZERO
from projections.tracing.scoring import asked_of, told_by

LOW, HIGH, REACH_LOW, REACH_HIGH = NUMBERS
REASONED, OPEN = MARKS


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure with facts of its own. `place` counts the leaves of the plan in order."""

    measure: Measure
    place: int
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Branch:
    """A measure that adds up others."""

    measure: Measure
    rule: Sum
    parts: tuple[Node, ...]

    @property
    def by_post(self) -> bool:
        """Whether some part applies to certain kinds of position only."""
        return depends_on_position(self.rule.measures)


Node = Leaf | Branch


def grow(measures: Sequence[Measure], view: View, people: People) -> tuple[Node, ...]:
    """The plan's measures with their outcomes for all streams."""
    count = iter(range(2**16))
    return tuple(_node(one, view, people, count) for one in measures)


def _node(measure: Measure, view: View, people: People, count: Iterator[int]) -> Node:
    rule = measure.rule
    if isinstance(rule, Sum):
        parts = tuple(_node(one, view, people, count) for one in rule.measures)
        return Branch(measure, rule, parts)
    return Leaf(measure, next(count), _outcomes(measure, view, people))


def _outcomes(measure: Measure, view: View, people: People) -> Outcomes:
    rule = measure.rule
    if isinstance(rule, Best):
        return best(measure, rule, view)
    if isinstance(rule, AnyOf):
        return any_of(measure, rule, view, people.kinds)
    if isinstance(rule, Total):
        return total(measure, rule, view)
    if isinstance(rule, Latest):
        return latest(measure, rule, view)
    if isinstance(rule, Worst):
        return worst(measure, rule, view)
    if isinstance(rule, Score):
        return _score(measure, rule, view, people)
    if isinstance(rule, Members | Pattern):
        return of_people(measure, rule, view, people)
    if isinstance(rule, Extra):
        return extra(measure, rule, view, people)
    raise ProgramError(f"{measure.name}: a sum has no facts of its own")


def _score(measure: Measure, rule: Score, view: View, people: People) -> Outcomes:
    """What another instrument says of everybody asked about, scaled."""
    if rule.bound is None:
        alone = _told(measure, rule, (), None, view.as_of)
        return Outcomes(constant(0, pl.UInt32(), view.frame.subjects), [alone])
    others = people_of(view, rule.bound.population, people.frame[SUBJECT])
    others = replace(others, tallies=people.tallies)
    nodes = grow(asked_of(rule), view, others)
    persons = others.frame
    codes = [
        leaf.outcomes.by_stream[persons[SUBJECT]]
        .set(~applies(leaf.measure, persons), None)
        .alias(f"leaf {leaf.place}")
        for leaf in leaves(nodes)
    ]
    words = [pl.col(KIND).cast(pl.String), pl.col(EMPLOYED).cast(pl.String)]
    rows = persons.with_columns(codes).select(WHY, *words, *(one.name for one in codes))
    keys: dict[tuple[Any, ...], int] = {}
    places = [keys.setdefault(row, len(keys)) for row in rows.iter_rows()]
    combinations = list(keys)

    def make(key: int) -> MeasureResult:
        why, kind, employment, *outcomes_of = combinations[key]
        if why is not None:
            return _told(measure, rule, (), others.reasons[why], view.as_of)
        parts = [result(node, outcomes_of, kind, employment) for node in nodes]
        return _told(measure, rule, parts, None, view.as_of)

    missing = _told(measure, rule, (), None, view.as_of)
    by_subject = pl.Series(places, dtype=pl.Int64)
    return outcomes(view, persons[SUBJECT], by_subject, make, otherwise=missing)


def _told(
    measure: Measure, rule: Score, parts: Sequence[MeasureResult], why: Reason | None, on: date
) -> MeasureResult:
    told = told_by(measure, rule, parts, why, on)
    return outcome(
        measure,
        span=told.span,
        reach=told.reach,
        parameters=told.parameters,
        why=told.why,
        measures=told.measures,
    )


def leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    """All leaves in order of their places."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield node
        else:
            yield from leaves(node.parts)


def applies(measure: Measure, persons: pl.DataFrame) -> pl.Series:
    """Whether a measure applies to each person's kind of position and status kepegawaian."""
    found = constant(value=True, kind=pl.Boolean(), height=persons.height)
    for said, column in ((measure.when, KIND), (measure.employed, EMPLOYED)):
        if said is not None:
            found &= persons[column].is_in(sorted(said.value)).fill_null(value=False)
    return found


Numbers = dict[str, pl.Series]


@dataclass(frozen=True, slots=True)
class Line:
    """One measure's integers for everybody, with where it stands: "kompetensi/teknis"."""

    path: str
    applying: pl.Series
    numbers: Numbers


def lines(nodes: Sequence[Node], persons: pl.DataFrame, scale: int) -> tuple[Numbers, list[Line]]:
    """The sum of nodes for everybody, and each measure below them in the plan's order."""
    walk = _Walk(persons, scale, [])
    everybody = constant(value=True, kind=pl.Boolean(), height=persons.height)
    parts = [walk.line(node, everybody, above="") for node in nodes]
    return _sum(parts, persons.height), walk.found


@dataclass(frozen=True, slots=True)
class _Walk:
    """Down the measures for these persons."""

    persons: pl.DataFrame
    scale: int
    found: list[Line]

    def line(self, node: Node, applying: pl.Series, *, above: str) -> Numbers:
        """The numbers of a node, nothing for whom it does not apply to."""
        path = f"{above}{node.measure.name}"
        place = len(self.found)
        if isinstance(node, Leaf):
            codes = node.outcomes.by_stream[self.persons[SUBJECT]]
            numbers = {n: by[codes] for n, by in node.outcomes.numbers(self.scale).items()}
        else:
            kinds = self.persons[KIND]
            parts = []
            for part in node.parts:
                mask = applying & applies(part.measure, self.persons)
                parts.append(self.line(part, mask, above=f"{path}/"))
            numbers = _of_branch(node, _sum(parts, len(kinds)), kinds, self.scale)
        shown = {name: numbers[name].set(~applying, 0) for name in NUMBERS}
        shown |= {name: numbers[name] & applying for name in MARKS}
        self.found.insert(place, Line(path, applying, shown))
        return shown


def _sum(parts: Sequence[Numbers], height: int) -> Numbers:
    whole = {name: constant(0, pl.Int64(), height) for name in NUMBERS}
    marks = {name: constant(value=False, kind=pl.Boolean(), height=height) for name in MARKS}
    for part in parts:
        whole = {name: by + part[name] for name, by in whole.items()}
        marks = {name: by | part[name] for name, by in marks.items()}
    return whole | marks


def _of_branch(node: Branch, numbers: Numbers, kinds: pl.Series, scale: int) -> Numbers:
    """The points of measures that depend on the post are open where its kind is not known."""
    reasoned = numbers[REASONED]
    if any(_static_reasons(node.measure)):
        reasoned = constant(value=True, kind=pl.Boolean(), height=len(kinds))
    if not node.by_post:
        return numbers | {REASONED: reasoned}
    unknown = kinds.is_null()
    still_open = unknown.cast(pl.Int64) * _open_points(node, scale)
    return numbers | {
        HIGH: numbers[HIGH] + still_open,
        REACH_HIGH: numbers[REACH_HIGH] + still_open,
        REASONED: reasoned | unknown,
    }


def _open_points(node: Branch, scale: int) -> int:
    fixed = [one.measure.maximum.value for one in node.parts if one.measure.when is None]
    return scaled(node.measure.maximum.value - sum(fixed, ZERO), scale)


def _static_reasons(measure: Measure) -> Iterator[Reason]:
    """Reasons that the measure's own maximum and `when` give every answer."""
    for one in (measure.maximum, measure.when, measure.employed):
        reason = None if one is None else of_parameter(one, measure.name)
        if reason is not None:
            yield reason


def reasons_of(nodes: Sequence[Node], persons: pl.DataFrame) -> dict[str, pl.Series]:
    """By code of reason, who has it; reasons that are mere doubts are left out."""
    found: dict[str, pl.Series] = {}
    everybody = constant(value=True, kind=pl.Boolean(), height=persons.height)
    for node in nodes:
        _reasons_below(node, persons, everybody, found)
    return found


def _reasons_below(
    node: Node, persons: pl.DataFrame, applying: pl.Series, found: dict[str, pl.Series]
) -> None:
    if isinstance(node, Leaf):
        places = node.outcomes.by_stream[persons[SUBJECT]]
        codes = [{reason.code for reason in one.why()} for one in node.outcomes.results]
        for code in sorted(set[str]().union(*codes) - reasons.DOUBTS):
            has = pl.Series([code in one for one in codes], dtype=pl.Boolean)
            _add(found, code, has.gather(places) & applying)
        return
    if node.by_post:
        _add(found, reasons.POSITION_KIND_UNKNOWN, persons[KIND].is_null() & applying)
    for part in node.parts:
        _reasons_below(part, persons, applying & applies(part.measure, persons), found)


def _add(found: dict[str, pl.Series], code: str, who: pl.Series) -> None:
    found[code] = found[code] | who if code in found else who


def result(
    node: Node, places: Sequence[int | None], kind: str | None, employment: str | None
) -> MeasureResult:
    """The measure of whoever has these outcomes at the leaves, this post and this status."""
    if isinstance(node, Leaf):
        place = places[node.place]
        return node.outcomes.results[place or 0]
    parts = [
        result(one, places, kind, employment)
        for one in node.parts
        if (one.measure.when is None or (kind is not None and one.measure.applies_to(kind)))
        and one.measure.employs(employment)
    ]
    span, reach = (
        Span(sum((one.low for one in spans), ZERO), sum((one.high for one in spans), ZERO))
        for spans in ([one.span for one in parts], [one.reach for one in parts])
    )
    why = []
    if node.by_post and kind is None:
        still_open = node.measure.maximum.value - sum((one.maximum for one in parts), ZERO)
        span = Span(span.low, span.high + still_open)
        reach = Span(reach.low, reach.high + still_open)
        why.append(Reason(reasons.POSITION_KIND_UNKNOWN, node.measure.name, "position"))
    return outcome(node.measure, span=span, reach=reach, parameters=(), why=why, measures=parts)
