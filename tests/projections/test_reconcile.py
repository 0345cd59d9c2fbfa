"""A cause of a printed number is computed: it is named if and only if it gives that number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.facts import Fact, History, history
from ledger.errors import BadValue
from projections.differences.compare import Side
from projections.differences.lines import in_order
from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.plan import Plan
from projections.reconciliation.base import Code
from projections.reconciliation.reconcile import (
    Around,
    Compared,
    Printed,
    agrees,
    explain,
    printed_of,
)
from projections.subject import Surroundings
from projections.tracing.trace import trace
from tests.projections.logs import START, ListLog, placed
from tests.projections.sides import Told, crowds, plans
from tests.projections.test_compare import Case
from tests.projections.variants import variant

END = date(2021, 6, 30)
DRAFT: Plan = load(text("drafts/ip-asn-surat-bkn-2024.yaml"), file="draft")
NO_FACTS = History()


def result_of(measures: Mapping[str, str], total: str | None, on: date | None = END) -> Printed:
    """A printed result as it is read from its fact."""
    fields: dict[str, Any] = {"instrument": "ip-asn", "period": "2021", "measures": measures}
    fields |= {} if total is None else {"total": total}
    fields |= {} if on is None else {"learned_on": on.isoformat()}
    fact = Fact("published_score", 99, 99, 99, START, date(2021, 12, 31), None, fields)
    found = printed_of(History({"published_score": [fact]}), "ip-asn", "2021")
    assert found is not None
    return found


def told(
    side: Side,
    measures: Mapping[str, str],
    *,
    total: str | None = None,
    on: date | None = END,
    before: History = NO_FACTS,
    texts: tuple[Plan, ...] = (),
) -> Compared:
    """A side beside a printed result."""
    around = Around(lambda _: side.surroundings, texts)
    return explain(side, result_of(measures, total, on), before, around)


def codes(side: Side, measure: str, points: str, **how: Any) -> list[str]:
    """The codes of the causes of one printed measure."""
    (row,) = told(side, {measure: points}, **how).rows
    return [one.code.value for one in row.causes]


def printed_like(side: Side) -> dict[str, str]:
    """The known measures of an answer as somebody else would print them."""
    points = {one.name: one.points for one in side.answer.measures}
    return {name: str(known) for name, known in points.items() if known is not None}


# ------------------------------------------------------------------------------------------- laws


@settings(max_examples=80)
@given(dated=crowds(people=3), plan=plans, data=st.data())
def test_one_fact_less_there_is_never_unexplained(
    dated: tuple[ListLog, date], plan: Plan, data: st.DataObject
) -> None:
    """Whoever prints by our rules without one of our facts is explained in every measure."""
    log, on = dated
    world = Told(log)
    side = world.side(plan, data.draw(st.sampled_from(world.people())), (on, len(log.events)))
    roots = sorted({one.root for kind in side.facts.facts.values() for one in kind})
    gone = data.draw(st.sampled_from(roots)) if roots else 0
    kept = {
        kind: [one for one in known if one.root != gone] for kind, known in side.facts.facts.items()
    }
    answer = trace(
        plan,
        replace(side.facts, facts=kept),
        side.answer.question,
        subject=side.answer.subject,
        surroundings=side.surroundings,
    )
    other = Side(answer, side.facts, side.surroundings)
    found = told(side, printed_like(other), on=on)
    kinds = {one.kind for known in side.facts.facts.values() for one in known if one.root == gone}
    same_post = answer.position_kind == side.answer.position_kind
    for row in found.rows:
        unexplained = [one.code for one in row.causes] == [Code.UNEXPLAINED]
        assert not (unexplained and same_post and not kinds & {"registered", "employment", "left"})
        assert row.causes or row.ours == row.printed


@settings(max_examples=60)
@given(dated=crowds(people=2), plan=plans, data=st.data())
def test_an_equal_result_has_no_cause(
    dated: tuple[ListLog, date], plan: Plan, data: st.DataObject
) -> None:
    """What we would print ourselves agrees with us, and nothing is explained away."""
    log, on = dated
    world = Told(log)
    side = world.side(plan, data.draw(st.sampled_from(world.people())), (on, len(log.events)))
    total = side.answer.total
    measures = printed_like(side)
    printed = result_of(measures, None if total is None else str(total))
    assert agrees(side.answer, printed)
    found = explain(side, printed, NO_FACTS, Around(lambda _: side.surroundings))
    assert not list(found.codes())
    assert [row.measure for row in found.rows] == list(measures)


@settings(max_examples=60)
@given(dated=crowds(people=2), plan=plans, data=st.data())
def test_a_senseless_number_is_unexplained(
    dated: tuple[ListLog, date], plan: Plan, data: st.DataObject
) -> None:
    """A number that no rule gives has no cause, whatever is tried."""
    log, on = dated
    world = Told(log)
    side = world.side(plan, data.draw(st.sampled_from(world.people())), (on, len(log.events)))
    for measure in side.answer.measures:
        assert codes(side, measure.name, "0.123456789", on=on) == ["UNEXPLAINED"]


# ------------------------------------------------------------------------------------- each cause


def test_what_became_known_later() -> None:
    """A training that we did not know either when they printed comes first."""
    case = Case()
    before = len(case)
    case.trained(date(2021, 3, 1), "24")
    known = history(placed(case.events), before)
    found = codes(case.side(END), "kompetensi", "0", before=known)
    assert found[:2] == ["KNOWN_LATER", "FACT_NOT_THERE"]


def test_a_training_they_do_not_have() -> None:
    """Without it the number is theirs; the fact is named."""
    case = Case()
    training = case.trained(date(2021, 3, 1), "24")
    (row,) = told(case.side(END), {"kompetensi": "0"}).rows
    assert row.causes[0].code is Code.FACT_NOT_THERE
    assert [one.root for one in row.causes[0].facts] == [training]
    assert row.difference == Decimal("-22.5")


def test_two_trainings_they_do_not_have() -> None:
    """Where no single one is enough, all that counted for a line are left out together."""
    case = Case()
    case.trained(date(2021, 2, 1), "20")
    case.trained(date(2021, 3, 1), "20")
    (row,) = told(case.side(END), {"kompetensi": "0"}).rows
    cause = next(one for one in row.causes if one.code is Code.FACT_NOT_THERE)
    assert len(cause.facts) == 2


def test_a_share_of_the_points_is_another_reading() -> None:
    """Proportional where we read all or nothing, at as many decimals as they print."""
    case = Case()
    case.trained(date(2021, 3, 1), "13")
    side = case.side(END)
    (row,) = told(side, {"kompetensi": "14.63"}).rows
    assert row.causes[0].code is Code.OTHER_READING
    assert row.causes[0].detail == {
        "line": "teknis",
        "parameter": "award",
        "here": "all_or_nothing",
        "there": "proportional",
    }
    assert codes(side, "kompetensi", "14.6")[0] == "OTHER_READING"
    assert "OTHER_READING" not in codes(side, "kompetensi", "14.62")


def test_a_calendar_year_is_another_window() -> None:
    """In June a year counted back reaches into the year before, a calendar year does not."""
    case = Case()
    case.trained(date(2020, 9, 1), "13")
    case.trained(date(2021, 3, 1), "13")
    (row,) = told(case.side(END), {"kompetensi": "0"}).rows
    cause = next(one for one in row.causes if one.code is Code.OTHER_WINDOW)
    assert cause.detail["there"] == "calendar"


def test_no_window_at_all_is_another_window() -> None:
    """A training of long ago counts for ever there."""
    case = Case()
    case.trained(date(2015, 9, 1), "24")
    (row,) = told(case.side(END), {"kompetensi": "22.5"}).rows
    assert row.causes[0].code is Code.OTHER_WINDOW
    assert row.causes[0].detail["there"] == "ever"


def test_another_cut_off_day() -> None:
    """The end of the quarter before has their number; days after printing are not tried."""
    case = Case()
    case.trained(date(2021, 2, 1), "10")
    case.trained(date(2021, 5, 1), "10")
    (row,) = told(case.side(END), {"kompetensi": "0"}, on=date(2021, 4, 15)).rows
    cause = next(one for one in row.causes if one.code is Code.OTHER_CUT_OFF)
    assert cause.detail == {"as_of": "2021-04-15"}
    later = Case()
    later.trained(date(2021, 9, 1), "24")
    found = codes(later.side(END), "kompetensi", "22.5", on=date(2021, 7, 15))
    assert "OTHER_CUT_OFF" not in found
    assert "OTHER_WINDOW" not in found
    assert codes(later.side(END), "kompetensi", "22.5", on=date(2021, 10, 15))[0] == "OTHER_CUT_OFF"


def test_a_missing_skp_counted_as_nothing_or_as_the_lowest() -> None:
    """Unknown here is 0 there, or the lowest points of the table; any other number is a fact."""
    case = Case()
    case.events.pop()
    side = case.side(END)
    assert side.answer.total is None
    for points in ("0", "1"):
        (row,) = told(side, {"kinerja": points}).rows
        assert row.causes[0].code is Code.MISSING_COUNTED
        assert row.causes[0].detail["counted_as"] == points
        assert row.span is not None
        assert row.difference is None
    assert codes(side, "kinerja", "25")[0] == "FACT_NOT_HERE"


def test_their_missing_skp_counted_as_nothing() -> None:
    """An appraisal that they do not have, whose absence they count as a number."""
    (row,) = told(Case().side(END), {"kinerja": "0"}).rows
    assert row.causes[0].code is Code.FACT_NOT_THERE
    assert row.causes[0].detail == {"missing_counted_as": "0"}


def test_another_content_of_a_fact() -> None:
    """Another predicate, and a lower education; all words that give the number are told."""
    side = Case().side(END)
    (row,) = told(side, {"kinerja": "30"}).rows
    cause = row.causes[0]
    assert (cause.code, cause.detail["there"]) == (Code.OTHER_CONTENT, "SANGAT_BAIK")
    (row,) = told(side, {"kualifikasi": "5"}).rows
    assert row.causes[0].code is Code.OTHER_CONTENT
    assert set(row.causes[0].detail["there"].split(" or ")) >= {"D2", "D1", "SLTA"}


def test_another_kind_of_training() -> None:
    """What is technical here may be a seminar there."""
    case = Case()
    case.trained(date(2021, 3, 1), "24")
    (row,) = told(case.side(END), {"kompetensi": "17.5"}).rows
    cause = row.causes[0]
    assert (cause.code, cause.detail["there"]) == (Code.OTHER_CONTENT, "SEMINAR")


def test_another_kind_of_post() -> None:
    """The points of a functional official for a clerk's training."""
    case = Case()
    case.trained(date(2021, 3, 1), "24")
    (row,) = told(case.side(END), {"kompetensi": "15"}).rows
    cause = row.causes[0]
    assert cause.code is Code.OTHER_POST
    assert "FUNGSIONAL" in cause.detail["there"]


