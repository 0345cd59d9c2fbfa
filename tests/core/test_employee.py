"""One person: decisions give the right events, then none on a second run; what is forbidden is
refused.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical_json
from ledger.domain import employee, stream_state
from ledger.domain.deciding import Verdict
from ledger.domain.facts import history
from ledger.errors import (
    ContentConflict,
    FactAlreadyReplaced,
    KeyConflict,
    LedgerError,
    NotAllowed,
    StreamClosed,
    SubjectDiffers,
    TargetUnknown,
)
from ledger.records import RecordedEvent
from tests.builders import DOCUMENT, Person, Row, about
from tests.core.test_facts import START
from tests.keys import stream
from tests.persons import nip

GOLONGAN = ["I/a", "II/b", "III/c", "IV/e"]


def registered() -> Person:
    """A person of whom nothing else is known."""
    person = Person()
    person.say(about(1, "registered"))
    return person


def correct(target: object, row: Row, **more: Any) -> Row:
    """A correction by a whole row."""
    return about(1, "correct", target=target, replacement=row, **more)


# --------------------------------------------------------------------------------- any history


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Any rows about one person: facts with and without keys, mends of keys that may be unknown."""
    found = []
    keys = st.sampled_from(["a", "b", "c"])
    for _ in range(draw(st.integers(1, 12))):
        how = draw(st.sampled_from(["fact", "fact", "fact", "correct", "annul", "end"]))
        on = f"202{draw(st.integers(0, 4))}-01-01"
        rank = draw(st.sampled_from(GOLONGAN))
        fact = about(1, "golongan", golongan=rank, on=on)
        document = DOCUMENT | {"number": draw(st.sampled_from("12"))}
        if how == "fact":
            found.append(fact | draw(st.sampled_from([{}, {"key": draw(keys)}])))
        elif how == "correct":
            found.append(correct(draw(keys), fact, document=document))
        elif how == "annul":
            found.append(about(1, "annul", target=draw(keys), document=document))
        else:
            until = f"202{draw(st.integers(5, 8))}-01-01"
            found.append(about(1, "end", target=draw(keys), until=until, document=document))
    return found


def tell(person: Person, told: list[Row]) -> list[object]:
    """Say rows one after the other; what became of each: a verdict, or the code of its refusal."""
    outcome: list[object] = []
    for row in told:
        try:
            outcome.append(person.say(row).verdict)
        except LedgerError as fault:
            outcome.append(fault.code)
    return outcome


@given(rows())
def test_a_second_run_adds_nothing(told: list[Row]) -> None:
    """What was taken is the same when it is told again, in any order, and no event follows."""
    person = registered()
    outcome = tell(person, told)
    taken = [row for row, verdict in zip(told, outcome, strict=True) if verdict in set(Verdict)]
    count = len(person.events)
    for again in (taken, taken[::-1]):
        assert set(tell(person, again)) <= {Verdict.SAME}
    assert len(person.events) == count


@given(rows())
def test_the_state_agrees_with_the_facts(told: list[Row]) -> None:
    """Which event states each fact, and whether it stands: deciding agrees with reading."""
    person = registered()
    tell(person, told)
    facts = history(recorded(person))
    for root, one in person.state.facts.roots.items():
        fact = facts.root(root)
        assert (fact is None) == one.annulled
        if fact is not None:
            assert fact.kind == one.kind
            assert fact.effective_on.isoformat() == one.on
            assert fact.version <= one.current


@given(rows(), st.integers(0, 12))
def test_folding_does_not_care_for_chunks(told: list[Row], cut: int) -> None:
    """Events replayed at once, or in two pieces, give the state that deciding left."""
    person = registered()
    tell(person, told)
    events = recorded(person)
    whole = employee.replay(employee.nobody(stream(1)), events)
    pieces = employee.replay(employee.nobody(stream(1)), events[:cut])
    pieces = employee.replay(pieces, events[cut:])
    assert whole == pieces == person.state


@given(rows(), rows())
def test_decisions_change_nothing(told: list[Row], asked: list[Row]) -> None:
    """Asking what would become of a row leaves the state as it was."""
    person = registered()
    tell(person, told)
    before = canonical_json(repr(person.state))
    for row in asked:
        try:
            person.decide(row)
        except LedgerError:
            continue
    assert canonical_json(repr(person.state)) == before


