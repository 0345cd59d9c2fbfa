"""Everybody's answers at every state between two coordinates: what `walk` is for one person.

The states end the classes of cause: everything known, on the first day; what was there, on the last
day; all facts; the post held; the rules. Equal states are worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from projections.answer import Status
from projections.cohorts.cohort import BAND, STATUS, TOTAL, Cohort, cohort, known_subjects
from projections.cohorts.people import KIND, UNIT
from projections.cohorts.view import View, constant
from projections.differences.held_frame import At, held
from projections.differences.lines import Line, lines
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.question import Question
from projections.table.columns import SUBJECT
from projections.table.frame import Frame

MEMBER = "member"
MEASURED = (Status.COMPLETE.value, Status.PROVISIONAL.value)
_NOT_APPLICABLE = Status.NOT_APPLICABLE.value
_NUMBER = pl.Int64()


@dataclass(frozen=True, slots=True)
class GroupSide:
    """One of the two coordinates of a group.

    `units` are the ids of the units whose members are meant; None means everybody.
    """

    plan: Plan
    question: Question
    enacted: int | None = None
    units: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PeopleState:
    """Everybody's numbers at one state, as integers at `scale`; all states in one order of people.

    `rows` has subject, member, status, total, band, and the points of each line of `paths`: 0 where
    the post held has no such line, null where not known.
    """

    rows: pl.DataFrame
    paths: tuple[str, ...]
    scale: int

    def points(self, column: pl.Series) -> Decimal:
        """The sum of a column, in points."""
        return Decimal(int(column.sum() or 0)).scaleb(-self.scale)

    def line(self, path: str) -> pl.Series:
        """The points of a line; nothing where the plan has none."""
        if path in self.paths:
            return self.rows[path]
        return constant(0, _NUMBER, self.rows.height).set(
            self.rows[STATUS] == _NOT_APPLICABLE, None
        )

    def measured(self) -> pl.Series:
        """Who is a member and has a total, which nobody has of requirements."""
        with_total = self.rows[TOTAL].is_not_null()
        return self.rows[MEMBER] & self.rows[STATUS].is_in(MEASURED) & with_total

    def present(self) -> pl.Series:
        """Who is a member whom the instrument applies to."""
        return self.rows[MEMBER] & (self.rows[STATUS] != _NOT_APPLICABLE)

    def at_scale(self, scale: int) -> PeopleState:
        """The same numbers at a finer scale."""
        factor = 10 ** (scale - self.scale)
        numbers = [pl.col(name) * factor for name in (TOTAL, *self.paths)]
        return replace(self, rows=self.rows.with_columns(numbers), scale=scale)


def states(
    frame: Frame, start: GroupSide, end: GroupSide
) -> list[tuple[CauseClass | None, PeopleState]]:
    """Every state from start to end, with the class of cause that leads to it.

    `start` has the earlier legal day, or of equal days the earlier position. People who are members
    at neither end are left out where a unit is asked about.
    """
    first, last = start.question, end.question
    begin, finish = ends(frame, start, end)
    known = begin.rows[SUBJECT].to_list()
    if start.units is not None or end.units is not None:
        either = begin.rows[MEMBER] | finish.rows[MEMBER]
        known = begin.rows[SUBJECT].filter(either).to_list()
        begin, finish = (replace(one, rows=one.rows.filter(either)) for one in (begin, finish))

    def between(held_frame: Frame, asked: Question) -> PeopleState:
        found = cohort(start.plan, held_frame, asked, subjects=known)
        return _state(found, None).at_scale(begin.scale)

    around = At(first.as_of, first.position)
    posts = At(first.as_of, last.position)
    informed = begin
    if first.position != last.position:
        asked = replace(first, position=last.position)
        informed = between(held(frame, surroundings=around), asked)
    expired = renewed = informed
    if first.as_of != last.as_of:
        days = (first.as_of, last.as_of)
        expired = between(held(frame, surroundings=around, posts=posts, ahead=days), last)
        renewed = between(held(frame, surroundings=around, posts=posts), last)
    posted = finish if end.plan is start.plan else between(frame, last)
    return [
        (None, begin),
        (CauseClass.CORRECTIONS, informed),
        (CauseClass.EXPIRIES, expired),
        (CauseClass.NEW_FACTS, renewed),
        (CauseClass.POSITION, posted),
        (CauseClass.RULES, finish),
    ]


def _there(frame: Frame, side: GroupSide) -> set[int]:
    """Everybody on record on a side; where an instrument measures units, all of them."""
    asked = side.question
    return set(known_subjects(side.plan, View(frame, asked.as_of, asked.position)).to_list())


def ends(frame: Frame, start: GroupSide, end: GroupSide) -> tuple[PeopleState, PeopleState]:
    """The answers of everybody registered at either side, on one scale, in one order of people."""
    registered_then = [_there(frame, side) for side in (start, end)]
    subjects = sorted(registered_then[0] | registered_then[1])
    found = []
    for side, among in zip((start, end), registered_then, strict=True):
        members = pl.Series(sorted(among), dtype=pl.UInt32)
        asked = cohort(side.plan, frame, side.question, enacted=side.enacted, subjects=subjects)
        found.append(_state(asked, (members, side.units)))
    scale = max(one.scale for one in found)
    begin, finish = (one.at_scale(scale) for one in found)
    return begin, finish


def _state(found: Cohort, members: tuple[pl.Series, frozenset[str] | None] | None) -> PeopleState:
    """A cohort's numbers by line."""
    numbers = found.numbers
    by_path = lines(found.plan)
    kinds = numbers[KIND]
    outside = numbers[STATUS] == _NOT_APPLICABLE
    columns = [
        numbers[SUBJECT],
        _members(numbers, members).alias(MEMBER),
        numbers[STATUS].cast(pl.String),
        numbers[TOTAL].cast(_NUMBER),
        numbers[BAND].cast(pl.String),
        *(
            _of_line(numbers[path].cast(_NUMBER), line, kinds, outside).alias(path)
            for path, line in by_path.items()
        ),
    ]
    return PeopleState(pl.DataFrame(columns), tuple(by_path), found.scale)


def _of_line(points: pl.Series, line: Line, kinds: pl.Series, outside: pl.Series) -> pl.Series:
    """0 where the post held has no such line, so that only what is not known is null."""
    posts: set[str] = set()
    for leaf in line.leaves:
        if leaf.posts is None:
            return points
        posts |= leaf.posts
    absent = ~kinds.is_in(sorted(posts)) & kinds.is_not_null() & ~outside
    return points.set(absent, 0)


def _members(
    numbers: pl.DataFrame, members: tuple[pl.Series, frozenset[str] | None] | None
) -> pl.Series:
    if members is None:
        return constant(value=True, kind=pl.Boolean(), height=numbers.height)
    registered_then, units = members
    among = numbers[SUBJECT].is_in(registered_then.implode())
    if units is None:
        return among
    return among & numbers[UNIT].cast(pl.String).is_in(sorted(units)).fill_null(value=False)