def test_a_fact_that_is_not_on_record_here() -> None:
    """A higher diploma, and a sanction, that only they know."""
    side = Case().side(END)
    (row,) = told(side, {"kualifikasi": "20"}).rows
    assert row.causes[0].code is Code.FACT_NOT_HERE
    assert row.causes[0].detail["fact"] == "qualification"
    (row,) = told(side, {"disiplin": "2"}).rows
    assert row.causes[0].detail == {"fact": "sanction", "level": "SEDANG"}


@pytest.mark.parametrize(("points", "how"), [("23", "half up"), ("22", "cut off")])
def test_another_rounding(points: str, how: str) -> None:
    """Whole points where ours have a half."""
    case = Case()
    case.trained(date(2021, 3, 1), "24")
    (row,) = told(case.side(END), {"kompetensi": points}).rows
    assert row.causes[0].code is Code.OTHER_ROUNDING
    assert row.causes[0].detail["how"] == how


def test_half_of_the_points() -> None:
    """A line that counts half there, where nothing else gives the number."""
    case = Case()
    case.trained(date(2021, 3, 1), "24")
    assert codes(case.side(END), "kompetensi", "11.25") == ["HALF_POINTS"]


def test_a_training_that_counts_as_done() -> None:
    """A functional official whose title is exempt, by the reference of titles."""
    case = Case()
    case.state("position", date(2020, 1, 1), kind="FUNGSIONAL", title_id="b" * 32)
    side = case.side(END)
    exempt = Surroundings({"b" * 32: {"kind": "FUNGSIONAL", "training_exempt": True}})
    (row,) = told(replace(side, surroundings=exempt), {"kompetensi": "15"}).rows
    assert row.causes[0].detail["parameter"] == "training_exempt"


