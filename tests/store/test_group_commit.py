"""Group commit: many threads, few transactions, to each its own outcome."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from ledger.records import Outcome
from ledger.storage import group_commit
from ledger.storage.store import EventStore
from ledger.storage.store_errors import RequestReused, StoreError, VersionConflict
from tests.clocks import SteppingClock
from tests.store.checker import check_ledger
from tests.store.gate import Gate, outcome_in, submit
from tests.store.making import command, new_stream, request


def test_those_who_wait_share_a_transaction(database_url: str) -> None:
    """What gathers behind a running transaction is stored by one more, in the order of arrival."""
    gate = Gate()
    with EventStore.create(database_url, clock=SteppingClock(), hook=gate) as store:
        told = submit(store, gate, [command(new_stream(), 1, 2) for _ in range(12)])
        instants = [event.recorded_at for event in store.read()]
    assert gate.transactions == 2
    assert [outcome_in(told[index]).positions for index in range(12)] == [
        range(2 * index + 1, 2 * index + 3) for index in range(12)
    ]
    assert len(set(instants)) == 12
    assert check_ledger(database_url) == 24


def test_each_gets_its_ownoutcome_in(database_url: str) -> None:
    """Conflicts and repeats inside a batch are told to those they concern; the rest is stored."""
    gate = Gate()
    stream, other = new_stream(), new_stream()
    commands = [
        command(new_stream(), 1),
        command(stream, 1, request=request(1)),
        command(stream, 1),  # the version was taken by the one before
        command(stream, 2),
        command(stream, 1, request=request(1)),  # a repeat inside the batch
        command(other, 1, request=request(1, digest=9)),  # the key of another command
        command(other, 1, request=request(2)),
    ]
    with EventStore.create(database_url, clock=SteppingClock(), hook=gate) as store:
        told = submit(store, gate, commands)
    assert gate.transactions == 2
    kinds = [type(told[index]) for index in range(7)]
    assert kinds == [
        Outcome, Outcome, VersionConflict, Outcome, Outcome, RequestReused, Outcome,
    ]  # fmt: skip
    assert outcome_in(told[4]).repeated
    assert outcome_in(told[4]).positions == outcome_in(told[1]).positions
    assert check_ledger(database_url) == 4


def test_one_that_the_database_refuses_does_not_harm_the_others(postgresql_url: str) -> None:
    """A command that only the database finds impossible is refused alone; the batch is stored."""
    gate = Gate()
    commands = [command(new_stream(), 1) for _ in range(5)]
    commands[3] = command(new_stream(), 1, request=request(actor="a\x00"))
    with EventStore.create(postgresql_url, clock=SteppingClock(), hook=gate) as store:
        told = submit(store, gate, commands)
    assert [type(told[index]) for index in range(5)] == [
        Outcome, Outcome, Outcome, StoreError, Outcome,
    ]  # fmt: skip
    assert check_ledger(postgresql_url) == 4


def test_threads_without_end(store: EventStore, database_url: str) -> None:
    """Sixteen threads, some on the same streams: every acknowledged event is there, once."""
    shared = [new_stream() for _ in range(4)]
    start = Barrier(16)
    acknowledged: list[int] = []

    def write() -> None:
        start.wait()
        for number in range(20):
            stream = shared[number % 4]
            try:
                version = len(store.stream(stream)) + 1
                acknowledged.extend(store.append(command(stream, version)).positions)
            except VersionConflict:
                acknowledged.extend(store.append(command(new_stream(), 1)).positions)

    threads = [Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(acknowledged) == list(range(1, 321))
    assert check_ledger(database_url) == 320


def test_two_processes_share_a_ledger(
    store: EventStore, database_url: str, clock: SteppingClock
) -> None:
    """Two stores of one ledger, threads in each: one log without gaps, nobody's event is lost."""

    def write(to: EventStore) -> None:
        for _ in range(15):
            to.append(command(new_stream(), 1, 2))

    with EventStore.open(database_url, clock=clock) as other:
        threads = [Thread(target=write, args=(each,)) for each in (store, other) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert other.head() == store.head()
    assert check_ledger(database_url) == 240


def test_opening_while_others_write(store: EventStore, database_url: str) -> None:
    """Head and last event are compared at one moment, so that a growing ledger is no damage."""
    writing = Thread(target=lambda: [store.append(command(new_stream(), 1)) for _ in range(200)])
    writing.start()
    opened = 0
    while writing.is_alive() or not opened:
        with EventStore.open(database_url) as other:
            opened += other.head().position >= 0
    writing.join()
    assert opened


def test_an_interrupted_thread_is_not_waited_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is interrupted in the queue leaves it: its command is not stored, and the others are."""
    gate = Gate()
    with EventStore.create(database_url, clock=SteppingClock(), hook=gate) as store:
        leader = Thread(target=lambda: store.append(command(new_stream(), 1)))
        leader.start()
        assert gate.reached.wait(30)
        monkeypatch.setattr(group_commit, "Lock", InterruptedLock)
        with pytest.raises(KeyboardInterrupt):
            store.append(command(new_stream(), 1))
        monkeypatch.undo()
        gate.open.set()
        leader.join(30)
        assert store.append(command(new_stream(), 1)).first_position == 2
    assert check_ledger(database_url) == 2


class InterruptedLock:
    """A lock on which waiting is interrupted, as by Ctrl-C."""

    def __init__(self) -> None:
        self._taken = False

    def acquire(self) -> None:
        if self._taken:
            raise KeyboardInterrupt
        self._taken = True
