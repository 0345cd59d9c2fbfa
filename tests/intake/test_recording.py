"""Facts stated one by one: recorded at once, or only once a second person confirms them."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api import proposing, recording
from api.casework import CaseStepRefused
from api.intake import desk, single
from api.intake.needs import SecondPersonRequired, Why
from api.intake.single import FactRefused
from api.intake.uploads import KEPT, Uploads, UploadUnknown
from api.recording import NothingNew
from ledger.application import Ledger
from ledger.commands import decision_desk
from ledger.domain.decision_commands import decide_draft, decide_issue, decide_revoke
from ledger.domain.proposals import Proposal, ProposalClosed, SecondPersonNeeded
from ledger.errors import LedgerError
from ledger.vocabulary_agency import DecisionKind
from projections.asking.inquiry import Ask
from projections.decisions.basis import Who, draft_of
from projections.decisions.resting import Resting
from tests.builders import DOCUMENT, Desk, about, of_unit
from tests.persons import nip

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OBJECTED = (
    about(1, "registered"),
    about(1, "sanction", on="2022-02-01"),
    about(1, "objection"),
)


def record(here: Desk, row: dict[str, Any], **options: Any) -> recording.Recorded:
    """Record one fact."""
    given: dict[str, Any] = {"actor": "ani", "at": AT, "today": TODAY} | options
    return recording.record(here.ledger, single.line_of(row), **given)


def propose(here: Desk, row: dict[str, Any], actor: str = "ani") -> tuple[Proposal, bool]:
    """Propose one fact."""
    one, _, new = recording.propose(
        here.ledger, single.line_of(row), actor=actor, at=AT, today=TODAY
    )
    return one, new


def confirm(here: Desk, one: Proposal, actor: str = "budi") -> proposing.Done:
    """Confirm a proposal."""
    return proposing.carry_out(here.ledger, one.id, actor=actor, at=AT)


def decide(here: Desk, ident: str = "D-1", *people: int) -> None:
    """Draft and issue a decision on somebody's index of 2022."""
    now = here.ledger.store.head().recorded_at
    assert now is not None
    draft = draft_of(
        here.ledger,
        ident,
        DecisionKind.PENETAPAN,
        Ask("ip-asn", as_of=date(2022, 12, 31)),
        Who(listed=tuple(here.stream(who) for who in people or (1,))),
        today=TODAY,
        now=now,
    )
    decision_desk.decide(here.ledger, ident, lambda s: decide_draft(s, draft), actor="ani")
    decision_desk.decide(
        here.ledger,
        ident,
        lambda s: decide_issue(
            s, ident, number="SK 1", decided_on=TODAY, actor="budi", reasons="tes"
        ),
        actor="budi",
    )


def resting(here: Desk, root: int, who: int = 1) -> list[str]:
    """The decisions that rest on a fact of a person."""
    now = here.ledger.store.head().recorded_at
    assert now is not None
    return Resting(here.ledger).on(here.stream(who), root, today=TODAY, now=now)


# ------------------------------------------------------------------------------------ one by one


def test_a_fact_is_recorded_as_an_import_would(anywhere: Desk) -> None:
    """The same event but for where it came from: no file, no digest, no batch."""
    anywhere.send(about(1, "registered"), about(2, "registered"))
    found = record(anywhere, about(1, "competency", hours=Decimal(12), key="k"))
    assert (found.stated.verdict, found.second_person) == ("new", None)
    anywhere.send(about(2, "competency", hours=12, key="k"))
    own, imported = anywhere.events(1)[-1], anywhere.events(2)[-1]
    assert own.position == found.stated.positions[0]
    assert json.loads(own.state) == json.loads(imported.state)
    assert "origin" not in json.loads(own.context)
    assert json.loads(own.context)["actor"] == "ani"


