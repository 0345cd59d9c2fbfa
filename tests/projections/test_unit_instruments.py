"""Units as subjects: both interpreters agree, and an independent working-out says the same."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.cohort import Cohort, cohort
from projections.plan import Plan
from projections.question import Question
from tests.projections.logs import START, ListLog
from tests.projections.sides import plans, seeds
from tests.projections.test_cohort import ENACTED, bare, frame_of_log
from tests.projections.unit_crowd import (
    UnitCrowd,
    bound,
    every_text,
    opd_text,
    simple_text,
    traced_units,
)

TEXTS = (opd_text, every_text, simple_text)
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


@settings(max_examples=40)
@given(seeds, st.sampled_from(TEXTS), plans, near, st.data())
def test_both_interpreters_agree_on_units(
    seed: int, make: object, ip_asn: Plan, shift: int, data: st.DataObject
) -> None:
    """For any tree, closings, moves and facts of units, on any day, as known anywhere."""
    on = date(2020, 6, 30) + timedelta(days=seed % 1500)
    log = UnitCrowd(seed, on).log(people=6, each=8)
    position = data.draw(st.just(len(log.events)) | st.integers(1, len(log.events)))
    plan = bound(make(), ip_asn)  # type: ignore[operator]
    agree(plan, log, Question(on + timedelta(days=shift), position, START))
