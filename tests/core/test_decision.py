"""Decisions: what may follow what, who may do it, and which answers became official."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger.canonical import MAX_ENTRY, canonical_json
from ledger.domain.decision import (
    Decision,
    Decisions,
    DecisionUnknown,
    Draft,
    IssuedDecision,
    decisions,
    named,
    official,
    standing,
)
from ledger.domain.decision_candidates import Candidate, against_ranking, in_events
from ledger.domain.decision_commands import (
    CandidateOutsideQuestion,
    ChoiceRefused,
    DecisionClosed,
    DecisionKnown,
    ReasonsNeeded,
    decide_draft,
    decide_issue,
    decide_recommend,
    decide_revoke,
)
from ledger.domain.decision_streams import stream_of
from ledger.domain.proposals import SecondPersonNeeded
from ledger.errors import LedgerError
from ledger.events.base import Encoded
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import DecisionKind, RecommendingBody, TieRule
from tests.core.test_facts import START, Log, empty

ANI, BUDI, CICI, DODI = (letter * 32 for letter in "abcd")
TEAM, PANEL = RecommendingBody.TIM_PENILAI_KINERJA, RecommendingBody.PANEL
DAY = date(2024, 2, 1)
RANKED = (
    Candidate(ANI, "complete", "sha256:1", 1, "81", "TINGGI", {"xx/masa_kerja": "met"}),
    Candidate(BUDI, "complete", "sha256:2", 2, "72", "SEDANG", {"xx/masa_kerja": "met"}),
    Candidate(CICI, "complete", "sha256:3", 3, "61", "SEDANG", {"xx/masa_kerja": "not_met"}),
    Candidate(DODI, "not_computable", "sha256:4", why=("FACT_MISSING",)),
)
DRAFT = Draft(
    id="P-1",
    kind=DecisionKind.PROMOSI_JABATAN,
    instrument="ip-asn",
    as_of=date(2023, 12, 31),
    basis_position=40,
    known_at=START,
    instruments={"ip-asn": "0" * 64},
    answer_digest="sha256:0",
    candidates=RANKED,
    engine="1",
    number=len(RANKED),
    parts=(ANI,),
    chosen=(ANI,),
)
PENETAPAN = replace(DRAFT, kind=DecisionKind.PENETAPAN, chosen=None)


def happen(log: Log, events: tuple[Encoded, ...], actor: str) -> None:
    """Record what was decided as one actor's."""
    for one in events:
        log.add(one.spec.topic, dict(one.opened), context={"actor": actor})
        if one.sealed:
            log.events[-1] = replace(log.events[-1], sealed_digest=b"\1" * 32)


def lies(one: RecordedEvent) -> UUID:
    """The stream in which an event of a decision lies in a ledger; here all stand in one log."""
    said = orjson.loads(one.state)
    return stream_of(said.get("id", ""), said.get("part", 0))


def reading(log: Log) -> Any:
    """How the streams of decisions are read."""

    def read(streams: Sequence[UUID]) -> dict[UUID, list[RecordedEvent]]:
        return {one: [each for each in log.events if lies(each) == one] for one in streams}

    return read


def penetapan(log: Log, position: int | None = None) -> tuple[IssuedDecision, ...]:
    """Each penetapan of ip-asn that stands."""
    found = standing(log.events, reading(log), position)
    return tuple(one for one in found if one.instrument == "ip-asn")


def state(log: Log) -> Decisions:
    """What the log says."""
    return decisions(log.events)


def drafted(log: Log, draft: Draft = DRAFT, actor: str = "ani") -> Log:
    """A log with one draft more, whose choice gives reasons where it needs any."""
    happen(log, decide_draft(state(log), draft, reasons=None), actor)
    return log


def recommend(log: Log, ident: str = "P-1", *, in_favour: bool = True, body: Any = TEAM) -> None:
    """The word of a body."""
    events = decide_recommend(state(log), ident, body=body, in_favour=in_favour, actor="tim")
    happen(log, events, "tim")


def issue(log: Log, ident: str = "P-1", actor: str = "ppk", **how: Any) -> tuple[Encoded, ...]:
    """The decree; recorded."""
    said: dict[str, Any] = {"number": f"SK {ident}", "decided_on": DAY, "actor": actor} | how
    events = decide_issue(state(log), ident, **said)
    happen(log, events, actor)
    return events


def revoke(log: Log, ident: str = "P-1", actor: str = "ppk", **how: Any) -> tuple[Encoded, ...]:
    """The revocation; recorded."""
    said: dict[str, Any] = {"decided_on": DAY, "actor": actor} | how
    events = decide_revoke(state(log), ident, **said)
    happen(log, events, actor)
    return events


