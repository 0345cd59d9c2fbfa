"""Why an answer differs, for every shipped instrument: causes that end at the answers."""

from __future__ import annotations

from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from ledger.facts import History
from projections.binding import bind
from projections.compare import Side, compare
from projections.instrument import load
from projections.plan import Plan
from projections.question import Question
from projections.series import InForce
from projections.shipped import drafts, names, text
from projections.subject import Surroundings, depths_on, references_on
from projections.trace import trace
from tests.oracle.histories import BOOK, UNITS
from tests.projections.extra_rules import ExtraCrowd, some_day
from tests.projections.logs import START, ListLog, folded
from tests.projections.sides import Told
from tests.projections.test_series import check_days

DAYS = timedelta(days=150)
PLANS = {name: load(text(name), file=name) for name in (*names(), *drafts())}
BY_INSTRUMENT = {plan.instrument: plan for plan in reversed(list(PLANS.values()))}


def sides(plan: Plan, log: ListLog, on: date, position: int) -> dict[str, Side]:
    """Everybody's side at a coordinate."""
    facts = folded(log.events, position)
    units = {one: facts[one] for one in UNITS if one in facts}
    around = Surroundings(references_on(facts.get(BOOK.hex, History()), on), depths_on(units, on))
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
