"""Proposals in a ledger, on each database: one of many who confirm at once succeeds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.founding import found_ledger
from ledger.application import Founding, Ledger
from ledger.canonical import EntryTooLarge
from ledger.commands import second_person
from ledger.commands.second_person import Carried, Elsewhere
from ledger.domain.proposals import Proposal, ProposalClosed, ProposalState, SecondPersonNeeded
from ledger.errors import LedgerError, NotAllowed
from ledger.events.base import encode
from ledger.events.book import PrecedenceEnacted

FOUNDING = Founding("65", "Pemerintah Provinsi Contoh", "Asia/Makassar")
DOCUMENT = {"kind": "SK", "number": "1", "date": "2024-01-01"}
KIND = "precedence"


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Ledger:
    """A founded ledger; closed with the test's process."""
    return found_ledger(database_url, FOUNDING, keys=tmp_path / "keys", actor="pendiri")


def again(database_url: str, tmp_path: Path) -> Ledger:
    """The same ledger, opened by somebody else."""
    return Ledger.open(database_url, keys=tmp_path / "keys")


def carry(proposal: Proposal) -> Carried:
    """A rule of precedence, as the proposal says."""
    event = PrecedenceEnacted(fact=proposal.command["fact"], sources=("SIASN", "SIMPEG"))
    return Carried((encode(event),))


def propose(ledger: Ledger, fact: str = "golongan", reason: str | None = None) -> Proposal:
    """A proposal of a kind of its own."""
    found, new = second_person.propose(
        ledger, KIND, {"fact": fact}, actor="ani", document=DOCUMENT, reason=reason
    )
    assert new
    return found


def topics(ledger: Ledger) -> list[str]:
    """The topics of the ledger stream after the founding."""
    return [one.topic for one in ledger.book_events() if one.id > ledger.first_position()]


def test_any_kind_is_proposed_and_carried_out(ledger: Ledger) -> None:
    """The confirmation first, then what it says, at one instant, with the proposal's document."""
    one = propose(ledger, reason="sesuai rapat")
    assert second_person.reason_of(ledger, one) == "sesuai rapat"
    proposal, outcome = second_person.confirm(ledger, one.id, actor="budi", carry=carry)
    assert proposal == one
    assert topics(ledger) == ["ledger.proposed/1", "ledger.confirmed/1", "ledger.precedence/1"]
    assert outcome.count == 2
    rows = list(ledger.store.read(outcome.positions[0], outcome.positions[-1]))
    assert len({row.recorded_at for row in rows}) == 1
    assert all(b'"number":"1"' in row.context and b'"budi"' in row.context for row in rows)
    done = second_person.proposals_of(ledger).by_id[one.id]
    assert (done.state, done.closed_by) == (ProposalState.CONFIRMED, "budi")


def test_a_reason_is_sealed(ledger: Ledger) -> None:
    """It stands in no open byte of the log."""
    one = propose(ledger, reason="rahasia sekali")
    for row in ledger.store.read(one.id, one.id):
        assert b"rahasia" not in row.state + row.context
        assert row.sealed_digest is not None


def test_what_is_carried_out_may_lie_in_other_streams(ledger: Ledger) -> None:
    """In the same command; a conflict there leaves no confirmation either."""
    one = propose(ledger)
    stream = ledger.new_stream()
    ledger.keyring.ensure([stream])
    event = carry(one).events

    def elsewhere(_: Proposal) -> Carried:
        return Carried(elsewhere=(Elsewhere(stream, 0, event),))

    second_person.confirm(ledger, one.id, actor="budi", carry=elsewhere)
    assert [row.topic for row in ledger.events_of(stream)] == ["ledger.precedence/1"]
    two = propose(ledger, "award")
    with pytest.raises(LedgerError):
        second_person.confirm(ledger, two.id, actor="budi", carry=elsewhere)
    assert second_person.proposals_of(ledger).by_id[two.id].state is ProposalState.PENDING
    assert len(ledger.events_of(stream)) == 1


def test_what_no_longer_fits_is_not_recorded(ledger: Ledger) -> None:
    """Where carrying out refuses, nothing of the command is stored and the proposal waits on."""
    one = propose(ledger)

    def refuse(_: Proposal) -> Carried:
        raise NotAllowed("It no longer fits.")

    before = ledger.store.head().position
    with pytest.raises(NotAllowed):
        second_person.confirm(ledger, one.id, actor="budi", carry=refuse)
    with pytest.raises(SecondPersonNeeded):
        second_person.confirm(ledger, one.id, actor="ani", carry=carry)
    assert ledger.store.head().position == before
    assert [waiting.id for waiting in second_person.proposals_of(ledger).pending()] == [one.id]


def test_too_large_a_command_is_refused_whole(ledger: Ledger) -> None:
    """An entry holds 65,535 bytes; nothing of a larger one is stored."""
    before = ledger.store.head().position
    with pytest.raises(EntryTooLarge):
        second_person.propose(ledger, KIND, {"text": "x" * 70_000}, actor="ani")
    assert ledger.store.head().position == before


def test_of_many_who_confirm_at_once_one_succeeds(
    ledger: Ledger, database_url: str, tmp_path: Path
) -> None:
    """In ledgers opened apart: one confirmation and one event, the others are told it is closed."""
    one = propose(ledger)
    others = [again(database_url, tmp_path) for _ in range(4)]

    def confirm(which: int) -> str:
        try:
            second_person.confirm(others[which], one.id, actor=f"budi {which}", carry=carry)
        except ProposalClosed as fault:
            return fault.code
        return "done"

    with ThreadPoolExecutor(len(others)) as pool:
        outcomes = sorted(pool.map(confirm, range(len(others))))
    assert outcomes == ["done", *["proposal_closed"] * 3]
    assert topics(ledger).count("ledger.confirmed/1") == 1
    assert topics(ledger).count("ledger.precedence/1") == 1
    for opened in others:
        opened.close()


def test_of_many_who_propose_the_same_at_once_one_is_new(
    ledger: Ledger, database_url: str, tmp_path: Path
) -> None:
    """One proposal is on record, and all are told its id."""
    others = [again(database_url, tmp_path) for _ in range(4)]

    def propose_same(which: int) -> tuple[int, bool]:
        found, new = second_person.propose(
            others[which], KIND, {"fact": "award"}, actor=f"ani {which}"
        )
        return found.id, new

    with ThreadPoolExecutor(len(others)) as pool:
        told = list(pool.map(propose_same, range(len(others))))
    assert len({ident for ident, _ in told}) == 1
    assert sorted(new for _, new in told) == [False, False, False, True]
    assert topics(ledger) == ["ledger.proposed/1"]
    for opened in others:
        opened.close()
