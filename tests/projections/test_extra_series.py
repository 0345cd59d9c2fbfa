"""Under every shipped instrument, and each further rule, a series holds exactly the days of change."""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from projections.asking.binding import bind
from projections.differences import whatif
from projections.differences.compare import compare
from projections.differences.compare_people import compare_people
from projections.differences.people_states import GroupSide
from projections.differences.series import InForce
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.question import Question
from tests.oracle.histories import UNITS
from tests.projections.everything import Everything
from tests.projections.extra_rules import RULES, plan_of, some_day
from tests.projections.logs import START, ListLog, fact, placed, units
from tests.projections.shipped_plans import plans_about_people
from tests.projections.sides import Told
from tests.projections.test_cohort import frame_of_log
from tests.projections.test_compare_people import one_by_one, points, side
from tests.projections.test_series import check_days, points_of
from tests.projections.test_whatif import check_effect

SHIPPED = plans_about_people()
BY_INSTRUMENT = {plan.instrument: plan for plan in reversed(list(SHIPPED.values()))}
PLANS: dict[str, Plan] = {name: bind(plan, BY_INSTRUMENT.get) for name, plan in SHIPPED.items()}
PLANS |= {name: plan_of((name,)) for name in RULES}
BEGAN = date(2000, 1, 1)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_change_days_are_those_found_day_by_day(seed: int) -> None:
    """No day is missed, whatever makes a rule change by itself: windows, years, time gone by."""
    dice = random.Random(seed)
    on = some_day(seed)
    told = Told(Everything(seed, on).log(people=2, each=30))
    for name in dice.sample(sorted(PLANS), 4):
        first = on + timedelta(dice.randrange(-700, 60))
        last = first + timedelta(dice.randrange(40, 200))
        for stream in told.people():
            if told.facts(stream, len(told.log.events)).known("registered"):
                check_days(told, stream, [InForce(BEGAN, PLANS[name], 3)], first, last)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_differences_end_at_the_answers(seed: int) -> None:
    """Between any two coordinates the causes of every instrument add up, either way."""
    dice = random.Random(seed)
    on = some_day(seed)
    told = Told(Everything(seed, on).log(people=3, each=40))
    last = len(told.log.events)
    for name in dice.sample(sorted(PLANS), 6):
        ends = [
            (on + timedelta(dice.choice([0, 1, 31, 365, -366])), dice.choice([last, last * 2 // 3]))
            for _ in range(2)
        ]
        for stream in told.people():
            if all(told.facts(stream, at).known("registered") for _, at in ends):
                found = told.difference(stream, (PLANS[name], ends[0]), (PLANS[name], ends[1]))
                if found.total is not None:
                    assert sum(found.by_class().values()) == found.total


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_many_people_are_told_what_each_is_told(seed: int) -> None:
    """Differences by class, and the effect of another text, equal those of each; no total, no sum."""
    dice = random.Random(seed)
    on = some_day(seed)
    log = Everything(seed, on).log(people=4, each=40)
    frame, last = frame_of_log(log), len(log.events)
    for name in dice.sample(sorted(PLANS), 4):
        plan, other = PLANS[name], PLANS[dice.choice(sorted(PLANS))]
        ends = [
            (on + timedelta(dice.choice([0, 1, 31, 365, -366])), dice.choice([last, last * 2 // 3]))
            for _ in range(2)
        ]
        group = [side(plan, end) for end in ends]
        found = compare_people(frame, group[0], group[1])
        told = {part: number for part, number in points(found).items() if number}
        assert told == one_by_one(Told(log), group)
        if plan.outcomes is not None:
            assert all(one.mean is None for one in found.counts if one.measured)
        asked = Question(ends[0][0], ends[0][1], START)
        draft = GroupSide(other, whatif.under_draft(asked, other), None)
        check_effect(log, GroupSide(plan, asked, 3), draft)


PERSON = f"{5:032x}"


def one_person(*more: tuple[str, date, dict[str, object]]) -> Told:
    """Somebody with a post and 20 hours of training, and what was recorded besides."""
    stated: list[tuple[str, date, dict[str, object]]] = [
        ("registered", date(2015, 1, 1), {"employment": "PNS"}),
        (
            "position",
            date(2016, 1, 1),
            {"unit": UNITS[0], "kind": "PELAKSANA", "title_id": "a" * 32},
        ),
        ("competency", date(2022, 3, 1), {"category": "TEKNIS", "hours": "20", "to": "2022-03-01"}),
        *more,
    ]
    events = [fact(UUID(PERSON), 0, f"employee.{kind}/1", on, said) for kind, on, said in stated]
    return Told(ListLog(placed([*units(), *events])))


@pytest.mark.parametrize("employment", ["PNS", "PPPK"])
def test_a_post_that_became_known_does_not_hide_the_employment(employment: str) -> None:
    """A corrected or late post changes nothing where only the employment is asked for."""
    post: dict[str, object] = {"unit": UNITS[1], "kind": "PELAKSANA", "title_id": "b" * 32}
    told = one_person(
        ("employment", date(2016, 1, 1), {"employment": employment}),
        ("position", date(2020, 1, 1), post),
    )
    head = len(told.log.events)
    on = date(2022, 12, 31)
    plan = plan_of(("by_status",))
    found = compare(
        told.side(plan, PERSON, (on, head - 1)), told.side(plan, PERSON, (on, head)), stated_at={}
    )
    assert list(found.causes) == []


def test_another_employment_is_read_on_its_day() -> None:
    """Who becomes PPPK has another target from that day on, and the series says so."""
    told = one_person(
        ("employment", date(2022, 6, 1), {"employment": "PPPK"}),
        ("competency", date(2022, 2, 1), {"category": "TEKNIS", "hours": "3", "to": "2022-02-01"}),
    )
    rules = [InForce(BEGAN, plan_of(("by_status",)), 3)]
    found = points_of(told, PERSON, rules, date(2022, 4, 1), date(2022, 12, 31))
    assert [(one.on, one.sums.status.value) for one in found] == [
        (date(2022, 4, 1), "complete"),
        (date(2022, 6, 1), "not_computable"),
    ]
    assert {cause.cause_class for cause in found[1].causes} <= set(CauseClass)
