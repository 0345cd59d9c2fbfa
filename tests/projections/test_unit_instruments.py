"""Units as subjects: both interpreters agree, and an independent working-out says the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.answer import Answer, Status
from projections.cohorts.cohort import Cohort, cohort
from projections.differences.people_states import GroupSide
from projections.differences.units_why import UnitDifference, unit_difference
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.question import Question
from projections.table.frame import Frame
from tests.oracle import naive_units
from tests.oracle.histories import UNITS
from tests.projections.logs import START, ListLog, fact, placed, units
from tests.projections.sides import plans, seeds
from tests.projections.test_cohort import ENACTED, bare, frame_of_log, traced
from tests.projections.unit_crowd import (
    UnitCrowd,
    bound,
    every_text,
    opd_text,
    simple_text,
    traced_units,
)
from tests.projections.variants import variant

TEXTS = (opd_text, every_text, simple_text)
ZERO = Decimal(0)
near = st.integers(-900, 200) | st.sampled_from([0, 1, -1, -365, 365])


def agree(plan: Plan, log: ListLog, question: Question) -> Cohort:
    """Both interpreters give the same answers of all units, in the order of their ids."""
    found = cohort(plan, frame_of_log(log), question, enacted=ENACTED)
    answers = list(found.answers())
    expected = traced_units(plan, log, question)
    assert {one.subject: bare(one) for one in answers} == {
        unit: bare(one) for unit, one in expected.items()
    }
    assert [one.subject for one in answers] == sorted(expected)
    for row, one in zip(found.numbers.iter_rows(named=True), answers, strict=True):
        assert (row["status"], row["band"]) == (one.status.value, one.band)
        assert row["total"] == (None if one.total is None else one.total.scaleb(found.scale))
    return found


def crowd_of(seed: int) -> tuple[ListLog, date]:
    """A ledger and the day around which everything happens."""
    on = date(2020, 6, 30) + timedelta(days=seed % 1500)
    return UnitCrowd(seed, on).log(people=6, each=8), on


def plan_of(place: int, ip_asn: Plan) -> Plan:
    """One of the texts about units, reading this text of IP-ASN."""
    return bound(TEXTS[place](), ip_asn)


@settings(max_examples=25)
@given(seeds, st.integers(0, 2), plans, near, st.data())
def test_both_interpreters_agree_on_units(
    seed: int, place: int, ip_asn: Plan, shift: int, data: st.DataObject
) -> None:
    """For any tree, closings, moves and facts of units, on any day, as known anywhere."""
    log, on = crowd_of(seed)
    position = data.draw(st.just(len(log.events)) | st.integers(1, len(log.events)))
    agree(plan_of(place, ip_asn), log, Question(on + timedelta(days=shift), position, START))


@settings(max_examples=15)
@given(seeds, plans, near, st.data())
def test_counts_and_means_are_those_of_the_oracle(
    seed: int, ip_asn: Plan, shift: int, data: st.DataObject
) -> None:
    """Who counts where, and the mean to two decimals, worked out a second time from raw events."""
    log, on = crowd_of(seed)
    position = data.draw(st.just(len(log.events)) | st.integers(1, len(log.events)))
    day = on + timedelta(days=shift)
    asked = Question(day, position, START)
    people = {
        stream: (one.status.value, one.total) for stream, one in traced(ip_asn, log, asked).items()
    }
    expected = naive_units.counts(log.events, UNITS, people, day, position)
    found = cohort(plan_of(0, ip_asn), frame_of_log(log), asked, enacted=ENACTED)
    for one in found.answers():
        if one.status is Status.NOT_APPLICABLE:
            continue
        counted = one.measures[0].measures[1].counted
        assert counted is not None
        other = expected.get(one.subject, {"people": 0, "measured": 0, "mean": None})
        assert (counted.tally.people, counted.tally.measured, counted.mean) == (
            other["people"],
            other["measured"],
            other["mean"],
        )


LIMITS = {
    "ISTIMEWA": [("most", 50, 50)],
    "BAIK": [("least", 20, 51), ("people", 2, 2)],
    "BUTUH_PERBAIKAN": [("people", 1, 1)],
    "KURANG": [("least", 34, 34), ("most", 70, 70)],
}


@settings(max_examples=15)
@given(seeds, plans, near, st.data())
def test_patterns_are_those_of_the_oracle(
    seed: int, ip_asn: Plan, shift: int, data: st.DataObject
) -> None:
    """Whether a unit's people fit its own predicate, worked out a second time from raw events."""
    log, on = crowd_of(seed)
    position = data.draw(st.just(len(log.events)) | st.integers(1, len(log.events)))
    day = on + timedelta(days=shift)
    found = cohort(
        plan_of(1, ip_asn), frame_of_log(log), Question(day, position, START), enacted=ENACTED
    )
    for one in found.answers():
        if one.status is Status.NOT_APPLICABLE:
            continue
        (measure,) = (part for part in one.measures if part.name == "sebaran")
        facts = naive_units.known(log.events, one.subject, position)
        code = naive_units.own_code(facts, "unit_appraisal", "predicate", day, 2)
        among, of = 0, 0
        if measure.counted is not None:
            bands = measure.counted.tally.bands or {}
            among, of = bands["TINGGI"] + bands["SEDANG"], measure.counted.tally.measured
        expected = naive_units.fits(code, LIMITS, among, of)
        ends = (int(measure.span.low), int(measure.span.high))
        assert {(10, 10): "yes", (0, 0): "no", (0, 10): "?"}[ends] == expected


