"""Two answers about many people -> why their sum and mean differ, by class of cause.

A class brings to the sum what it brings to each person's total, as `compare` finds it. Who joined
and who left those measured are causes of their own. Sums are exact; the mean is rounded to two
decimals at every state and its causes are differences of neighbours, so both add up
(docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import polars as pl

from ledger.errors import invariant
from projections.answer import Status
from projections.cohorts.cohort import BAND, STATUS, TOTAL
from projections.differences.people_states import MEASURED, MEMBER, GroupSide, PeopleState, states
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.table.frame import Frame
from projections.tracing.case import ratio_half_up

MEAN_DECIMALS = 2  # a mean is rounded to two decimals (docs/facts.md, How facts are read)
ZERO = Decimal(0)


class Membership(StrEnum):
    """Causes that lie in who is measured."""

    LEFT = "left"
    NO_LONGER_COMPUTABLE = "no_longer_computable"
    BECAME_COMPUTABLE = "became_computable"
    JOINED = "joined"


_OPPOSITE = {
    Membership.LEFT: Membership.JOINED,
    Membership.JOINED: Membership.LEFT,
    Membership.NO_LONGER_COMPUTABLE: Membership.BECAME_COMPUTABLE,
    Membership.BECAME_COMPUTABLE: Membership.NO_LONGER_COMPUTABLE,
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people there are on a side, and the sum of the totals of those measured.

    `total` is None where an instrument asks for requirements, which have no total.
    """

    people: int
    measured: int
    not_computable: int
    not_applicable: int
    total: Decimal | None

    @property
    def mean(self) -> Decimal | None:
        """The mean total of those measured, to two decimals half up; None of nobody."""
        return None if self.total is None else mean_of(self.total, self.measured)


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause brings to a group.

    Attributes:
        people: whose points it changes, or who came or went.
        points: to the sum of totals.
        mean: to the rounded mean; None where no number belongs to this cause.
        measures: to the sum of each line that it changes.
    """

    cause: CauseClass | Membership
    people: int
    points: Decimal
    mean: Decimal | None
    measures: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Why a group's sum and mean differ; the parts add up to the differences of both."""

    before: GroupSide
    after: GroupSide
    counts: tuple[Counts, Counts]
    parts: Sequence[Part]
    outcomes: Outcomes | None = None

    @property
    def mean(self) -> Decimal | None:
        """The difference of the rounded means, None where a side has none."""
        before, after = (one.mean for one in self.counts)
        return None if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of requirements, which have no totals: how many have each outcome on both sides.

    `moved` are members of both sides whose outcome on the one is not that on the other.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    moved: int


def mean_of(total: Decimal, count: int) -> Decimal | None:
    """A mean to two decimals, half up; None of nobody."""
    return ratio_half_up(total, Decimal(count), MEAN_DECIMALS) if count else None


def compare_people(frame: Frame, before: GroupSide, after: GroupSide) -> GroupDifference:
    """Why the sum and the mean of many people's totals differ between two coordinates.

    `frame` is the facts table, at the later position or beyond.
    """
    coordinates = [(one.question.as_of, one.question.position) for one in (before, after)]
    backward = coordinates[1] < coordinates[0]
    way = states(frame, *((after, before) if backward else (before, after)))
    parts = list(_parts(way))
    ends = [counts_of(way[0][1]), counts_of(way[-1][1])]
    if backward:
        parts = [_negated(part) for part in reversed(parts)]
        ends.reverse()
    first, last = (way[-1][1], way[0][1]) if backward else (way[0][1], way[-1][1])
    words = _outcomes((before, first), (after, last))
    found = GroupDifference(before, after, (ends[0], ends[1]), parts, words)
    added = sum((part.points for part in parts), ZERO)
    totals = [one.total or ZERO for one in ends]
    invariant(added == totals[1] - totals[0], "causes do not add up to the sums")
    if found.mean is not None:
        told = sum((part.mean for part in parts if part.mean is not None), ZERO)
        invariant(told == found.mean, "causes do not add up to the means")
    return found


def _outcomes(
    before: tuple[GroupSide, PeopleState], after: tuple[GroupSide, PeopleState]
) -> Outcomes | None:
    """None where a side measures points."""
    if before[0].plan.outcomes is None or after[0].plan.outcomes is None:
        return None
    told = [band_counts(one.plan, state.rows.filter(MEMBER)) for one, state in (before, after)]
    first, last = before[1].rows, after[1].rows
    moved = first[MEMBER] & last[MEMBER] & first[BAND].ne_missing(last[BAND])
    return Outcomes(told[0], told[1], int(moved.sum()))


