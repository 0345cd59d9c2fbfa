"""`cohort` tells of everybody what `trace` tells of each, to the last digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from ledger.domain.facts import History
from projections.answer import Answer, MeasureResult
from projections.cohorts.cohort import Cohort, cohort
from projections.cohorts.scale import PlanTooFine
from projections.language.instrument import load
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import surroundings_on
from projections.table.batch import BatchBuilder
from projections.table.frame import Frame, empty_frame
from projections.tracing.trace import trace
from tests.oracle.histories import BOOK, UNITS, days
from tests.projections.crowd import Crowd
from tests.projections.logs import START, ListLog, fact, folded, logs, placed, units
from tests.projections.variants import CHANGES, variant

SHIPPED: Plan = variant(())
ENACTED = 3


def frame_of_log(log: ListLog, *, most: int = 10_000) -> Frame:
    """The facts table of a whole log, read in batches."""
    frame = empty_frame()
    builder = BatchBuilder(frame.streams, after=0)
    events = log.read()
    while builder.add(events, most=most):
        frame = frame.advanced(builder.build(), subjects=len(frame.streams))
    return frame


def traced(plan: Plan, log: ListLog, question: Question) -> dict[str, Answer]:
    """Everybody's answers, one stream after the other, from the events."""
    facts = folded(log.events, question.position)
    on = question.as_of
    units = {one: facts[one] for one in UNITS if one in facts}
    surroundings = surroundings_on(facts.get(BOOK.hex, History()), units, on)
    found = {}
    for stream, own in sorted(facts.items()):
        begun = [fact for fact in own.known("registered") if fact.effective_on <= on]
        if begun and not own.visible("merged", on):
            found[stream] = trace(
                plan, own, question, subject=stream, surroundings=surroundings, enacted=ENACTED
            )
    return found


def bare(answer: Answer) -> dict[str, Any]:
    """An answer as JSON without facts, digest included."""
    return answer.as_json(with_facts=False)


def agree(plan: Plan, log: ListLog, frame: Frame, question: Question) -> Cohort:
    """Both interpreters give the same answers in the same order, and the frame says the same."""
    found = cohort(plan, frame, question, enacted=ENACTED)
    expected = traced(plan, log, question)
    answers = list(found.answers())
    assert {one.subject: bare(one) for one in answers} == {
        stream: bare(one) for stream, one in expected.items()
    }
    assert [one.subject for one in answers] == sorted(expected)
    rows = found.numbers.rows(named=True)
    for row, answer in zip(rows, answers, strict=True):
        assert row == row_of(found, frame, answer)
    return found


def row_of(found: Cohort, frame: Frame, answer: Answer) -> dict[str, Any]:
    """What the frame of integers must say of an answer."""
    points = dict(paths_of(answer.measures, ""))
    span = answer.span
    return {
        "subject": frame.streams.find(answer.subject),
        "unit": answer.unit,
        "position_kind": answer.position_kind,
        "status": answer.status.value,
        "total": scaled(answer.total, found.scale),
        "range_low": None if span is None else scaled(span.low, found.scale),
        "range_high": None if span is None else scaled(span.high, found.scale),
        "band": answer.band,
        **{path: scaled(points.get(path), found.scale) for path in found.paths},
    }


def paths_of(
    measures: tuple[MeasureResult, ...], above: str
) -> Iterator[tuple[str, Decimal | None]]:
    """Points of all measures by their paths."""
    for one in measures:
        yield f"{above}{one.name}", one.points
        yield from paths_of(one.measures, f"{above}{one.name}/")


def scaled(number: Decimal | None, scale: int) -> int | None:
    """A number as the frame holds it."""
    return None if number is None else int(number.scaleb(scale))


@given(logs(), days, st.data())
def test_cohort_equals_trace(log: ListLog, as_of: date, data: st.DataObject) -> None:
    """For any log, legal day and position every answer is the same from either interpreter."""
    frame = frame_of_log(log, most=data.draw(st.integers(5, 200)))
    position = data.draw(st.integers(1, len(log.events)))
    agree(SHIPPED, log, frame, Question(as_of, position, START))


EDGES = (date(2022, 12, 31), date(2023, 3, 31), date(2020, 2, 29), date(2019, 1, 1))


@settings(max_examples=60)
@given(
    st.integers(0, 2**32),
    st.sampled_from(EDGES),
    st.lists(st.sampled_from(range(len(CHANGES))), max_size=5, unique=True),
)
def test_cohort_equals_trace_in_a_crowd(seed: int, on: date, chosen: list[int]) -> None:
    """The same for crowds in which everything happens, under other readings of the instrument."""
    dice = random.Random(seed)
    log = Crowd(seed, on, wide=dice.random() < 0.3).log(dice.randrange(1, 16), dice.randrange(30))
    frame = frame_of_log(log, most=dice.choice([11, 100_000]))
    plan = variant(tuple(sorted(chosen)))
    for _ in range(3):
        position = dice.randrange(1, len(log.events) + 1)
        as_of = date.fromordinal(on.toordinal() + dice.choice([0, 0, -400, -31, 31]))
        agree(plan, log, frame, Question(as_of, position, START))