def recorded(person: Person) -> list[RecordedEvent]:
    """The person's events as they come out of a store in which nothing else is."""
    return [
        RecordedEvent(
            id=number,
            originator_id=stream(1),
            originator_version=number,
            topic=event.spec.topic,
            state=canonical_json(event.opened),
            effective_on=event.effective_on,
            recorded_at=START,
            context=canonical_json(context),
            salt=b"",
            sealed_digest=None,
            leaf=b"",
        )
        for number, (event, context) in enumerate(
            zip(person.events, person.contexts, strict=True), start=1
        )
    ]


# ------------------------------------------------------------------------------------ registration


def test_nothing_is_recorded_of_a_person_who_is_not_registered() -> None:
    """The first fact is the registration; a second one of other content is a conflict."""
    person = Person()
    with pytest.raises(NotAllowed, match="registered"):
        person.say(about(1, "golongan"))
    assert person.say(about(1, "registered")).verdict is Verdict.NEW
    assert person.say(about(1, "registered")).verdict is Verdict.SAME
    with pytest.raises(ContentConflict):
        person.say(about(1, "registered", name="Nama Lain"))


def test_a_stream_that_did_not_begin_with_a_registration_is_nobody() -> None:
    """The id of a unit or of the ledger's own stream never passes for a person."""
    state = employee.nobody(stream(9))
    assert not state.registered
    person = registered()
    assert person.state.registered


# -------------------------------------------------------------------------------------------- keys


def test_a_key_is_used_once() -> None:
    """The same content again is the same; other content under it is its own refusal."""
    person = registered()
    person.say(about(1, "golongan", key="k"))
    assert person.say(about(1, "golongan", key="k")).verdict is Verdict.SAME
    for row in (
        about(1, "golongan", golongan="III/b", key="k"),
        about(1, "qualification", key="k"),
        correct("k", about(1, "golongan", on="2021-10-01"), key="k"),
        about(1, "annul", target="k", key="k"),
    ):
        with pytest.raises(KeyConflict, match="key"):
            person.say(row)


def test_a_key_of_a_correction_names_its_fact_too() -> None:
    """A correction sent with a key can be corrected by that key."""
    person = registered()
    person.say(about(1, "golongan", key="k"))
    person.say(correct("k", about(1, "golongan", on="2021-05-01"), key="m"))
    decision = person.say(correct("m", about(1, "golongan", on="2021-06-01")))
    assert decision.verdict is Verdict.CORRECTS
    assert decision.events[0].opened["root"] == 2
    assert decision.events[0].opened["replaces"] == 3


def test_with_keys_of_their_own_two_rows_are_two_acts() -> None:
    """Rows without a key are matched by what they say, rows with different keys are not."""
    person = registered()
    person.say(about(1, "activity", key="a"))
    assert person.say(about(1, "activity", key="b")).verdict is Verdict.NEW
    assert person.say(about(1, "activity")).verdict is Verdict.SAME


# ------------------------------------------------------------------------------------- corrections


@pytest.mark.parametrize("named", ["kunci", "S-1", "2", f"{stream(1).hex}/2"])
def test_a_fact_is_named_by_key_id_position_or_place(named: str) -> None:
    """In this order; each leads to the same root."""
    person = registered()
    person.say(about(1, "sanction", key="kunci"))
    decision = person.say(about(1, "annul", target=named))
    assert decision.verdict is Verdict.CORRECTS
    assert (decision.events[0].opened["root"], decision.events[0].opened["replaces"]) == (2, 2)
    assert decision.events[0].effective_on is None


@pytest.mark.parametrize(
    "named", ["lain", "99", "0", f"{stream(1).hex}/99", f"{stream(2).hex}/2", "/2", "x/y", "2/2"]
)
def test_a_name_of_nothing_is_refused(named: str) -> None:
    """Nothing of that name in this record; other people's streams are none of it."""
    person = registered()
    person.say(about(1, "sanction"))
    with pytest.raises(TargetUnknown):
        person.say(about(1, "annul", target=named))


