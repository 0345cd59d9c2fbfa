"""The further rules mean the same for one person and for everybody, to the last digit."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from projections.instrument import load
from projections.question import Question
from projections.shipped import names, text
from tests.projections.extra_rules import RULES, ExtraCrowd, plan_of, some_day
from tests.projections.logs import START
from tests.projections.test_cohort import agree, frame_of_log


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_one_rule_is_the_same_for_everybody(rule: str, seed: int) -> None:
    """One further rule alone: trace and cohort agree on a random crowd."""
    on = some_day(seed)
    log = ExtraCrowd(seed, on).log(people=12, each=12)
    question = Question(on, len(log.events), START)
    agree(plan_of((rule,)), log, frame_of_log(log), question)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), chosen=st.sets(st.sampled_from(sorted(RULES)), min_size=1))
def test_rules_together_are_the_same_for_everybody(seed: int, chosen: set[str]) -> None:
    """Any choice of further rules, asked at any position: trace and cohort agree."""
    on = some_day(seed)
    log = ExtraCrowd(seed, on).log(people=8, each=20)
    question = Question(on, len(log.events) - seed % 30, START)
    agree(plan_of(tuple(sorted(chosen))), log, frame_of_log(log), question)


@pytest.mark.parametrize("name", names())
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_shipped_instruments_are_the_same_for_everybody(name: str, seed: int) -> None:
    """Every shipped instrument: trace and cohort agree on a random crowd."""
    on = some_day(seed)
    log = ExtraCrowd(seed, on).log(people=10, each=20)
    question = Question(on, len(log.events), START)
    agree(load(text(name), file=name), log, frame_of_log(log), question)