def test_another_text_of_the_instrument() -> None:
    """A text that gives the number, and a later one that leaves room for it, are told apart."""
    case = Case()
    case.state("competency", date(2012, 3, 1), category="SEMINAR", to="2012-03-01")
    case.trained(date(2021, 3, 1), "10")
    side = case.side(END)
    other = variant((1, 4))  # shares of the points, and seminars of any year
    found = codes(side, "kompetensi", "28.75", texts=(other,))
    assert found == ["OTHER_TEXT"]
    assert codes(side, "kompetensi", "28.75") == ["UNEXPLAINED"]
    later = Case()
    later.appraised(2022, "BAIK")
    late_side = later.side(date(2023, 3, 31))
    found = codes(late_side, "kualifikasi", "21.5", on=date(2023, 4, 1), texts=(DRAFT,))
    assert found == ["OTHER_TEXT_POSSIBLE"]
    assert codes(side, "kualifikasi", "21.5", texts=(DRAFT,)) == ["UNEXPLAINED"]


def test_a_total_that_does_not_add_up() -> None:
    """Kinerja added twice is said; a total that follows its measures needs no cause of its own."""
    side = Case().side(END)
    measures = printed_like(side)
    wrong = told(side, measures, total="70")
    assert [one.code for one in wrong.causes] == [Code.TOTAL_DOES_NOT_ADD_UP]
    assert wrong.causes[0].detail == {"sum": "45", "twice": "kinerja"}
    follows = told(side, {**measures, "kinerja": "30"}, total="50")
    assert not follows.causes
    assert [one.value for one in follows.codes()] == ["OTHER_CONTENT"]


