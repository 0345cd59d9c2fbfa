"""The further rules mean the same for one person and for everybody, to the last digit."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from projections.binding import InstrumentsInCircle, bind
from projections.instrument import load
from projections.question import Question
from projections.shipped import drafts, names, text
from tests.projections.extra_rules import HEAD, RULES, ExtraCrowd, plan_of, some_day
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


PLANS = {name: load(text(name), file=name) for name in (*names(), *drafts())}
BY_INSTRUMENT = {plan.instrument: plan for plan in reversed(list(PLANS.values()))}


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_shipped_instruments_are_the_same_for_everybody(name: str, seed: int) -> None:
    """Every shipped instrument and draft: trace and cohort agree on a random crowd."""
    on = some_day(seed)
    log = ExtraCrowd(seed, on).log(people=10, each=20)
    question = Question(on, len(log.events), START)
    agree(bind(PLANS[name], BY_INSTRUMENT.get), log, frame_of_log(log), question)


def test_two_bands_may_have_one_word() -> None:
    """Both interpreters name the same band."""
    bands = "bands: {edge: lower, of: [[10, BAIK], [5, CUKUP], [0, BAIK]]}\n"
    rule = "  - {measure: hari, max: 10, rule: on_days, days: '04-01'}\n"
    plan = load(f"{HEAD}max: 10\nmeasures:\n{rule}{bands}".encode(), file="kata.yaml")
    log = ExtraCrowd(3, some_day(3)).log(people=4, each=10)
    agree(plan, log, frame_of_log(log), Question(some_day(3), len(log.events), START))


def test_instruments_that_read_each_other_in_a_circle_are_refused() -> None:
    """The refusal names the way round."""
    score = "  - {measure: a, max: 10, rule: score, instrument: semua-aturan, decimals: 2}\n"
    document = f"{HEAD}max: 10\nmeasures:\n{score}bands: {{edge: lower, of: [[0, BELUM]]}}\n"
    plan = load(document.encode(), file="lingkar.yaml")
    with pytest.raises(InstrumentsInCircle, match="semua-aturan -> semua-aturan"):
        bind(plan, lambda name: plan)


def test_a_score_without_its_instrument_is_unknown() -> None:
    """Nothing is guessed where the instrument that is read is not in force."""
    plan = PLANS["drafts/kinerja-individu-contoh.yaml"]
    log = ExtraCrowd(7, some_day(7)).log(people=6, each=12)
    found = agree(plan, log, frame_of_log(log), Question(some_day(7), len(log.events), START))
    codes = {reason.code for answer in found.answers() for reason in answer.why}
    assert "INSTRUMENT_NOT_IN_FORCE" in codes
