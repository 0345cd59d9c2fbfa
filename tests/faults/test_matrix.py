"""Every write step x {failed, failed but stored}: then everything is read again and repeated.

| what happens | the caller is told | stored |
|---|---|---|
| the connection breaks once, at any step, before or after it | the outcome | once |
| it breaks twice before COMMIT | store_unavailable | nothing |
| COMMIT unanswered, carried out or not, then the server answers again | the outcome | once |
| COMMIT unanswered twice, not carried out | store_unavailable | nothing |
| COMMIT unanswered, then nobody answers or lets us ask | outcome_unknown | once or nothing |
| the program fails before COMMIT | its own exception | nothing |
"""

from __future__ import annotations

import pytest

from ledger.records import Command, Outcome
from ledger.storage.append import STEPS
from ledger.storage.backend import ConnectionLost
from ledger.storage.store import EventStore
from ledger.storage.store_errors import DiskFull, LedgerLocked, OutcomeUnknown, StoreUnavailable
from tests.clocks import SteppingClock
from tests.faults.harness import BrokenCommit, LostConnection, whole_command
from tests.store.checker import check_ledger
from tests.store.gate import Gate, outcome_in, submit
from tests.store.making import request
from tests.store.raw import rows


def repeat_and_check(url: str) -> None:
    """Reopen, read everything, repeat the command: afterwards it is there exactly once."""
    check_ledger(url)
    with EventStore.open(url, clock=SteppingClock()) as store:
        assert store.append(whole_command()).positions == range(1, 3)
        assert store.append(whole_command(2)).positions == range(3, 5)
    assert check_ledger(url) == 4


@pytest.mark.parametrize("bulk", [False, True], ids=["append", "append_many"])
@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
@pytest.mark.parametrize("step", STEPS)
def test_a_connection_that_breaks_once(
    database_url: str, step: str, stored: bool, bulk: bool
) -> None:
    """Nobody notices: the append goes on over a fresh connection and is stored once."""
    fault = LostConnection(step, stored=stored)
    with EventStore.create(database_url, clock=SteppingClock(), hook=fault) as store:
        if bulk:
            (outcome,) = store.append_many([whole_command()])
        else:
            outcome = store.append(whole_command())
    assert fault.struck == 1
    assert isinstance(outcome, Outcome)
    assert (outcome.positions, outcome.repeated) == (range(1, 3), False)
    assert check_ledger(database_url) == 2
    repeat_and_check(database_url)


@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
@pytest.mark.parametrize("step", [step for step in STEPS if step != "commit"])
def test_a_connection_that_breaks_twice(database_url: str, step: str, stored: bool) -> None:
    """Told as unavailable, and nothing of the command is there."""
    fault = LostConnection(step, stored=stored, times=2)
    with (
        EventStore.create(database_url, clock=SteppingClock(), hook=fault) as store,
        pytest.raises(StoreUnavailable, match="nothing of this was stored"),
    ):
        store.append(whole_command())
    assert fault.struck == 2
    assert check_ledger(database_url) == 0
    repeat_and_check(database_url)


@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
def test_a_commit_without_an_answer(database_url: str, stored: bool) -> None:
    """The store asks: carried out, the first outcome is given; not carried out, it stores again."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        fault = BrokenCommit(store, stored=stored)
        outcome = store.append(whole_command())
    assert fault.struck == 1
    assert (outcome.positions, outcome.repeated) == (range(1, 3), False)
    assert check_ledger(database_url) == 2
    repeat_and_check(database_url)


@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
def test_a_commit_without_an_answer_of_a_command_without_a_key(
    database_url: str, stored: bool
) -> None:
    """Without a request the store knows its own rows by their leaf, and stores them once."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        BrokenCommit(store, stored=stored)
        outcome = store.append(Command(whole_command().events))
    assert outcome.positions == range(1, 3)
    assert check_ledger(database_url) == 2


