"""Why the answer about a unit differs, by class of cause, and how it went month by month.

A unit is walked through the same states as many people are (`people_states`): its own facts and
everything that its people's answers rest on change together, class by class. So the points of the
classes add up to the difference, exactly (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from ledger.errors import invariant
from projections.answer import Answer
from projections.cohorts.cohort import STATUS, cohort
from projections.cohorts.view import constant
from projections.differences.compare_people import by_class
from projections.differences.people_states import GroupSide, PeopleState, states
from projections.differences.series import InForce
from projections.differences.series_people import in_force
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.question import Question
from projections.table.frame import Frame

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ClassStep:
    """What one class of cause brings to one unit.

    `points` are those of each line that it changes, where a number belongs to this class; `status`
    is that before and after it.
    """

    cause: CauseClass
    points: Mapping[str, Decimal]
    status: tuple[str, str]

    def negated(self) -> ClassStep:
        """The same on the way back."""
        points = {path: -one for path, one in self.points.items()}
        return ClassStep(self.cause, points, (self.status[1], self.status[0]))


@dataclass(frozen=True, slots=True)
class UnitDifference:
    """Two answers about one unit and what each class of cause brings, all five in their order."""

    before: Answer
    after: Answer
    classes: Sequence[ClassStep]

    @property
    def total(self) -> Decimal | None:
        """The difference of the totals, None where a side has none."""
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """The answer about one unit on the last day of a month, or on the last day asked about."""

    on: date
    rules: InForce
    answer: Answer


def unit_difference(
    frame: Frame, unit: str, before: GroupSide, after: GroupSide
) -> UnitDifference | None:
    """Why the answers about one unit differ; None if it was on record on neither side.

    `frame` is the facts table, at the later position or beyond; the `units` of both sides are this
    unit alone.
    """
    answers = [_answer(frame, one.plan, one.question, unit, one.enacted) for one in (before, after)]
    if answers[0] is None or answers[1] is None:
        return None
    coordinates = [(one.question.as_of, one.question.position) for one in (before, after)]
    backward = coordinates[1] < coordinates[0]
    way = states(frame, *((after, before) if backward else (before, after)))
    if way[0][1].rows.is_empty():
        return None
    classes = _classes(way)
    if backward:
        classes = [step.negated() for step in classes]
    found = UnitDifference(answers[0], answers[1], classes)
    if found.total is not None:
        added = sum((one for step in classes for one in step.points.values()), ZERO)
        invariant(added == found.total, "classes do not add up to their difference")
    return found


def _classes(way: Sequence[tuple[CauseClass | None, PeopleState]]) -> list[ClassStep]:
    """The classes from the earlier side to the later one."""
    told = way[0][1]
    invariant(told.rows.height == 1, "one unit is walked through one row")
    steps = []
    statuses = [state.rows[STATUS][0] for _, state in way]
    everyone = constant(value=True, kind=pl.Boolean(), height=1)
    for place, (cause, changes) in enumerate(by_class(way, everyone), start=1):
        points = {path: told.points(column) for path, column in changes.items() if column[0]}
        steps.append(ClassStep(cause, points, (statuses[place - 1], statuses[place])))
    return steps


def _answer(
    frame: Frame, plan: Plan, asked: Question, unit: str, enacted: int | None
) -> Answer | None:
    number = frame.streams.find(unit)
    if number is None or number >= frame.subjects:
        return None
    return next(cohort(plan, frame, asked, enacted=enacted, subjects=[number]).answers())


def unit_months(
    frame: Frame,
    rules: Sequence[InForce],
    days: Mapping[date, Collection[str] | None],
    *,
    asked: Question,
) -> Iterator[UnitMonth]:
    """The answers about units on every day.

    Args:
        frame: the facts table at the position of `asked` or beyond.
        rules: texts in force, in order; the first of them began by the first day.
        days: legal days, each with the ids of the units that are wanted; None means all.
        asked: position and hypotheses of the question; its own legal day plays no part.
    """
    for on, wanted in days.items():
        text = in_force(rules, on)
        question = Question(on, asked.position, asked.known_at, without=asked.without)
        for answer in cohort(text.plan, frame, question, enacted=text.enacted).answers():
            if wanted is None or answer.subject in wanted:
                yield UnitMonth(on, text, answer)