def test_a_draft_comes_back_as_it_was_pinned() -> None:
    """Question, basis, candidates, rule and choice: all that was said, from the events alone."""
    log = drafted(empty())
    found = state(log).named("P-1")
    assert found.draft == DRAFT
    assert (found.state, found.drafted.actor, found.chosen) == ("drafted", "ani", (ANI,))
    assert found.issued is None


@given(st.sampled_from(TieRule), st.booleans(), st.sampled_from([None, (ANI,), (ANI, BUDI)]))
def test_the_right_events_then_nothing(rule: TieRule, listed: bool, chosen: Any) -> None:
    """Each command gives its event once; sent again it gives none, whatever the basis is by now."""
    log = empty()
    draft = replace(DRAFT, tie_rule=rule, listed=listed, chosen=chosen)
    happen(log, decide_draft(state(log), draft), "ani")
    assert [one.topic.split(".")[1] for one in log.events[-2:]] == [
        "drafted/1",
        "candidates/1",
    ]
    assert decide_draft(state(log), replace(draft, basis_position=99)) == ()
    recommend(log)
    length = len(log.events)
    recommend(log)
    assert len(log.events) == length
    how: dict[str, Any] = {} if chosen else {"chosen": (ANI,)}
    assert len(issue(log, **how)) == 1
    assert issue(log, **how) == ()
    assert len(revoke(log, reasons="a")) == 1
    assert revoke(log) == ()
    assert state(log).named("P-1").state == "revoked"


@pytest.mark.parametrize(
    "other",
    [
        {"as_of": DAY},
        {"chosen": (ANI, BUDI)},
        {"tie_rule": TieRule.MEASURES},
        {"unit": CICI},
        {"kind": DecisionKind.MUTASI},
        {"requirements": ("xx",)},
    ],
)
def test_an_id_stands_for_one_question(other: dict[str, Any]) -> None:
    """The same id with another question, choice or rule is refused."""
    log = drafted(empty())
    with pytest.raises(DecisionKnown):
        decide_draft(state(log), replace(DRAFT, **other))


@pytest.mark.parametrize(
    ("chosen", "against"),
    [
        ((ANI,), False),
        ((ANI, BUDI), False),
        ((BUDI,), True),
        ((ANI, CICI), True),
        ((ANI, BUDI, CICI), True),
        ((DODI,), True),
    ],
)
def test_against_the_ranking_needs_reasons(chosen: tuple[str, ...], against: bool) -> None:
    """Somebody below one who is left out, without a rank, or not known to meet a requirement."""
    assert against_ranking(RANKED, chosen) is against
    draft = replace(DRAFT, chosen=chosen)
    if against:
        with pytest.raises(ReasonsNeeded):
            decide_draft(Decisions(), draft)
    assert decide_draft(Decisions(), draft, reasons="masa kerja")
    log = drafted(empty())
    recommend(log)
    (event,) = issue(log, chosen=chosen, reasons="masa kerja")
    assert event.opened["against_ranking"] is against
    assert state(log).named("P-1").chosen == chosen


def test_equals_share_a_rank_so_either_may_be_chosen() -> None:
    """A choice among equals is not against the ranking; nor is one where nobody has a rank."""
    same = (replace(RANKED[0]), replace(RANKED[1], rank=1))
    assert not against_ranking(same, (BUDI,))
    assert not against_ranking((RANKED[3], replace(RANKED[3], subject=ANI)), (DODI,))


def test_an_unknown_requirement_is_not_a_met_one() -> None:
    """Who is not known to meet it is chosen only with reasons."""
    unsure = (replace(RANKED[0], requirements={"xx/masa_kerja": "unknown"}),)
    assert against_ranking(unsure, (ANI,))


def test_whoever_is_chosen_was_asked_about() -> None:
    """Somebody outside the question is refused at the draft and at the issue."""
    with pytest.raises(CandidateOutsideQuestion):
        decide_draft(Decisions(), replace(DRAFT, chosen=(ANI, "e" * 32)), reasons="x")
    log = drafted(empty())
    with pytest.raises(CandidateOutsideQuestion):
        issue(log, chosen=("e" * 32,), reasons="x")


