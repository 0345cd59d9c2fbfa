"""What a hypothesis would do to everybody is what it does to each; nothing of it is unstamped."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import ProgramError
from projections.answer import Answer, Status
from projections.asking import asking_why, inquiry
from projections.asking.inquiry import Ask
from projections.differences import whatif
from projections.differences.people_states import GroupSide
from projections.plans.plan import Plan
from projections.question import Question
from tests.builders import about, desk
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
        statuses = Counter(one.status.value for one in answers.values())
        assert {name: n for name, n in effect.statuses[place].items() if n} == dict(statuses)
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
    assert effect.change == sum((new - old for old, new in known), Decimal(0))
    measured = [[grade(one)[0] == "complete" for one in pair] for pair in both]
    assert effect.gained == sum(not then and now for then, now in measured)
    assert effect.lost == sum(then and not now for then, now in measured)
    assert effect.rebanded == sum(
        all(told) and old.band != new.band for told, (old, new) in zip(measured, both, strict=True)
    )
    differ = [
        old.subject for old, new in both if (grade(old), old.total) != (grade(new), new.total)
    ]
    assert sorted(effect.changed) == differ


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
    assert shown["hypothetical"] == {"rules": "draft: PerBKN 8/2019"}
    assert shown["from"]["bands"] == shown["to"]["bands"]
    assert list(shown["to"]["bands"]) == [
        "SANGAT_RENDAH",
        "RENDAH",
        "SEDANG",
        "TINGGI",
        "SANGAT_TINGGI",
    ]
    assert shown["to"]["enacted"] is None


def test_a_ledger_is_asked_without_a_fact_and_under_a_draft(
    sqlite_url: str, tmp_path: Path
) -> None:
    """One person and everybody, from the ledger: both stamped, and the ledger as it was."""
    with desk(sqlite_url, tmp_path) as found:
        found.send(
            about(1, "registered", on="2010-01-01"),
            about(1, "qualification", on="2009-08-01", key="ijazah"),
            about(1, "qualification", on="2019-08-01", level="S2"),
            about(1, "position", on="2015-01-01", kind="PELAKSANA"),
            about(1, "appraisal"),
        )
        head = found.head()
        day = date(2022, 12, 31)
        now = found.ledger.store.head().recorded_at
        assert now is not None
        asked = inquiry.resolve(found.ledger, Ask("ip-asn", as_of=day), today=now.date(), now=now)
        stream = found.stream()
        degree = found.facts().known("qualification")[-1]
        left_out = [(stream.hex, degree.root)]
        supposed = asking_why.without(asked, left_out)
        one = asking_why.supposed_person(found.ledger, asked, supposed, stream)
        assert (one["difference"], one["to"]["status"]) == ("-5", "provisional")
        assert one["hypothetical"] == {"without": [f"{stream.hex}/{degree.root}"]}
        table = inquiry.facts_table(found.ledger, lambda _: None).frame()
        everybody = asking_why.supposed_people(table, asked, supposed)
        assert (everybody.lowered, everybody.counts[1].people) == (1, 1)
        draft = variant((7,))
        ask = Ask("ip-asn", as_of=day)
        supposed = inquiry.resolve_draft(found.ledger, ask, draft, today=now.date(), now=now)
        drafted = asking_why.supposed_person(found.ledger, asked, supposed, stream)
        assert drafted["to"]["enacted"] is None
        assert drafted["hypothetical"] == {"rules": "draft: PerBKN 8/2019"}
        assert found.head() == head


def test_a_hypothesis_stands_where_its_answer_stands() -> None:
    """Another day or another position is a difference and no hypothesis."""
    frame = frame_of_log(ListLog([]))
    asked = Question(date(2022, 1, 1), 0, START)
    later = replace(whatif.under_draft(asked, SHIPPED), as_of=date(2022, 1, 2))
    with pytest.raises(ProgramError, match="coordinate"):
        whatif.population(frame, GroupSide(SHIPPED, asked), GroupSide(SHIPPED, later))