def test_a_dry_run_says_the_same_and_records_nothing(here: Desk) -> None:
    """Verdict, flags and what needs a second person; keys of nobody are made."""
    here.send(*OBJECTED)
    head, keys = here.head(), here.ledger.keyring.count()
    dry = record(here, about(1, "golongan"), dry=True)
    new = record(here, about(5, "registered"), dry=True)
    ruled = record(here, about(1, "ruling"), dry=True)
    assert (here.head(), here.ledger.keyring.count()) == (head, keys)
    assert (new.stated.verdict, ruled.second_person) == ("new", Why.RULING)
    real = record(here, about(1, "golongan"))
    assert (dry.stated.verdict, dry.stated.flags) == (real.stated.verdict, real.stated.flags)


def test_again_it_is_the_same_and_nothing_is_added(here: Desk) -> None:
    """An import and a form that say the same thing say one thing."""
    here.send(about(1, "registered"), about(1, "golongan"))
    head = here.head()
    assert record(here, about(1, "golongan")).stated.verdict == "same"
    assert here.head() == head


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (about(1, "golongan", golongan="V/z", on="31-02-2022"), {"VALUE_NOT_LISTED", "BAD_VALUE"}),
        (about(77, "golongan"), {"PERSON_UNKNOWN"}),
        (about(1, "position", unit="Dinas Salah Ketik"), {"UNIT_UNKNOWN"}),
        (about(1, "golongan", on="2022-10-01"), {"CONFLICT_OTHER_CONTENT"}),
        ({"fact": "tidak-ada"}, {"FACT_UNKNOWN"}),
        ({}, {"FACT_UNKNOWN"}),
    ],
)
def test_everything_wrong_is_said_at_once(here: Desk, row: dict[str, Any], codes: set[str]) -> None:
    """With column, code and what to do, without the cell; no unit is founded from a typo."""
    here.send(about(1, "registered"), about(1, "golongan"))
    head = here.head()
    with pytest.raises(FactRefused) as refused:
        record(here, row)
    errors: Any = refused.value.details["errors"]
    assert {one["code"] for one in errors} <= codes | {"NOT_A_DATE", "OUT_OF_RANGE"}
    assert {one["code"] for one in errors} & codes
    assert all(one["next_step"] for one in errors)
    assert nip(77) not in str(refused.value) + json.dumps(errors)
    assert here.head() == head


def test_what_the_law_forbids_is_refused_with_its_article(here: Desk) -> None:
    """A step of a case, stated by hand, is held to the law like `case record`."""
    here.send(about(1, "registered"), about(1, "case"))
    early = about(1, "summons", case="C-1", number=2, on="2021-12-01")
    with pytest.raises(CaseStepRefused):
        record(here, early)


# --------------------------------------------------------------------------------- second person


def test_nobody_rules_alone(anywhere: Desk) -> None:
    """A ruling is refused with why, and recorded by two in one command."""
    anywhere.send(*OBJECTED)
    row = about(1, "ruling")
    head = anywhere.head()
    with pytest.raises(SecondPersonRequired) as needed:
        record(anywhere, row)
    assert needed.value.details["why"] == "ruling"
    assert anywhere.head() == head
    one, _ = propose(anywhere, row)
    assert one.document == {key: DOCUMENT[key] for key in ("kind", "number", "date")}
    with pytest.raises(SecondPersonNeeded):
        confirm(anywhere, one, "Ani")
    done = confirm(anywhere, one)
    ruling = anywhere.events()[-1]
    assert ruling.topic == "employee.ruling/1"
    (confirmed,) = anywhere.ledger.store.read(done.outcome.positions[0], done.outcome.positions[0])
    assert confirmed.recorded_at == ruling.recorded_at
    assert list(done.outcome.positions)[1:] == [ruling.position]
    with pytest.raises(ProposalClosed):
        confirm(anywhere, one)