def test_somebody_must_be_chosen_but_not_by_a_penetapan() -> None:
    """A penetapan sets the answers of all; every other kind names whom it concerns."""
    with pytest.raises(ChoiceRefused):
        decide_draft(Decisions(), replace(PENETAPAN, chosen=(ANI,)))
    with pytest.raises(ChoiceRefused):
        decide_draft(Decisions(), replace(DRAFT, candidates=()))
    with pytest.raises(ChoiceRefused):
        decide_draft(Decisions(), replace(DRAFT, chosen=()))
    log = drafted(empty(), replace(DRAFT, chosen=None))
    with pytest.raises(ChoiceRefused):
        issue(log, reasons="x")
    log = drafted(empty(), PENETAPAN)
    issue(log, reasons="tanpa rekomendasi")
    assert state(log).named("P-1").chosen == (ANI, BUDI, CICI, DODI)


@pytest.mark.parametrize("actor", ["ani", "ANI"])
def test_the_drafter_does_nothing_more(actor: str) -> None:
    """Neither recommends nor issues nor revokes what was issued; he may withdraw his draft."""
    log = drafted(empty())
    with pytest.raises(SecondPersonNeeded):
        decide_recommend(state(log), "P-1", body=TEAM, in_favour=True, actor=actor)
    with pytest.raises(SecondPersonNeeded):
        issue(log, actor=actor, reasons="x")
    withdrawn = drafted(empty())
    revoke(withdrawn, actor=actor)
    assert state(withdrawn).named("P-1").state == "withdrawn"
    issue(log, reasons="x")
    with pytest.raises(SecondPersonNeeded):
        revoke(log, actor=actor, reasons="x")


def test_without_or_against_a_recommendation_needs_reasons() -> None:
    """None, one against, one of two against, or another choice than the one recommended."""
    with pytest.raises(ReasonsNeeded):
        issue(drafted(empty()))
    log = drafted(empty())
    recommend(log)
    recommend(log, in_favour=False, body=PANEL)
    with pytest.raises(ReasonsNeeded):
        issue(log)
    recommend(log, body=PANEL)
    with pytest.raises(ReasonsNeeded):
        issue(log, chosen=(ANI, BUDI))
    assert issue(log)


def test_issued_and_revoked_once() -> None:
    """Issued otherwise, issued after a revocation, revoked otherwise: refused."""
    log = drafted(empty())
    recommend(log)
    issue(log)
    with pytest.raises(DecisionClosed):
        issue(log, number="SK lain")
    with pytest.raises(DecisionClosed):
        recommend(log, body=PANEL)
    with pytest.raises(ReasonsNeeded):
        revoke(log)
    revoke(log, reasons="x", number="SK 9")
    with pytest.raises(DecisionClosed):
        revoke(log, reasons="x", number="SK 10")
    with pytest.raises(DecisionClosed):
        issue(log)
    with pytest.raises(DecisionUnknown):
        issue(log, "P-2")


def test_official_is_what_was_issued_and_not_revoked() -> None:
    """As known at each position; another kind or another instrument is none."""
    log = empty()
    for ident, draft in (
        ("P-1", PENETAPAN),
        ("P-2", DRAFT),
        ("P-3", replace(PENETAPAN, instrument="talenta")),
    ):
        drafted(log, replace(draft, id=ident))
        issue(log, ident, reasons="x")
    (one,) = penetapan(log)
    assert (one.id, one.number, one.decided_on) == ("P-1", "SK P-1", DAY)
    assert (one.as_of, one.basis_position) == (PENETAPAN.as_of, 40)
    assert one.subjects == {ANI, BUDI, CICI, DODI}
    assert penetapan(log, one.position - 1) == ()
    before = log.events[-1].id
    revoke(log, reasons="x")
    assert penetapan(log) == ()
    assert len(penetapan(log, before)) == 1
    standing_still = [one.draft.id for one in state(log).by_id.values() if one.state == "issued"]
    assert standing_still == ["P-2", "P-3"]


def test_a_whole_province_is_pinned() -> None:
    """Thousands lie in parts of some thirty by subject, and come back whole, or one person's part."""
    many = [
        Candidate(
            f"{n:032x}", "complete", "sha256:" + f"{n:064x}", n, "81.25", "TINGGI", {"a/b": "met"}
        )
        for n in range(1, 3_001)
    ]
    events = list(in_events("P-1", many))
    assert len(events) > 3
    sizes = [len(canonical_json(canonical_json(dict(one.opened)).decode())) for one in events]
    assert max(sizes) < MAX_ENTRY - 1_000
    log = drafted(empty(), replace(PENETAPAN, candidates=tuple(many)))
    issue(log, reasons="x")
    whole = named(reading(log), "P-1").named("P-1").draft
    assert whole.candidates == tuple(many)
    assert len(whole.parts) == len({lies(one) for one in log.events}) - 2
    question = PENETAPAN.instrument, PENETAPAN.as_of
    for one in (*many[:3], many[31], many[32], many[-1]):
        (seen,) = official(log.events, reading(log), question, subject=one.subject)
        assert one in seen.draft.candidates
        assert len(seen.draft.candidates) <= 32
    (seen,) = official(log.events, reading(log), question, subject="f" * 32)
    assert "f" * 32 not in {one.subject for one in seen.draft.candidates}


