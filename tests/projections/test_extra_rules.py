"""The further rules mean the same for one person and for everybody, to the last digit."""

from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from projections.asking.binding import InstrumentsInCircle, bind
from projections.language.instrument import load
from projections.question import Question
from tests.projections.extra_rules import HEAD, RULES, ExtraCrowd, plan_of, some_day
from tests.projections.logs import START, ListLog, fact, placed
from tests.projections.shipped_plans import plans_about_people
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


PLANS = plans_about_people()
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


EMBEDDING = ("drafts/kinerja-individu-contoh.yaml", "hukdis-indeks.yaml")


@pytest.mark.parametrize("name", EMBEDDING)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32), on=st.dates(date(2022, 12, 1), date(2023, 2, 1)))
def test_what_is_said_of_a_text_is_said_of_what_reads_it(name: str, seed: int, on: date) -> None:
    """From the first day of a later text of the text that is read, answers say so, and before not."""
    log = ExtraCrowd(seed, some_day(seed)).log(people=8, each=12)
    question = Question(on, len(log.events), START)
    plan = bind(PLANS[name], BY_INSTRUMENT.get)
    found = agree(plan, log, frame_of_log(log), question)
    for answer in found.answers():
        known = "LATER_TEXT_KNOWN" in {one.code for one in answer.why}
        assert known == (answer.status != "not_applicable" and on >= date(2023, 1, 1))
        assert not known or answer.status != "complete"


def test_a_text_read_through_another_is_said_of_too() -> None:
    """A score of a score: what is said of the innermost text reaches the answer."""
    score = "  - {measure: a, max: 10, rule: score, instrument: hukdis-indeks, decimals: 2}\n"
    document = f"{HEAD}max: 10\nmeasures:\n{score}bands: {{edge: lower, of: [[0, BELUM]]}}\n"
    plan = bind(load(document.encode(), file="luar.yaml"), BY_INSTRUMENT.get)
    log = ExtraCrowd(3, some_day(3)).log(people=4, each=8)
    question = Question(date(2023, 6, 1), len(log.events), START)
    found = agree(plan, log, frame_of_log(log), question)
    measured = [one for one in found.answers() if one.status != "not_applicable"]
    named = [{reason.code for reason in one.why} for one in measured if one.measures[0].measures]
    assert named
    assert all("LATER_TEXT_KNOWN" in codes for codes in named)


@pytest.mark.parametrize("ending", ["sanction", "ruling"])
def test_a_case_ends_with_what_names_it(ending: str) -> None:
    """A case is open until a sanction or a ruling names it, for one person and for everybody."""
    log = ExtraCrowd(5, some_day(5)).log(people=3, each=4)
    stream = next(one for one in log.events if one.topic == "employee.registered/1").originator_id
    on = date(2021, 6, 1)
    version = 1 + sum(one.originator_id == stream for one in log.events)
    case = {"id": "K", "act_on": "2021-01-01", "ground": "DISIPLIN"}
    closing: dict[str, object] = {
        "of": version,
        "outcome": "DIPERKUAT",
        "forum": "PPK",
        "final": True,
    }
    if ending == "sanction":
        closing = {
            "case": version,
            "level": "RINGAN",
            "kind": "LAINNYA",
            "decided_on": "2021-05-01",
        }
    events = [
        *log.events,
        fact(stream, 0, "employee.case/1", date(2021, 1, 2), case),
        fact(stream, 0, f"employee.{ending}/1", on, closing),
    ]
    whole = ListLog(placed(events))
    assert whole.events[-2].originator_version == version
    points = []
    for day in (date(2021, 1, 1), date(2021, 1, 2), date(2021, 5, 31), on):
        question = Question(day, len(whole.events), START)
        found = agree(plan_of(("no_open_case",)), whole, frame_of_log(whole), question)
        points += [one.measures[0].points for one in found.answers() if one.subject == stream.hex]
    assert points == [10, 0, 0, 10]