def test_a_key_goes_before_an_id_and_an_id_before_a_position() -> None:
    """Where one text could be several, the sender's own name wins."""
    person = registered()
    person.say(about(1, "golongan", key="S-1"), about(1, "sanction", id="2"))
    person.say(about(1, "sanction", id="S-1", document=DOCUMENT | {"number": "2"}))
    assert person.decide(about(1, "annul", target="S-1")).events[0].opened["root"] == 2
    assert person.decide(about(1, "annul", target="2")).events[0].opened["root"] == 3


def test_what_was_replaced_cannot_be_replaced_again() -> None:
    """A position or place must be current; a key or an id means the fact as it stands now."""
    person = registered()
    person.say(about(1, "golongan", key="k"))
    person.say(correct("k", about(1, "golongan", on="2021-05-01")))
    other = about(1, "golongan", on="2021-06-01")
    for named in ("2", f"{stream(1).hex}/2"):
        with pytest.raises(FactAlreadyReplaced, match=f"{stream(1).hex}/3"):
            person.say(correct(named, other))
    assert person.say(correct("3", other)).events[0].opened["replaces"] == 3
    assert (
        person.say(correct("k", about(1, "golongan", on="2021-07-01"))).events[0].opened["replaces"]
        == 4
    )


def test_a_mend_sent_again_is_the_same_although_its_target_was_replaced() -> None:
    """Importing the same file again is never refused for what it did itself."""
    person = registered()
    person.say(about(1, "golongan"))
    mends = [
        correct("2", about(1, "golongan", on="2021-05-01")),
        about(1, "end", target="3", until="2023-01-01"),
        about(1, "annul", target="4"),
    ]
    for mend in mends:
        assert person.say(mend).verdict is Verdict.CORRECTS
    for mend in mends:
        assert person.say(mend).verdict is Verdict.SAME


def test_only_a_correction_brings_back_what_was_annulled() -> None:
    """Another annulment or an end of it makes no sense."""
    person = registered()
    person.say(about(1, "golongan", key="k"))
    person.say(about(1, "annul", target="k"))
    other = DOCUMENT | {"number": "99"}
    with pytest.raises(NotAllowed, match="annulled before"):
        person.say(about(1, "annul", target="k", document=other))
    with pytest.raises(NotAllowed, match="annulled before"):
        person.say(about(1, "end", target="k", document=other))
    assert person.say(correct("k", about(1, "golongan"))).verdict is Verdict.CORRECTS
    assert person.say(about(1, "annul", target="k", document=other)).verdict is Verdict.CORRECTS


def test_a_correction_keeps_the_kind_of_fact_and_the_person() -> None:
    """Another kind, or somebody else, is another fact."""
    person = registered()
    person.say(about(1, "golongan", key="k"))
    with pytest.raises(NotAllowed, match="another kind"):
        person.say(correct("k", about(1, "qualification")))
    with pytest.raises(SubjectDiffers):
        person.say(correct("k", about(2, "golongan")))


def test_a_correction_carries_open_and_sealed_fields_apart() -> None:
    """The replacement's own sealed fields stay sealed, by class, and the reason with them."""
    person = registered()
    person.say(about(1, "absence", key="k", reason="sakit"))
    mend = correct("k", about(1, "absence", reason="izin", to="2022-02-03"), reason="salah tulis")
    (event,) = person.say(mend).events
    assert event.opened["fields"] == {"from": "2022-02-01", "to": "2022-02-03", "valid": False}
    assert event.opened["effective_on"] == "2022-02-01"
    assert event.sealed == {
        "identity": {"reason": "salah tulis"},
        "restricted": {"restricted": {"reason": "izin"}},
    }
    assert "izin" not in json.dumps(dict(event.opened))


# ------------------------------------------------------------------------------------------- links