def test_a_total_without_its_measures() -> None:
    """One change of one measure is looked for that gives the total."""
    case = Case()
    case.trained(date(2021, 3, 1), "24")
    found = told(case.side(END), {}, total="45")
    assert found.causes[0].code is Code.FACT_NOT_THERE
    assert found.causes[0].detail["measure"] == "kompetensi"
    assert [one.code for one in told(case.side(END), {}, total="3.3").causes] == [Code.UNEXPLAINED]


def test_a_measure_that_the_instrument_does_not_have() -> None:
    """It is said to be unknown, not compared with something else."""
    assert codes(Case().side(END), "budaya", "5") == ["MEASURE_UNKNOWN"]


def test_the_newest_printed_result_of_a_period_counts() -> None:
    """Other instruments and periods are left alone; names of measures may be written in capitals."""
    first, later = result_of({"KINERJA": "25"}, "45").fact, result_of({}, "50").fact
    facts = sorted([first, replace(later, position=100)], key=in_order)
    known = History({"published_score": facts})
    found = printed_of(known, "ip-asn", "2021")
    assert found is not None
    assert found.total == 50
    assert result_of({"KINERJA": "25"}, "45").measures == {"kinerja": Decimal(25)}
    assert printed_of(known, "ip-asn", "2021-Q4") is None
    assert printed_of(known, "jp-tahunan", "2021") is None
    with pytest.raises(BadValue):
        printed_of(known, "ip-asn", "kapan")
