"""Why an answer differs, for every shipped instrument: causes that end at the answers."""

from __future__ import annotations

from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from ledger.domain.facts import History
from projections.asking.binding import bind
from projections.differences.compare import Side, compare
from projections.differences.compare_people import compare_people
from projections.differences.series import InForce
from projections.differences.walk import CauseClass
from projections.plans.plan import Plan
from projections.question import Question
from projections.subject import surroundings_on
from projections.tracing.trace import trace
from tests.oracle.histories import BOOK, PERSON, UNITS
from tests.projections.extra_rules import RULES, ExtraCrowd, plan_of, some_day
from tests.projections.logs import START, ListLog, fact, folded, placed
from tests.projections.shipped_plans import plans_about_people
from tests.projections.sides import Told
from tests.projections.test_cohort import frame_of_log
from tests.projections.test_compare_people import one_by_one, points, side
from tests.projections.test_series import check_days

DAYS = timedelta(days=150)
MAY, JUNE = date(2021, 5, 31), date(2021, 6, 1)
PLANS = plans_about_people()
BY_INSTRUMENT = {plan.instrument: plan for plan in reversed(list(PLANS.values()))}


def sides(plan: Plan, log: ListLog, on: date, position: int) -> dict[str, Side]:
    """Everybody's side at a coordinate."""
    facts = folded(log.events, position)
    units = {one: facts[one] for one in UNITS if one in facts}
    around = surroundings_on(facts.get(BOOK.hex, History()), units, on)
    question = Question(on, position, START)
    return {
        stream: Side(trace(plan, own, question, subject=stream, surroundings=around), own, around)
        for stream, own in facts.items()
        if own.known("registered")
    }


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_differences_add_up(name: str, seed: int) -> None:
    """Between any two coordinates `compare` ends at both answers, and its causes add up."""
    first = some_day(seed)
    last = first + timedelta(days=seed % 900)
    log = ExtraCrowd(seed, first).log(people=5, each=16)
    plan = bind(PLANS[name], BY_INSTRUMENT.get)
    before = sides(plan, log, first, len(log.events) - seed % 60)
    after = sides(plan, log, last, len(log.events))
    for stream in before.keys() & after.keys():
        found = compare(before[stream], after[stream], stated_at={})
        if found.total is not None:
            assert sum(found.by_class().values()) == found.total


SERIES = {name: plan for name, plan in PLANS.items() if not name.startswith("drafts/kenaikan")}


@pytest.mark.parametrize("name", SERIES)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_day_of_a_series_is_missed(name: str, seed: int) -> None:
    """The series of every shipped text holds the days that asking day by day finds, and no other."""
    first = some_day(seed) - timedelta(days=seed % 500)
    told = Told(ExtraCrowd(seed, first).log(people=2, each=14))
    plan = bind(PLANS[name], BY_INSTRUMENT.get)
    for stream in told.people():
        check_days(told, stream, [InForce(date(2010, 1, 1), plan, 3)], first, first + DAYS)


def test_a_later_text_of_a_text_that_is_read_is_a_day_of_the_series() -> None:
    """The day from which an answer is provisional because of the text it reads is told."""
    told = Told(ExtraCrowd(11, date(2022, 12, 1)).log(people=4, each=10))
    plan = bind(PLANS["hukdis-indeks.yaml"], BY_INSTRUMENT.get)
    for stream in told.people():
        rules = [InForce(date(2010, 1, 1), plan, 3)]
        check_days(told, stream, rules, date(2022, 12, 20), date(2023, 1, 10))


NUMBERED = [
    "angka-kredit-permenpanrb-1-2023.yaml",
    "angka-kredit-kebutuhan-perbkn-3-2023.yaml",
    "angka-kredit-kumulatif-perbkn-3-2023.yaml",
    "hukdis-indeks.yaml",
    "jp-pppk-24-jp.yaml",
    "skp-predikat.yaml",
    "drafts/kinerja-individu-contoh.yaml",
    "drafts/profesionalitas-budaya-kerja-2021.yaml",
]


@pytest.mark.parametrize("name", NUMBERED)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_group_differs_by_what_its_people_differ(name: str, seed: int) -> None:
    """For further rules and populations by post: the parts are the sums over people."""
    first = some_day(seed)
    log = ExtraCrowd(seed, first).log(people=6, each=14)
    plan = bind(PLANS[name], BY_INSTRUMENT.get)
    last = len(log.events)
    ends = [
        side(plan, (first, last - seed % 50)),
        side(plan, (first + timedelta(days=seed % 700), last)),
    ]
    found = compare_people(frame_of_log(log), ends[0], ends[1])
    told = {part: number for part, number in points(found).items() if number}
    assert told == one_by_one(Told(log), ends)


def test_a_fact_below_a_score_is_a_cause_of_its_own() -> None:
    """A new sanction costs points of the score that reads it as a new fact, not as time passed."""
    sanction = {"level": "SEDANG", "kind": "LAINNYA", "decided_on": "2021-05-01"}
    facts = [
        fact(PERSON, 0, "employee.registered/1", date(2010, 3, 1), {"employment": "PNS"}),
        fact(PERSON, 0, "employee.sanction/1", date(2021, 6, 1), sanction),
    ]
    told = Told(ListLog(placed(facts)))
    plan = bind(PLANS["hukdis-indeks.yaml"], BY_INSTRUMENT.get)
    ends = [(plan, (day, 2)) for day in (MAY, JUNE)]
    found = told.difference(PERSON.hex, ends[0], ends[1])
    brought = {name: number for name, number in found.by_class().items() if number}
    assert brought == {CauseClass.NEW_FACTS: -3}
    assert [one.new.kind for one in found.causes if one.new is not None] == ["sanction"]


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_day_of_a_rule_is_missed(rule: str, seed: int) -> None:
    """The series under one further rule holds the days that asking day by day finds, and no other."""
    first = some_day(seed) - timedelta(days=seed % 500)
    told = Told(ExtraCrowd(seed, first).log(people=2, each=14))
    for stream in told.people():
        rules = [InForce(date(2010, 1, 1), plan_of((rule,)), 3)]
        check_days(told, stream, rules, first, first + DAYS)