def test_links_are_root_versions_of_the_same_person() -> None:
    """A ruling names an objection, that a sanction; corrected or not, the root stays."""
    person = registered()
    person.say(about(1, "case"), about(1, "sanction", case="C-1"), about(1, "objection"))
    (ruling,) = person.say(about(1, "ruling")).events
    assert ruling.opened["of"] == 4
    person.say(correct("K-1", about(1, "objection", filed_on="2022-01-16")))
    (appeal,) = person.say(about(1, "appeal", target="S-1")).events
    assert appeal.opened["target"] == 3
    (again,) = person.say(about(1, "ruling", of="B-1", document=DOCUMENT | {"number": "3"})).events
    assert again.opened["of"] == 7


@pytest.mark.parametrize(
    "row",
    [
        about(1, "ruling", of="S-1"),
        about(1, "objection", target="C-1"),
        about(1, "sanction", case="S-1", id="S-2", document=DOCUMENT | {"number": "2"}),
        about(1, "summons", case="S-1"),
        about(1, "served", sanction="C-1"),
        about(1, "finding", inspection="C-1"),
        about(1, "ruling", of="tidak-ada"),
    ],
    ids=lambda row: f"{row['fact']}",
)
def test_a_link_to_another_kind_of_fact_is_refused(row: Row) -> None:
    """A ruling of a sanction, a summons without a case: named so, nothing of that kind is there."""
    person = registered()
    person.say(about(1, "case"), about(1, "sanction"))
    with pytest.raises(TargetUnknown) as caught:
        person.say(row)
    assert caught.value.details["field"] in row


# ---------------------------------------------------------------------------------- closed records


def test_a_merged_record_takes_nothing_new() -> None:
    """What it held is still the same; anything else goes to the other record."""
    person = registered()
    person.say(about(1, "golongan", key="k"), about(1, "merged", into=nip(2)))
    assert person.state.merged_into == stream(2)
    assert person.say(about(1, "golongan")).verdict is Verdict.SAME
    assert person.say(about(1, "merged", into=nip(2))).verdict is Verdict.SAME
    for row in (about(1, "qualification"), about(1, "merged", into=nip(3))):
        with pytest.raises(StreamClosed, match="merged"):
            person.say(row)


def test_a_hold_forbids_erasure_until_it_is_lifted() -> None:
    """UU 27/2022 Pasal 44; a second one of the same id adds nothing, two need two liftings."""
    person = registered()
    for ident in ("P-1", "P-2"):
        person.happen(employee.decide_hold(person.state, ident=ident, ground="perkara"))
    assert employee.decide_hold(person.state, ident="P-1", ground="lain") == ()
    with pytest.raises(NotAllowed, match="Pasal 44"):
        employee.decide_erasure(person.state, ground="permintaan")
    person.happen(employee.decide_lift(person.state, ident="P-1", ground=None))
    with pytest.raises(NotAllowed, match="1 legal hold"):
        employee.decide_erasure(person.state, ground="permintaan")
    with pytest.raises(NotAllowed, match="no legal hold"):
        employee.decide_lift(person.state, ident="P-1", ground=None)
    person.happen(employee.decide_lift(person.state, ident="P-2", ground="selesai"))
    assert len(employee.decide_erasure(person.state, ground="permintaan")) == 1


def test_an_erasure_is_final() -> None:
    """It has its ground; a second adds nothing, and nothing more is recorded of the person."""
    person = registered()
    (event,) = employee.decide_erasure(person.state, ground="UU 27/2022 Pasal 43")
    assert event.opened == {"ground": "UU 27/2022 Pasal 43"}
    person.happen((event,))
    assert employee.decide_erasure(person.state, ground="lagi") == ()
    with pytest.raises(NotAllowed, match="erased"):
        person.say(about(1, "golongan"))


def test_counts_from_outlives_a_correction() -> None:
    """A fact that came by a merge still counts only from the merge on when it is mended."""
    person = registered()
    statement = person.statement(about(1, "golongan", key="k"))
    opened = dict(statement.encoded.opened) | {"counts_from": "2022-06-01"}
    stream_state.evolve(
        person.state.facts,
        shape=statement.encoded.spec,
        payload=opened,
        context=statement.context(),
        on="2021-04-01",
        position=2,
    )
    (event,) = person.decide(correct("k", about(1, "golongan", on="2021-10-01"))).events
    assert event.opened["fields"]["counts_from"] == "2022-06-01"