@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
def test_a_commit_without_an_answer_of_a_command_without_events(
    database_url: str, stored: bool
) -> None:
    """An empty outcome is remembered once, too."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        BrokenCommit(store, stored=stored)
        assert store.append(Command((), request())).count == 0
        assert store.outcome_of(request()) is not None
    assert rows(database_url, "SELECT count(*) FROM requests") == [(1,)]


def test_a_commit_twice_without_an_answer(database_url: str) -> None:
    """Neither was carried out: the store finds that out, and says that nothing was stored."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        BrokenCommit(store, stored=False, times=2)
        with pytest.raises(StoreUnavailable):
            store.append(whole_command())
    assert check_ledger(database_url) == 0
    repeat_and_check(database_url)


@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
def test_a_commit_that_is_refused_is_asked_about(database_url: str, stored: bool) -> None:
    """An error of COMMIT itself is believed only after the ledger was asked."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        BrokenCommit(store, stored=stored, times=2, error=DiskFull("no room"))
        try:
            told: object = store.append(whole_command()).positions
        except DiskFull as error:
            told = error.code
    assert told == (range(1, 3) if stored else "disk_full")
    assert check_ledger(database_url) == (2 if stored else 0)


def test_the_second_commit_was_carried_out(database_url: str) -> None:
    """The first attempt broke before its commit, the second after it: stored once, and told so."""
    fault = LostConnection("head", stored=True)
    with EventStore.create(database_url, clock=SteppingClock(), hook=fault) as store:
        BrokenCommit(store, stored=True)
        assert store.append(whole_command()).positions == range(1, 3)
    assert check_ledger(database_url) == 2


@pytest.mark.parametrize(
    "then", [ConnectionLost("gone"), StoreUnavailable("gone"), LedgerLocked("held")], ids=repr
)
@pytest.mark.parametrize("stored", [False, True], ids=["failed", "failed but stored"])
def test_a_commit_without_an_answer_and_nobody_to_ask(
    database_url: str, stored: bool, then: Exception
) -> None:
    """Neither stored nor failed is claimed; repeating with the key settles it."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        BrokenCommit(store, stored=stored, then=then)
        with pytest.raises(OutcomeUnknown, match="repeat the command with the same request key"):
            store.append(whole_command())
    assert check_ledger(database_url) == (2 if stored else 0)
    repeat_and_check(database_url)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [step for step in STEPS if step != "commit"])
def test_a_program_that_fails(database_url: str, step: str, done: bool) -> None:
    """Its own exception comes out, nothing is stored, and the next append works."""

    def fail(at: str, was_done: bool, _connection: object) -> None:
        if (at, was_done) == (step, done) and failing:
            raise ZeroDivisionError

    failing = [True]
    with EventStore.create(database_url, clock=SteppingClock(), hook=fail) as store:
        with pytest.raises(ZeroDivisionError):
            store.append(whole_command())
        assert store.head().position == 0
        failing.clear()
        assert store.append(whole_command()).positions == range(1, 3)
    assert check_ledger(database_url) == 2


def test_the_waiting_are_told_when_the_leader_fails(database_url: str) -> None:
    """The thread that stored for others gets its exception, the others that nothing was stored."""
    gate = Gate()

    def fail(step: str, done: bool, connection: object) -> None:
        gate(step, done, connection)
        if (step, done) == ("head", True) and gate.transactions == 2:
            raise ZeroDivisionError

    with EventStore.create(database_url, clock=SteppingClock(), hook=fail) as store:
        told = submit(store, gate, [whole_command(number) for number in range(1, 5)])
        kinds = sorted(type(told[index]).__name__ for index in range(4))
        assert kinds == ["Outcome", "StoreError", "StoreError", "ZeroDivisionError"]
        assert store.append(whole_command(9)).positions == range(3, 5)
    assert check_ledger(database_url) == 4


def test_the_waiting_share_a_lost_connection(database_url: str) -> None:
    """A batch whose commit is unanswered is asked about once, and each gets its own outcome."""
    gate = Gate()
    with EventStore.create(database_url, clock=SteppingClock(), hook=gate) as store:
        BrokenCommit(store, stored=True, times=2)
        told = submit(store, gate, [whole_command(number) for number in range(1, 6)])
        assert sorted(outcome_in(result).positions[0] for result in told.values()) == [
            1,
            3,
            5,
            7,
            9,
        ]
    assert check_ledger(database_url) == 10
