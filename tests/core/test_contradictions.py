"""Facts of one day that contradict: which one counts is a stated rule, and the other is flagged."""

from typing import Any

import pytest

from projections.answer import Answer, FactUse
from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.plan import Plan
from tests.core.test_trace import asked, uses, varied

Fact = dict[str, Any]
SAME_DAY = "SAME_DAY_EARLIER_RECORDED"


def shipped(name: str) -> Plan:
    """An instrument as it is shipped."""
    return load(text(name), file=name)


def told(uses_: tuple[FactUse, ...]) -> list[tuple[bool, str]]:
    """Whether each fact counted, and why."""
    return [(one.used, one.why) for one in uses_]


def answer(*facts: Fact, plan: Plan | None = None) -> Answer:
    """The answer about somebody of whom these facts are recorded, in this order."""
    case = {"facts": list(facts)}
    found, _ = asked(case) if plan is None else asked(case, plan=plan)
    return found


@pytest.mark.parametrize("words", [("PNS", "PPPK"), ("PPPK", "PNS")])
def test_of_two_employments_of_one_day_the_later_recorded_counts(words: tuple[str, str]) -> None:
    """Whoever is not measured for it, too, sees which fact decided and which did not."""
    found = answer(
        *({"fact": "employment", "employment": word, "on": "2020-01-01"} for word in words)
    )
    assert (found.status.value == "not_applicable") == (words[1] == "PPPK")
    last = [one for one in told(found.who) if one[0] or one[1].startswith("SAME_DAY")]
    assert (False, SAME_DAY) in last
    assert (True, words[1]) in last


@pytest.mark.parametrize("first", ["employment", "left"])
def test_entering_outranks_leaving_on_one_day_whatever_was_recorded_first(first: str) -> None:
    """Who leaves as PPPK and enters as PNS on one day is in service; the leaving is flagged."""
    entered = {"fact": "employment", "employment": "PNS", "on": "2020-01-01"}
    left = {"fact": "left", "reason": "KONTRAK_BERAKHIR", "on": "2020-01-01"}
    found = answer(*([entered, left] if first == "employment" else [left, entered]))
    assert found.status.value != "not_applicable"
    assert (False, "SAME_DAY_OUTRANKED") in told(found.who)


def test_of_two_standings_of_one_day_the_later_recorded_counts() -> None:
    """Standing is shown where the population asks for it."""
    plan = varied(("{employment: [PNS]}", "{employment: [PNS], standing: [AKTIF]}"))
    found = answer(
        {"fact": "standing", "standing": "CLTN", "on": "2020-01-01"},
        {"fact": "standing", "standing": "AKTIF", "on": "2020-01-01"},
        plan=plan,
    )
    assert found.status.value != "not_applicable"
    assert {(False, SAME_DAY), (True, "AKTIF")} <= set(told(found.who))


def test_two_posts_of_one_day_are_flagged_under_every_instrument() -> None:
    """Also where no measure asks for the post, because the answer names kind and unit."""
    found = answer(
        {"fact": "position", "kind": "PENGAWAS", "unit": "DINAS", "on": "2020-01-01"},
        {"fact": "position", "kind": "FUNGSIONAL", "unit": "DINAS", "on": "2020-01-01"},
        plan=shipped("satyalancana-x.yaml"),
    )
    assert found.position_kind == "FUNGSIONAL"
    assert (False, SAME_DAY) in told(found.who)


def test_two_appraisals_of_one_period_the_later_recorded_counts() -> None:
    """Of one legal day the earlier recorded is flagged; of an earlier day it is EARLIER."""
    year = {"fact": "appraisal", "period": "2022", "regime": "PP46"}
    found = answer(
        year | {"predicate": "KURANG", "on": "2022-12-30"},
        year | {"predicate": "BAIK"},
        year | {"predicate": "SANGAT_BAIK"},
    )
    assert uses(found, "kinerja")[-3:] == [
        (False, "EARLIER"),
        (False, SAME_DAY),
        (True, "SANGAT_BAIK"),
    ]


def test_two_appraisals_of_a_year_are_flagged_where_each_year_is_asked_for() -> None:
    """The rule `all` flags the earlier recorded one of a period, too."""
    year = {"fact": "appraisal", "period": "2021", "regime": "PP46"}
    found = answer(
        year | {"predicate": "KURANG"},
        year | {"predicate": "BAIK"},
        plan=shipped("kenaikan-pangkat-reguler-perbkn-4-2023.yaml"),
    )
    assert (False, SAME_DAY) in uses(found, "kinerja_baik")
    assert (True, "BAIK") in uses(found, "kinerja_baik")


def test_two_checks_of_one_day_the_later_recorded_counts() -> None:
    """A rule that reads the newest fact flags another one of its day."""
    elements = {"A": {"dimension": "KELENGKAPAN", "ok": True}}
    worse = {"A": {"dimension": "KELENGKAPAN", "ok": False}}
    check = {"fact": "record_check", "on": "2022-06-01"}
    found = answer(
        check | {"elements": elements},
        check | {"elements": worse},
        plan=shipped("drafts/tertib-data-bkn.yaml"),
    )
    assert uses(found, "kelengkapan") == [(False, SAME_DAY), (True, "0/1")]


def test_two_sanctions_of_one_day_hold_side_by_side() -> None:
    """They do not contradict: the heavier one decides, and the other is told to be lighter."""
    sanction = {"fact": "sanction", "kind": "LAINNYA", "decided_on": "2021-01-01"}
    found = answer(
        sanction | {"level": "BERAT", "on": "2021-02-01"},
        sanction | {"level": "RINGAN", "on": "2021-02-01"},
    )
    assert uses(found, "disiplin") == [(True, "BERAT"), (False, "NOT_WORST")]


def test_two_diplomas_of_one_day_hold_side_by_side() -> None:
    """The one with the most points counts, whatever was recorded later."""
    found = answer(
        {"fact": "qualification", "level": "S2", "on": "2015-07-01"},
        {"fact": "qualification", "level": "S1", "on": "2015-07-01"},
    )
    assert (True, "S2") in uses(found, "kualifikasi")
    assert (False, "LOWER") in uses(found, "kualifikasi")
