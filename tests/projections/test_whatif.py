"""What a hypothesis would do to everybody is what it does to each; nothing of it is unstamped."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import ProgramError
from projections import whatif
from projections.answer import Answer, Status
from projections.people_states import GroupSide
from projections.plan import Plan
from projections.question import Question
from tests.projections.logs import START, ListLog, by_stream
from tests.projections.sides import Told, crowds, plans
from tests.projections.test_cohort import frame_of_log, traced
from tests.projections.variants import variant

SHIPPED: Plan = variant(())
Dated = tuple[ListLog, date]


def grade(answer: Answer) -> tuple[str, str | None]:
    """Status, without the difference that only a mark makes, and band."""
    status = Status.COMPLETE if answer.status is Status.PROVISIONAL else answer.status
    return status.value, answer.band


def check_effect(log: ListLog, before: GroupSide, after: GroupSide) -> None:
    """The effect on everybody equals what the answers say one by one."""
    effect = whatif.population(frame_of_log(log), before, after)
    sides = [traced(one.plan, log, one.question) for one in (before, after)]
    for place, answers in enumerate(sides):
        bands = Counter(one.band for one in answers.values() if one.band)
        assert {name: n for name, n in effect.bands[place].items() if n} == dict(bands)
        assert effect.counts[place].people == len(answers)
    both = [(sides[0][stream], sides[1][stream]) for stream in sorted(sides[0])]
    moved = [old.subject for old, new in both if grade(old) != grade(new)]
    assert sorted(one.stream for one in effect.moved) == moved
    for one in effect.moved:
        assert one.total == (sides[0][one.stream].total, sides[1][one.stream].total)
    totals = [(old.total, new.total) for old, new in both]
    known = [(old, new) for old, new in totals if old is not None and new is not None]
    assert effect.raised == sum(new > old for old, new in known)
    assert effect.lowered == sum(new < old for old, new in known)
    assert effect.unmoved == sum(new == old for old, new in known)


@settings(max_examples=40)
@given(crowds(), plans, plans)
def test_a_draft_does_to_everybody_what_it_does_to_each(
    dated: Dated, plan: Plan, draft: Plan
) -> None:
    """For any log and two texts: distribution, who is raised or lowered, who changes band."""
    log, on = dated
    asked = Question(on, len(log.events), START)
    after = GroupSide(draft, whatif.under_draft(asked, draft))
    check_effect(log, GroupSide(plan, asked, 3), after)


@settings(max_examples=30)
@given(crowds(people=3), st.data())
def test_facts_left_out_do_to_everybody_what_they_do_to_each(
    dated: Dated, data: st.DataObject
) -> None:
    """The same where facts are left out."""
    log, on = dated
    asked = Question(on, len(log.events), START)
    stream = data.draw(st.sampled_from(Told(log).people()))
    versions = [one.originator_version for one in by_stream(log.events)[stream]]
    facts = [(stream, data.draw(st.sampled_from(versions)))]
    after = GroupSide(SHIPPED, whatif.without(asked, facts))
    check_effect(log, GroupSide(SHIPPED, asked, 3), after)


def test_a_hypothesis_without_its_stamp_is_refused() -> None:
    """Nothing hypothetical can come out looking like an answer."""
    frame = frame_of_log(ListLog([]))
    side = GroupSide(SHIPPED, Question(date(2022, 1, 1), 0, START))
    with pytest.raises(ProgramError, match="without its stamp"):
        whatif.population(frame, side, side)


def test_the_json_carries_the_stamp() -> None:
    """The object says what was supposed, and names every band on both sides."""
    frame = frame_of_log(ListLog([]))
    asked = Question(date(2022, 1, 1), 0, START)
    supposed = GroupSide(SHIPPED, whatif.under_draft(asked, SHIPPED))
    shown = whatif.as_json(whatif.population(frame, GroupSide(SHIPPED, asked, 3), supposed))
    assert shown["hypothetical"] == {"rules": "PerBKN 8/2019"}
    assert shown["from"]["bands"] == shown["to"]["bands"]
    assert list(shown["to"]["bands"]) == [
        "SANGAT_RENDAH",
        "RENDAH",
        "SEDANG",
        "TINGGI",
        "SANGAT_TINGGI",
    ]
    assert shown["to"]["enacted"] is None
