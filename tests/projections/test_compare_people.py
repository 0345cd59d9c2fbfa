"""What the classes bring to many people is what they bring to each of them; sums and means add up."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.answer import Status
from projections.differences.causes_json import of_group
from projections.differences.compare_people import (
    Counts,
    GroupDifference,
    Membership,
    compare_people,
    mean_of,
)
from projections.differences.people_states import GroupSide
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.question import Question
from projections.table.frame import Frame
from tests.oracle.histories import UNITS
from tests.projections.logs import START, ListLog
from tests.projections.sides import Told, coordinates, crowds, measured, plans
from tests.projections.test_cohort import frame_of_log, traced
from tests.projections.variants import variant

SHIPPED: Plan = variant(())
ZERO = Decimal(0)
Dated = tuple[ListLog, date]
At = tuple[date, int]


def side(plan: Plan, at: At, units: frozenset[str] | None = None) -> GroupSide:
    """A group at a coordinate."""
    return GroupSide(plan, Question(at[0], at[1], START), 3, units)


def points(found: GroupDifference) -> dict[str, Decimal]:
    """What each cause brings to the sum."""
    return {part.cause.value: part.points for part in found.parts}


def one_by_one(told: Told, sides: list[GroupSide]) -> dict[str, Decimal]:
    """The same, from the comparison of each person."""
    brought: dict[str, Decimal] = {}
    answers = [traced(one.plan, told.log, one.question) for one in sides]
    for stream in told.people():
        member = [_member(answers[place].get(stream), sides[place]) for place in range(2)]
        ends = [(one.plan, (one.question.as_of, one.question.position)) for one in sides]
        totals = [
            answers[place][stream].total if member[place] == "measured" else None
            for place in range(2)
        ]
        found = told.difference(stream, ends[0], ends[1])
        if None not in totals:
            for name, number in found.by_class().items():
                brought[name.value] = brought.get(name.value, ZERO) + number
        elif totals[0] is not None:
            gone = member[1] == "outside"
            cause = Membership.LEFT if gone else Membership.NO_LONGER_COMPUTABLE
            brought[cause.value] = brought.get(cause.value, ZERO) - totals[0]
        elif totals[1] is not None:
            came = member[0] == "outside"
            cause = Membership.JOINED if came else Membership.BECAME_COMPUTABLE
            brought[cause.value] = brought.get(cause.value, ZERO) + totals[1]
    return {name: number for name, number in brought.items() if number}


def _member(answer: object, group: GroupSide) -> str:
    status, unit = getattr(answer, "status", None), getattr(answer, "unit", None)
    if status in (None, Status.NOT_APPLICABLE):
        return "outside"
    if group.units is not None and unit not in group.units:
        return "outside"
    return "unknown" if status is Status.NOT_COMPUTABLE else "measured"


@settings(max_examples=30)
@given(crowds(), plans, plans, st.data())
def test_classes_bring_what_they_bring_to_each(
    dated: Dated, first: Plan, last: Plan, data: st.DataObject
) -> None:
    """For any log, coordinates and rules the parts are the sums over people compared one by one."""
    log, on = dated
    ends = [data.draw(coordinates(log, on)) for _ in range(2)]
    sides = [side(first, ends[0]), side(last, ends[1])]
    found = compare_people(frame_of_log(log), sides[0], sides[1])
    told = {name: number for name, number in points(found).items() if number}
    assert told == one_by_one(Told(log), sides)


@settings(max_examples=20)
@given(crowds(), st.data())
def test_members_of_a_unit_count_where_they_are_on_each_day(
    dated: Dated, data: st.DataObject
) -> None:
    """For a unit the same holds, with its members of either day."""
    log, on = dated
    ends = [data.draw(coordinates(log, on)) for _ in range(2)]
    units = frozenset([data.draw(st.sampled_from(UNITS))])
    sides = [side(SHIPPED, at, units) for at in ends]
    found = compare_people(frame_of_log(log), sides[0], sides[1])
    told = {name: number for name, number in points(found).items() if number}
    assert told == one_by_one(Told(log), sides)
    for place, counts in enumerate(found.counts):
        answers = traced(SHIPPED, log, sides[place].question).values()
        assert counts.people == sum(one.unit in units for one in answers)


def check_sums(found: GroupDifference) -> None:
    """Parts add up: in points, by line to the points, and in means where both are there."""
    before, after = found.counts
    totals = [one.total or ZERO for one in (before, after)]
    assert sum((part.points for part in found.parts), ZERO) == totals[1] - totals[0]
    for part in found.parts:
        assert sum(part.measures.values(), ZERO) == part.points
    if before.mean is not None and after.mean is not None:
        means = [part.mean for part in found.parts if part.mean is not None]
        assert sum(means, ZERO) == after.mean - before.mean


@settings(max_examples=30)
@given(crowds(), plans, plans, st.data())
def test_sums_and_means_add_up(dated: Dated, first: Plan, last: Plan, data: st.DataObject) -> None:
    """Both differences are exactly those of the causes, and turn round with the question."""
    log, on = dated
    frame = frame_of_log(log)
    there, back = (data.draw(coordinates(log, on)) for _ in range(2))
    out = compare_people(frame, side(first, there), side(last, back))
    home = compare_people(frame, side(last, back), side(first, there))
    check_sums(out)
    assert out.counts == home.counts[::-1]
    if there != back:
        assert [-part.points for part in out.parts] == [part.points for part in home.parts[::-1]]


@settings(max_examples=15)
@given(crowds(), plans, st.data())
def test_a_group_does_not_differ_from_itself(dated: Dated, plan: Plan, data: st.DataObject) -> None:
    """Between equal coordinates every part is nothing, of nobody."""
    log, on = dated
    at = data.draw(coordinates(log, on))
    found = compare_people(frame_of_log(log), side(plan, at), side(plan, at))
    assert {(part.people, part.points) for part in found.parts} == {(0, ZERO)}


def test_the_json_names_every_class_in_order() -> None:
    """Scripts find all classes, also those that bring nothing."""
    log = ListLog([])
    frame: Frame = frame_of_log(log)
    found = compare_people(
        frame, side(SHIPPED, (date(2022, 1, 1), 0)), side(SHIPPED, (date(2023, 1, 1), 0))
    )
    shown = of_group(found)
    assert [one["class"] for one in shown["causes"]] == [
        "left",
        "no_longer_computable",
        *(one.value for one in CauseClass),
        "became_computable",
        "joined",
    ]
    assert shown["difference"] == {"sum": "0", "mean": None}


def test_a_mean_is_rounded_half_up_and_nobody_has_none() -> None:
    """Two decimals, half up: 100.125 is 100.13."""
    assert mean_of(Decimal(801), 8) == Decimal("100.13")
    assert mean_of(ZERO, 0) is None
    assert Counts(0, 0, 0, 0, ZERO).mean is None


def test_the_strategy_meets_people_who_are_measured() -> None:
    """The crowds of these tests are no empty room: most examples have somebody measured."""
    seen = Counter[bool]()

    @settings(max_examples=20, database=None)
    @given(crowds())
    def look(dated: Dated) -> None:
        log, on = dated
        told = Told(log)
        for stream in told.people():
            seen[measured(told.side(SHIPPED, stream, (on, len(log.events))))] += 1

    look()
    assert seen[True] * 4 > seen.total()
