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
from projections.shipped import drafts, names, text
from projections.subject import surroundings_on
from projections.trace import trace
from tests.oracle.histories import BOOK, UNITS
from tests.projections.extra_rules import ExtraCrowd, some_day
from tests.projections.logs import START, ListLog, folded

PLANS = {name: load(text(name), file=name) for name in (*names(), *drafts())}
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