def test_an_assessment_is_established_by_two(here: Desk) -> None:
    """Proposed and verified by one is enough; DITETAPKAN waits, also as a correction."""
    here.send(of_unit("BKD", "unit"))
    assert record(here, of_unit("BKD", "assessment", key="a")).second_person is None
    with pytest.raises(SecondPersonRequired) as needed:
        record(here, of_unit("BKD", "assessment", assessor="INSPEKTORAT", stage="DITETAPKAN"))
    assert needed.value.details["why"] == "assessment_established"
    mended = {
        "fact": "correct",
        "unit": "BKD",
        "target": "a",
        "document": DOCUMENT,
        "replacement": of_unit("BKD", "assessment", stage="DITETAPKAN"),
    }
    with pytest.raises(SecondPersonRequired):
        record(here, mended)


def test_mending_a_fact_of_a_decision_takes_two(here: Desk) -> None:
    """Only where the decision's answer counted it, and as long as the decision stands."""
    here.send(
        about(1, "registered", on="2015-01-01"),
        about(1, "position", on="2016-01-01"),
        about(1, "qualification", level="S1", on="2015-01-01", key="counted"),
        about(1, "qualification", level="SLTA", on="2010-01-01", diploma_no="2", key="not"),
        about(1, "award", key="unread"),
    )
    decide(here)
    roots = {one.kind: one.root for one in here.facts().known("qualification")}
    assert roots
    annul = {name: about(1, "annul", target=name) for name in ("counted", "not", "unread")}
    with pytest.raises(SecondPersonRequired) as needed:
        record(here, annul["counted"])
    assert needed.value.details == {"why": "decision_rests_on_it", "decisions": ["D-1"]}
    for name in ("not", "unread"):
        assert record(here, annul[name], dry=True).second_person is None
    decision_desk.decide(
        here.ledger,
        "D-1",
        lambda s: decide_revoke(
            s, "D-1", number="SK 2", decided_on=TODAY, actor="budi", reasons="tes"
        ),
        actor="budi",
    )
    assert record(here, annul["counted"]).stated.verdict == "corrects"


def test_a_fact_that_came_later_bears_no_decision(here: Desk) -> None:
    """What was recorded after the basis, and the facts of others, are mended by one."""
    here.send(
        about(1, "registered", on="2015-01-01"),
        about(1, "position", on="2016-01-01"),
        about(2, "registered", on="2015-01-01"),
        about(2, "qualification", level="S1", on="2015-01-01"),
    )
    decide(here)
    here.send(about(1, "qualification", level="S1", on="2015-01-01"))
    (late,) = here.facts(1).known("qualification")
    (others,) = here.facts(2).known("qualification")
    assert resting(here, late.root) == []
    assert resting(here, others.root, who=2) == []
    (registered,) = here.facts(1).known("registered")
    assert resting(here, registered.root) == ["D-1"]


# ------------------------------------------------------------------------------------- proposals


def test_whoever_may_not_record_proposes(anywhere: Desk) -> None:
    """Any fact can be proposed; accepted by another it is recorded, with both of them in the log."""
    anywhere.send(about(1, "registered"))
    one, new = propose(anywhere, about(1, "competency", title="Kursus Rahasia", hours=8))
    assert new
    assert propose(anywhere, about(1, "competency", title="Kursus Rahasia", hours=8)) == (
        one,
        False,
    )
    said = json.dumps([dict(one.command), proposing.shown(one)])
    assert "Rahasia" not in said
    assert nip(1) not in said
    assert one.command["subject"] == anywhere.stream().hex
    assert not anywhere.facts().known("competency")
    confirm(anywhere, one)
    (fact,) = anywhere.facts().known("competency")
    assert json.loads(anywhere.events()[-1].context)["actor"] == "budi"
    assert fact.fields["hours"] == "8"
    assert not list(anywhere.ledger.keyring.folder.glob("uploads/*.key"))


