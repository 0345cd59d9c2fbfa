"""What is promised for a fact is what the answer says once the fact is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from ledger.domain.facts import Fact, History
from projections.answer import Answer, Status
from projections.differences.advise import Advice, Do, Proposal, advise
from projections.differences.causes_json import of_advice
from projections.differences.compare import Side
from projections.language.instrument import load
from projections.language.shipped import text as shipped
from projections.plans.plan import Plan
from projections.tracing.trace import trace
from tests.oracle.histories import PERSON
from tests.projections.extra_rules import ExtraCrowd, some_day
from tests.projections.logs import ListLog, fact, placed
from tests.projections.sides import Told, crowds, plans
from tests.projections.test_compare import Case
from tests.projections.variants import variant

SHIPPED: Plan = variant(())
END = date(2021, 6, 30)
Dated = tuple[ListLog, date]


def order(fact: Fact) -> tuple[date, int]:
    """As in a history."""
    return fact.effective_on, fact.position


def once_recorded(side: Side, one: Proposal) -> Answer:
    """The whole answer, on the day from which it counts, of a record that holds the fact."""
    kept = [
        fact
        for fact in side.facts.known(one.kind)
        if one.about is None or fact.root != one.about.root
    ]
    new = (
        Fact(
            kind=one.kind,
            root=9_999,
            version=9_999,
            position=side.position,
            recorded_at=side.answer.question.known_at,
            effective_on=one.counts_from,
            until=None,
            fields=one.fields,
        )
        if one.about is None
        else replace(one.about, fields=one.fields)
    )
    known = {**side.facts.facts, one.kind: sorted([*kept, new], key=order)}
    facts = History(known, side.facts.disputed, side.facts.position)
    asked = replace(side.answer.question, as_of=one.counts_from)
    return trace(
        side.plan, facts, asked, subject=side.answer.subject, surroundings=side.surroundings
    )


def points_at(answer: Answer, path: str) -> Decimal | None:
    """The points of a line of an answer."""
    measures, points = answer.measures, None
    for name in path.split("/"):
        found = next(one for one in measures if one.name == name)
        measures, points = found.measures, found.points
    return points


@settings(max_examples=60)
@given(crowds(people=3), plans)
def test_a_recorded_fact_brings_what_was_promised(dated: Dated, plan: Plan) -> None:
    """For any record and rules: recorded or completed, the fact gives the total that was told."""
    log, on = dated
    told = Told(log)
    for stream in told.people():
        side = told.side(plan, stream, (on, len(log.events)))
        for one in advise(side).proposals:
            if one.do is Do.WAIT or one.kind == "position":
                continue
            answer = once_recorded(side, one)
            if one.sums is not None:
                assert (answer.status, answer.total) == (one.sums.status, one.sums.total)
            if answer.status is not Status.NOT_APPLICABLE and one.counts_from == on:
                assert points_at(answer, one.path) == one.then.points


@settings(max_examples=60)
@given(crowds(people=3), plans)
def test_every_proposal_raises(dated: Dated, plan: Plan) -> None:
    """No proposal leaves the least that a line comes to where it was; none for who is no subject."""
    log, on = dated
    told = Told(log)
    for stream in told.people():
        side = told.side(plan, stream, (on, len(log.events)))
        found = advise(side)
        assert side.answer.status is not Status.NOT_APPLICABLE or not found.proposals
        for one in found.proposals:
            assert one.kind == "position" or one.then.span.low > one.now.span.low
            assert one.counts_from >= on
        if side.answer.total is not None and found.highest.total is not None:
            assert found.highest.total >= side.answer.total


def told_of(case: Case, on: date = END) -> list[tuple[str, str, str | None]]:
    """Measure, fact and gain of each proposal, as JSON tells them."""
    shown = of_advice(advise(case.side(on)))
    return [(one["measure"], one["fact"], one["gain"]) for one in shown["proposals"]]


def proposals(found: Advice, path: str) -> list[Proposal]:
    """The proposals for a line."""
    return [one for one in found.proposals if one.path == path]


def test_a_plain_record_is_told_what_it_lacks() -> None:
    """A PELAKSANA with S1 and Baik: degrees, training, a seminar, and the next appraisal."""
    assert told_of(Case()) == [
        ("kualifikasi", "qualification", "5"),
        ("kualifikasi", "qualification", "5"),
        ("kualifikasi", "qualification", None),
        ("kualifikasi", "qualification", "10"),
        ("kompetensi/teknis", "competency", "22.5"),
        ("kompetensi/seminar", "competency", "17.5"),
        ("kinerja", "appraisal", "5"),
    ]


def test_hours_already_done_count() -> None:
    """Only the hours that are missing to the target are asked for; unknown ones may bring them."""
    case = Case()
    case.trained(date(2021, 2, 1), "12.5")
    unknown = case.trained(date(2021, 3, 1), None)
    found = proposals(advise(case.side(END)), "kompetensi/teknis")
    assert [(one.do, one.fields["hours"]) for one in found] == [
        (Do.RECORD, "7.5"),
        (Do.COMPLETE, "7.5"),
    ]
    assert found[1].about is not None
    assert found[1].about.root == unknown
    assert found[1].gain is None


def test_time_alone_ends_a_sanction() -> None:
    """Nothing can be recorded against a sanction; the day on which it stops counting is told."""
    case = Case()
    case.state(
        "sanction", date(2019, 3, 1), level="SEDANG", kind="LAINNYA", decided_on="2019-03-01"
    )
    (found,) = proposals(advise(case.side(END)), "disiplin")
    assert (found.do, found.counts_from, found.gain) == (Do.WAIT, date(2024, 3, 1), Decimal(3))
    before = case.side(found.counts_from - timedelta(days=1)).answer
    assert points_at(before, "disiplin") == Decimal(2)
    assert points_at(case.side(found.counts_from).answer, "disiplin") == Decimal(5)


def test_an_appraisal_not_yet_made_is_to_be_completed() -> None:
    """A year that stands as not appraised is named, with what each predicate would bring."""
    case = Case()
    period = {"from": "2021-01-01", "to": "2021-12-31"}
    root = case.state(
        "appraisal", date(2021, 12, 31), **period, regime="PP30", state="BELUM_DINILAI"
    )
    found = proposals(advise(case.side(date(2022, 1, 31))), "kinerja")
    assert {one.about.root for one in found if one.do is Do.COMPLETE and one.about} == {root}
    now = [one for one in found if one.do is Do.COMPLETE]
    assert [one.fields["predicate"] for one in now] == [
        "SANGAT_KURANG",
        "KURANG",
        "BUTUH_PERBAIKAN",
        "BAIK",
        "SANGAT_BAIK",
    ]
    assert [str(one.sums and one.sums.total) for one in now] == ["21", "25", "35", "45", "50"]


def test_a_kind_of_post_that_is_not_known_is_asked_for() -> None:
    """Without the kind of post competence cannot be read: the post is what is missing."""
    case = Case()
    case.events[3] = case._fact("position", date(2011, 1, 1), title_id="a" * 32)
    found = advise(case.side(END))
    assert [one.path for one in found.proposals if one.kind == "position"] == ["kompetensi"]
    assert found.highest.total is None


def test_advice_is_stamped() -> None:
    """The JSON says that it is hypothetical, and what would count at once all together."""
    shown = of_advice(advise(Case().side(END)))
    assert shown["hypothetical"] == {"advice": True}
    assert shown["highest"]["total"] == "95"
    assert shown["answer"]["total"] == "45"


CAREERS = (
    "angka-kredit-pangkat-perbkn-3-2023.yaml",
    "kenaikan-pangkat-fungsional-perbkn-4-2025.yaml",
    "satyalancana-x.yaml",
)


@pytest.mark.parametrize("name", CAREERS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_careers_are_advised_what_is_lacking(name: str, seed: int) -> None:
    """A credit, a proof or the passing of time makes a requirement what was told."""
    on = some_day(seed)
    log = ExtraCrowd(seed, on).log(people=4, each=16)
    told, plan = Told(log), load(shipped(name), file=name)
    for stream in told.people():
        side = told.side(plan, stream, (on, len(log.events)))
        for one in advise(side).proposals:
            asked = replace(side.answer.question, as_of=one.counts_from)
            then = (
                trace(plan, side.facts, asked, subject=stream, surroundings=side.surroundings)
                if one.do is Do.WAIT
                else once_recorded(side, one)
            )
            if then.status is not Status.NOT_APPLICABLE and one.kind != "position":
                assert points_at(then, one.path) == one.then.points
                assert one.then.span.low > one.now.span.low


def test_what_is_lacking_of_a_need_is_told() -> None:
    """Thirty of fifty collected: twenty are told, and reach the need."""
    facts = [
        fact(PERSON, 0, "employee.registered/1", date(2010, 3, 1), {"employment": "PNS"}),
        fact(PERSON, 0, "employee.golongan/1", date(2022, 4, 1), {"golongan": "III/a"}),
        fact(
            PERSON,
            0,
            "employee.credit/1",
            date(2023, 12, 31),
            {"kind": "KONVERSI", "value": "30", "from": "2023-01-01", "to": "2023-12-31"},
        ),
    ]
    log = ListLog(placed(facts))
    plan = load(shipped(CAREERS[0]), file=CAREERS[0])
    side = Told(log).side(plan, PERSON.hex, (date(2024, 12, 31), len(log.events)))
    (one,) = advise(side).proposals
    assert (one.do, one.kind, one.fields["value"]) == (Do.RECORD, "credit", "20")
    assert one.then.points == 1