@settings(max_examples=15)
@given(seeds, plans, near)
def test_everybody_counts_where_the_oracle_says(seed: int, ip_asn: Plan, shift: int) -> None:
    """The unit of an answer is where somebody counts on the day, closings followed."""
    log, on = crowd_of(seed)
    day, position = on + timedelta(days=shift), len(log.events)
    units = {unit: naive_units.known(log.events, unit, position) for unit in UNITS}
    found = cohort(ip_asn, frame_of_log(log), Question(day, position, START), enacted=ENACTED)
    for one in found.answers():
        facts = naive_units.known(log.events, one.subject, position)
        assert one.unit == naive_units.post_unit(facts, units, day)


@settings(max_examples=10)
@given(seeds, st.integers(0, 2), plans, plans, near, near, st.data())
def test_differences_of_units_add_up(
    seed: int, place: int, before: Plan, after: Plan, first: int, last: int, data: st.DataObject
) -> None:
    """For any coordinates and rules classes add up by measure, and turn round with the question."""
    log, on = crowd_of(seed)
    sides = [
        _side(plan_of(place, text), log, on + timedelta(days=shift), data)
        for text, shift in zip((before, after), (first, last), strict=True)
    ]
    frame = frame_of_log(log)
    unit = data.draw(st.sampled_from(UNITS))
    ends = [replace(one, units=frozenset([unit])) for one in sides]
    found = unit_difference(frame, unit, ends[0], ends[1])
    if found is None:
        return
    asked = [next(iter(_asked(frame, one, unit))) for one in ends]
    assert [bare(found.before), bare(found.after)] == [bare(one) for one in asked]
    assert [step.cause for step in found.classes] == list(CauseClass)
    brought = sum((sum(step.points.values()) for step in found.classes), ZERO)
    if found.total is not None:
        assert brought == found.total
    _check_lines(found)
    back = unit_difference(frame, unit, ends[1], ends[0])
    assert back is not None
    coordinates = [(one.question.as_of, one.question.position) for one in ends]
    if coordinates[0] != coordinates[1]:
        assert [step.negated() for step in back.classes] == list(found.classes)


def _side(plan: Plan, log: ListLog, on: date, data: st.DataObject) -> GroupSide:
    last = len(log.events)
    position = data.draw(st.just(last) | st.integers(last // 2, last))
    return GroupSide(plan, Question(on, position, START), ENACTED)


def _asked(frame: Frame, one: GroupSide, unit: str) -> Iterator[Answer]:
    number = frame.streams.find(unit)
    assert number is not None
    return cohort(one.plan, frame, one.question, enacted=one.enacted, subjects=[number]).answers()


def _check_lines(found: UnitDifference) -> None:
    """A line known on both sides and all the way changes by what the classes bring to it."""
    ends = [dict(_lines(one)) for one in (found.before, found.after)]
    for path in ends[0].keys() & ends[1].keys():
        first, last = ends[0][path], ends[1][path]
        if first is not None and last is not None:
            assert last - first == sum(
                (step.points.get(path, ZERO) for step in found.classes), ZERO
            )


def _lines(answer: Answer) -> Iterator[tuple[str, Decimal | None]]:
    for top in answer.measures:
        if top.rule != "sum":
            yield top.name, top.points
        for one in top.measures if top.rule == "sum" else ():
            yield f"{top.name}/{one.name}", one.points


def test_who_moved_in_june_counts_where_he_was_on_the_day() -> None:
    """Before the move in the old unit and all above it, after it in the new one."""
    person = UUID(int=0x8000 << 64 | 5)
    log = [*units()]
    log.append(fact(person, 0, "employee.registered/1", date(2015, 1, 1), {"employment": "PNS"}))
    for unit, since in ((UNITS[1], date(2015, 1, 1)), (UNITS[2], date(2022, 6, 15))):
        fields = {"unit": unit, "title_id": "0" * 32, "kind": "PELAKSANA"}
        log.append(fact(person, 0, "employee.position/1", since, fields))
    events = ListLog(placed(log))
    for day, there in ((date(2022, 6, 14), UNITS[1]), (date(2022, 6, 15), UNITS[2])):
        asked = Question(day, len(events.events), START)
        found = cohort(plan_of(0, variant(())), frame_of_log(events), asked, enacted=ENACTED)
        people = {
            one.subject: one.measures[0].measures[1].counted.tally.people  # type: ignore[union-attr]
            for one in found.answers()
        }
        assert people == {
            UNITS[0]: 1,
            UNITS[1]: int(there == UNITS[1]),
            UNITS[2]: int(there == UNITS[2]),
        }