def band_counts(plan: Plan, rows: pl.DataFrame) -> dict[str, int]:
    """How many stand in each band or outcome of a plan, lowest first."""
    found = dict(rows[BAND].drop_nulls().value_counts().iter_rows())
    words = [part.codes.value[0] for part in plan.bands.intervals]
    if plan.outcomes is not None:
        met, not_met, unknown = plan.outcomes
        words = [not_met, unknown, met]
    return {name: int(found.get(name, 0)) for name in dict.fromkeys(words)}


def _negated(part: Part) -> Part:
    cause = part.cause
    return replace(
        part,
        cause=_OPPOSITE[cause] if isinstance(cause, Membership) else cause,
        points=-part.points,
        mean=None if part.mean is None else -part.mean,
        measures={path: -points for path, points in part.measures.items()},
    )


def counts_of(state: PeopleState) -> Counts:
    """How many members there are at a state, and their sum."""
    members = state.rows.filter(pl.col(MEMBER))
    by_status = dict(members[STATUS].value_counts().iter_rows())
    totals = members.filter(pl.col(STATUS).is_in(MEASURED))[TOTAL]
    return Counts(
        people=members.height,
        measured=sum(by_status.get(status, 0) for status in MEASURED),
        not_computable=by_status.get(Status.NOT_COMPUTABLE.value, 0),
        not_applicable=by_status.get(Status.NOT_APPLICABLE.value, 0),
        total=None if totals.len() > totals.count() else state.points(totals),
    )


@dataclass(slots=True)
class _Mean:
    """The rounded mean along the way; where there is nobody, the number goes to the later cause."""

    total: Decimal
    count: int
    known: Decimal | None = None

    def __post_init__(self) -> None:
        self.known = mean_of(self.total, self.count)

    def step(self, points: Decimal, people: int) -> Decimal | None:
        """What a change of the sum and of the number of people brings to the mean."""
        self.total += points
        self.count += people
        now = mean_of(self.total, self.count)
        if now is None:
            return None
        before, self.known = self.known, now
        return None if before is None else now - before


def _parts(way: Sequence[tuple[CauseClass | None, PeopleState]]) -> Iterator[Part]:
    """Every cause in order: who left, what the classes bring to those who stayed, who joined."""
    first, last = way[0][1], way[-1][1]
    measured, present = (first.measured(), last.measured()), (first.present(), last.present())
    both = measured[0] & measured[1]
    begin = counts_of(first)
    mean = _Mean(begin.total or ZERO, 0 if begin.total is None else begin.measured)
    left = measured[0] & ~present[1]
    lost = measured[0] & present[1] & ~measured[1]
    yield _membership(Membership.LEFT, first, left, -1, mean)
    yield _membership(Membership.NO_LONGER_COMPUTABLE, first, lost, -1, mean)
    for name, changes in by_class(way, both):
        points = {path: last.points(column) for path, column in changes.items()}
        moved = pl.DataFrame(list(changes.values())).select(pl.any_horizontal(pl.all() != 0).sum())
        total = sum(points.values(), ZERO)
        yield Part(name, int(moved.item() or 0), total, mean.step(total, 0), _nonzero(points))
    found = measured[1] & present[0] & ~measured[0]
    joined = measured[1] & ~present[0]
    yield _membership(Membership.BECAME_COMPUTABLE, last, found, 1, mean)
    yield _membership(Membership.JOINED, last, joined, 1, mean)


def _membership(
    cause: Membership, state: PeopleState, who: pl.Series, sign: int, mean: _Mean
) -> Part:
    """What people bring or take who are measured at one end only."""
    rows = state.rows.filter(who)
    points = {path: sign * state.points(rows[path]) for path in state.paths}
    total = sum(points.values(), ZERO)
    step = mean.step(total, sign * rows.height)
    return Part(cause, rows.height, total, step, _nonzero(points))


def _nonzero(points: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {path: one for path, one in points.items() if one}


def by_class(
    way: Sequence[tuple[CauseClass | None, PeopleState]], both: pl.Series
) -> Iterator[tuple[CauseClass, dict[str, pl.Series]]]:
    """What each class brings to each line of each person measured at both ends.

    A line that is not known at the end of a class keeps what it was, so that its number goes to the
    later class, as `walk` does it.
    """
    paths = list(dict.fromkeys(path for _, state in way for path in state.paths))
    filled = {path: way[0][1].line(path).filter(both) for path in paths}
    for name, state in way[1:]:
        if name is None:
            continue
        now = {
            path: state.line(path)
            .filter(both)
            .zip_with(state.line(path).filter(both).is_not_null(), filled[path])
            for path in paths
        }
        yield name, {path: (now[path] - filled[path]).alias(path) for path in paths}
        filled = now
