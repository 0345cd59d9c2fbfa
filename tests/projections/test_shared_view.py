"""Questions of one day share what they read, and each is answered as if it were asked alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.answer import Status, has_left
from projections.cohorts.cohort import cohort
from projections.cohorts.view import View
from projections.plans.plan import Plan
from projections.question import Question
from tests.oracle.histories import days
from tests.projections.crowd import Crowd
from tests.projections.logs import START
from tests.projections.sides import plans, seeds
from tests.projections.test_cohort import ENACTED, SHIPPED, bare, frame_of_log
from tests.projections.test_unit_instruments import crowd_of, plan_of

MEASURED = (Status.COMPLETE, Status.PROVISIONAL)


@settings(max_examples=15)
@given(seeds, plans, st.permutations([0, 1, 2, 3, 4]), st.data())
def test_a_shared_view_changes_no_answer(
    seed: int, ip_asn: Plan, order: list[int], data: st.DataObject
) -> None:
    """Of people and of units, with all facts and without some, in any order."""
    log, on = crowd_of(seed)
    frame = frame_of_log(log)
    question = Question(on, len(log.events), START)
    stream = data.draw(st.sampled_from(frame.streams.hexes))
    without = replace(question, without=((stream, 1),))
    asked = [
        (ip_asn, question),
        (ip_asn, without),
        *((plan_of(place, ip_asn), question) for place in range(3)),
    ]
    view = View(frame, on, question.position)
    for place in order:
        plan, one = asked[place]
        shared = cohort(plan, frame, one, enacted=ENACTED, view=view)
        alone = cohort(plan, frame, one, enacted=ENACTED)
        assert [bare(each) for each in shared.answers()] == [bare(each) for each in alone.answers()]
        assert shared.numbers.equals(alone.numbers)


@settings(max_examples=15)
@given(seeds, days, st.data())
def test_a_part_is_a_part_of_the_whole(seed: int, on: date, data: st.DataObject) -> None:
    """Answers of some units' people are those among everybody's; the census counts them all."""
    log = Crowd(seed, on).log(people=20, each=8)
    found = cohort(SHIPPED, frame_of_log(log), Question(on, len(log.events), START))
    answers = list(found.answers())
    units = sorted({one.unit for one in answers if one.unit is not None})
    among = data.draw(st.sets(st.sampled_from(units))) if units else set()
    some = list(found.answers(among))
    assert some == [one for one in answers if one.unit in among]
    serving = Counter(one.unit for one in answers if not has_left(one))
    measured = Counter(one.unit for one in answers if one.status in MEASURED)
    census = found.census()
    assert census.keys() == {one.unit for one in answers}
    assert all(census[unit] == (serving[unit], measured[unit]) for unit in census)