ACTORS = st.sampled_from(["ani", "Ani", "tim", "ppk"])
CHOICES = st.sampled_from([None, (ANI,), (BUDI,), (ANI, BUDI), (CICI,), ("e" * 32,), ()])
REASONS = st.sampled_from([None, "x"])
IDS = st.sampled_from(["P-1", "P-2"])
KINDS = st.sampled_from([DecisionKind.PENETAPAN, DecisionKind.MUTASI])


class Chancery(RuleBasedStateMachine):
    """Anybody tries anything; whatever is recorded keeps the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.log = empty()

    def attempt(self, actor: str, decided: Any) -> None:
        """Record what is decided; done again at once it decides nothing."""
        try:
            events = decided(state(self.log))
        except LedgerError:
            return
        happen(self.log, events, actor)
        assert decided(state(self.log)) == ()

    @rule(actor=ACTORS, ident=IDS, kind=KINDS, chosen=CHOICES, reasons=REASONS)
    def draft(self, actor: str, ident: str, kind: Any, chosen: Any, reasons: Any) -> None:
        """Of either kind, with any choice."""
        draft = replace(DRAFT, id=ident, kind=kind, chosen=chosen)
        self.attempt(actor, lambda now: decide_draft(now, draft, reasons=reasons))

    @rule(actor=ACTORS, ident=IDS, body=st.sampled_from([TEAM, PANEL]), yes=st.booleans())
    def recommend(self, actor: str, ident: str, body: Any, yes: bool) -> None:
        """By either body."""
        self.attempt(
            actor, lambda now: decide_recommend(now, ident, body=body, in_favour=yes, actor=actor)
        )

    @rule(actor=ACTORS, ident=IDS, chosen=CHOICES, reasons=REASONS, number=IDS)
    def issue(self, actor: str, ident: str, chosen: Any, reasons: Any, number: str) -> None:
        """With the draft's choice or another."""
        how: Any = {"number": number, "decided_on": DAY, "actor": actor}
        how |= {"chosen": chosen, "reasons": reasons}
        self.attempt(actor, lambda now: decide_issue(now, ident, **how))

    @rule(actor=ACTORS, ident=IDS, reasons=REASONS)
    def revoke(self, actor: str, ident: str, reasons: Any) -> None:
        """Whatever its state."""
        how: Any = {"decided_on": DAY, "actor": actor, "reasons": reasons}
        self.attempt(actor, lambda now: decide_revoke(now, ident, **how))

    @invariant()
    def rules_hold(self) -> None:
        """Of every decision on record."""
        found = state(self.log)
        topics = [one.topic for one in self.log.events]
        assert topics.count("decision.drafted/1") == len(found.by_id)
        for one in found.by_id.values():
            check(one)
        if self.log.events:
            earlier = decisions(self.log.events, self.log.events[-1].id - 1)
            assert set(earlier.by_id) <= set(found.by_id)


def check(one: Decision) -> None:
    """A second person issued it; the choice lies inside; reasons are there where they must be."""
    people = {each.subject for each in one.draft.candidates}
    drafter = one.drafted.actor.lower()
    assert drafter not in {step.actor.lower() for step in one.recommended}
    if one.issued is None:
        return
    assert one.issued.actor.lower() != drafter
    assert one.chosen
    assert set(one.chosen) <= people
    reasoned = one.issued.reasoned or one.draft.reasoned
    if one.draft.kind is DecisionKind.PENETAPAN:
        assert one.issued.chosen is None
        assert set(one.chosen) == people
    else:
        assert one.issued.against_ranking == against_ranking(one.draft.candidates, one.chosen)
        assert reasoned or not one.issued.against_ranking
    assert one.issued.reasoned or one.recommends()
    assert all(step.position < one.issued.position for step in one.recommended)
    if one.revoked is not None:
        assert one.revoked.position > one.issued.position
        assert one.revoked.actor.lower() != drafter
        assert one.revoked.reasoned


TestChancery = Chancery.TestCase