def test_a_new_person_can_be_proposed(here: Desk) -> None:
    """The proposal names nobody; once confirmed his number finds him."""
    one, _ = propose(here, about(9, "registered"))
    assert one.command["subject"] is None
    confirm(here, one)
    assert len(here.events(9)) == 1


def test_a_refused_proposal_leaves_nothing_behind(here: Desk) -> None:
    """With its reason sealed; what waited is destroyed, and may be proposed anew."""
    here.send(about(1, "registered"))
    one, _ = propose(here, about(1, "golongan"))
    proposing.reject(here.ledger, one.id, actor="budi", reason="tanpa SK")
    assert not list(here.ledger.keyring.folder.glob("uploads/*.key"))
    again, new = propose(here, about(1, "golongan"))
    assert (new, again.command["upload"] == one.command["upload"]) == (True, False)


def test_what_no_longer_fits_is_not_confirmed(here: Desk) -> None:
    """On record meanwhile, in conflict with what is, or its days are over: each says what to do."""
    here.send(about(1, "registered"))
    same, _ = propose(here, about(1, "golongan"))
    other, _ = propose(here, about(1, "golongan", on="2022-10-01"))
    here.send(about(1, "golongan"))
    with pytest.raises(NothingNew) as known:
        confirm(here, same)
    with pytest.raises(FactRefused):
        confirm(here, other)
    desk.sweep(here.ledger, at=AT + KEPT + timedelta(days=1))
    with pytest.raises(UploadUnknown) as gone:
        confirm(here, other)
    assert known.value.next_step
    assert gone.value.next_step
    with pytest.raises(NothingNew):
        propose(here, about(1, "golongan"))


def test_before_confirming_it_is_seen_as_it_would_be_now(here: Desk) -> None:
    """Whether it is still what was proposed: a decision may rest on it by now."""
    here.send(
        about(1, "registered", on="2015-01-01"),
        about(1, "position", on="2016-01-01"),
        about(1, "qualification", level="S1", on="2015-01-01", key="counted"),
    )
    one, _ = propose(here, about(1, "annul", target="counted"))
    _, effect = proposing.effect_before(
        here.ledger, one.id, actor="budi", today=TODAY, report=lambda _: None
    )
    assert effect is not None
    assert (effect["as_proposed"], effect["of"], effect["decisions"]) == (
        True,
        "qualification",
        [],
    )
    decide(here)
    _, effect = proposing.effect_before(
        here.ledger, one.id, actor="budi", today=TODAY, report=lambda _: None
    )
    assert effect is not None
    assert (effect["as_proposed"], effect["decisions"]) == (False, ["D-1"])


def test_a_crash_after_the_confirmation_leaves_only_what_is_swept(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fact and confirmation are one command; the line that waited goes with the next sweep."""
    here.send(about(1, "registered"))
    one, _ = propose(here, about(1, "golongan"))

    def crash(_uploads: Uploads, _ident: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Uploads, "destroy", crash)
        with pytest.raises(KeyboardInterrupt):
            confirm(here, one)
    assert len(here.facts().known("golongan")) == 1
    assert desk.sweep(here.ledger, at=AT) == [one.command["upload"]]


def test_of_two_who_confirm_one_fact_one_does(anywhere: Desk) -> None:
    """It stands once, and the other is told."""
    anywhere.send(about(1, "registered"))
    proposal, _ = propose(anywhere, about(1, "golongan"))
    said: list[str] = []
    start = threading.Barrier(2)

    def one(actor: str) -> None:
        with closing(Ledger.open(anywhere.url, keys=anywhere.ledger.keyring.folder)) as ledger:
            start.wait()
            try:
                proposing.carry_out(ledger, proposal.id, actor=actor, at=AT)
                said.append("done")
            except LedgerError as fault:
                said.append(fault.code)

    threads = [threading.Thread(target=one, args=(name,)) for name in ("budi", "citra")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "proposal_closed"]
    assert len(anywhere.facts().known("golongan")) == 1