@settings(max_examples=20)
@example(910)  # the post that decided is left out
@given(st.integers(0, 2**32))
def test_facts_left_out_are_left_out(seed: int) -> None:
    """A question without a fact is answered alike by both, and stamped."""
    log = Crowd(seed, EDGES[0]).log(4, 15)
    chosen = random.Random(seed).choice(log.events)
    without = ((chosen.originator_id.hex, chosen.originator_version),)
    question = Question(EDGES[0], len(log.events), START, without=without)
    agree(SHIPPED, log, frame_of_log(log), question)


SANCTIONS = 13
LEVELS = ("RINGAN", "SEDANG", "BERAT", "MORAL")


@pytest.mark.parametrize("chosen", [(), (SANCTIONS,), (SANCTIONS, SANCTIONS + 1)])
def test_any_list_of_sanctions(chosen: tuple[int, ...]) -> None:
    """Up to three sanctions of any levels in any order, also where a level's points are unknown."""
    events = units()
    lists = [listed for length in range(4) for listed in product(LEVELS, repeat=length)]
    for number, levels in enumerate(lists, start=1):
        person = UUID(int=number << 96)
        registered = {"employment": "PNS"}
        events.append(fact(person, 0, "employee.registered/1", date(2010, 1, 1), registered))
        for place, level in enumerate(levels):
            fields = {"level": level, "kind": "LAINNYA", "decided_on": "2020-01-01"}
            on = date(2020, 1, 1 + place)
            events.append(fact(person, 0, "employee.sanction/1", on, fields))
    log = ListLog(placed(events))
    found = agree(variant(chosen), log, frame_of_log(log), Question(EDGES[0], len(events), START))
    assert found.numbers.height == len(lists)


def test_each_change_of_the_instrument_is_a_plan() -> None:
    """Every variant used here is read by the loader, alone."""
    names = {variant((number,)).instrument for number in range(len(CHANGES))}
    assert names == {"ip-asn"}


def test_some_subjects_only() -> None:
    """Asked about some people only, the answers are theirs, ordered by stream."""
    log = Crowd(7, EDGES[0]).log(12, 12)
    frame = frame_of_log(log)
    question = Question(EDGES[0], len(log.events), START)
    everybody = cohort(SHIPPED, frame, question)
    asked = everybody.numbers["subject"].to_list()[1::2]
    some = cohort(SHIPPED, frame, question, subjects=asked[::-1])
    assert some.numbers.equals(everybody.numbers[1::2])
    assert [one.subject for one in some.answers()] == [
        one.subject for one in list(everybody.answers())[1::2]
    ]


def test_nobody_registered() -> None:
    """Before the first registration there is nobody to answer about, and no failure."""
    log = Crowd(7, EDGES[0]).log(3, 3)
    found = cohort(SHIPPED, frame_of_log(log), Question(date(1950, 1, 1), 1, START))
    assert found.numbers.is_empty()
    assert not list(found.answers())
    assert found.table().is_empty()


def test_a_table_for_exports() -> None:
    """The table shows exact decimals and codes of reasons in the order of the answers."""
    log = Crowd(11, EDGES[0]).log(12, 20)
    found = cohort(SHIPPED, frame_of_log(log), Question(EDGES[0], len(log.events), START))
    for row, answer in zip(found.table().rows(named=True), found.answers(), strict=True):
        assert row["stream"] == answer.subject
        assert row["total"] == answer.total
        assert row["why"].split() == list(dict.fromkeys(one.code for one in answer.why))


FINE = """
instrument: halus
title: A measure in steps of a billionth
subject: employee
basis: LOCAL
decree: none
in_force_from: 2019-01-01
period: {cut_off: period_end}
population: {employment: [PNS]}
cite: none
mark: assumed
max: 99999999
measures:
  - measure: pendidikan
    max: 99999999
    rule: best
    facts: qualification
    by: level
    points: {S3: 99999999, S2: 0.000000001, S1: 0, D4: 0, D3: 0, D2: 0, D1: 0, SLTA: 0, SLTP: 0,
             SD: 0, SLTA_KEJURUAN: 0, PROFESI: 0, SP1: 0, SP2: 0}
    none: 0
bands: {edge: lower, of: [[0, ADA]]}
"""


def test_points_finer_than_integers_are_refused() -> None:
    """An instrument in billionths up to many millions is refused; in smaller numbers it is not."""
    log = Crowd(7, EDGES[0]).log(3, 3)
    question = Question(EDGES[0], len(log.events), START)
    frame = frame_of_log(log)
    with pytest.raises(PlanTooFine, match="fewer decimals, or ask for one person at a time"):
        cohort(load(FINE.encode(), file="halus.yaml"), frame, question)
    coarser = load(FINE.replace("99999999", "999999").encode(), file="halus.yaml")
    assert cohort(coarser, frame, question).scale == 9
