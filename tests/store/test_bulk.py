"""Bulk append: the same checks and hashes as single appends, each command its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from threading import Thread

import pytest

from ledger.canonical import EntryTooLarge
from ledger.errors import LedgerError
from ledger.records import Command, Outcome
from ledger.storage import bulk
from ledger.storage.store import EventStore
from ledger.storage.store_errors import LedgerLocked, RequestReused, StoreError, VersionConflict
from tests.clocks import START
from tests.store.checker import check_ledger
from tests.store.making import command, new_event, new_stream, request
from tests.store.raw import raw_connection


def test_bulk_equals_single(sqlite_url: str, postgresql_url: str) -> None:
    """The same commands in bulk and one by one: the same log, byte for byte, on both databases."""
    commands = [command(new_stream(), 1, 2, request=request(number)) for number in range(40)]
    commands.append(Command((new_event(new_stream(), sealed=(("identity", b"x" * 44),)),)))
    logs = []
    for url in (sqlite_url, postgresql_url):
        with EventStore.create(url, clock=_standing, randomness=_counted()) as store:
            store.append_many(commands)
            logs.append(list(store.read()))
            assert check_ledger(url) == 81
    with EventStore.create(f"{sqlite_url}.single", clock=_standing, randomness=_counted()) as store:
        for single in commands:
            store.append(single)
        one_by_one = [(event.payload, event.recorded_at) for event in store.read()]
    assert logs[0] == logs[1]
    assert [(event.payload, event.recorded_at) for event in logs[0]] == one_by_one


def test_each_command_has_its_own_result(store: EventStore, database_url: str) -> None:
    """Conflicts, reuses and what is too large come back in their places; the rest is stored."""
    taken, stream = new_stream(), new_stream()
    store.append(command(taken, 1, request=request(1)))
    results = store.append_many(
        [
            command(stream, 1),
            command(taken, 1),
            command(stream, 2, 3),
            command(taken, 1, request=request(1)),
            command(taken, 2, request=request(1, digest=5)),
            Command((new_event(new_stream(), payload=b'"' + b"x" * 70_000 + b'"'),)),
            Command(()),
            Command((), request(2)),
            command(stream, 4),
        ]
    )
    first, conflict, second, repeat, reuse, large, nothing, empty, last = results
    assert [_positions(result) for result in (first, second, last)] == [[2], [3, 4], [5]]
    assert isinstance(conflict, VersionConflict)
    assert isinstance(reuse, RequestReused)
    assert isinstance(large, EntryTooLarge)
    assert isinstance(repeat, Outcome)
    assert (repeat.first_position, repeat.repeated) == (1, True)
    assert (_positions(nothing), _positions(empty)) == ([], [])
    assert check_ledger(database_url) == 5


def _positions(result: Outcome | LedgerError) -> list[int]:
    assert isinstance(result, Outcome)
    return list(result.positions)


def test_each_command_has_its_own_instant(store: EventStore) -> None:
    """Where recorded_at changes is the boundary of a command, in bulk too."""
    store.append_many(command(new_stream(), *range(1, 1 + n % 3 + 1)) for n in range(300))
    groups = [len(list(group)) for _, group in groupby(store.read(), key=lambda e: e.recorded_at)]
    assert groups == [n % 3 + 1 for n in range(300)]


def test_running_again_adds_nothing(store: EventStore, database_url: str) -> None:
    """A broken import is finished by running it again with the same keys."""
    commands = [command(new_stream(), 1, request=request(number)) for number in range(700)]
    assert len(store.append_many(commands[:333])) == 333
    again = store.append_many(commands)
    repeated = [isinstance(result, Outcome) and result.repeated for result in again]
    assert repeated == [True] * 333 + [False] * 367
    assert check_ledger(database_url) == 700


def test_commands_are_read_as_they_are_needed(store: EventStore) -> None:
    """What is read ahead is one batch, so a file of any length fits into memory."""
    seen_at: list[int] = []

    def commands() -> Iterator[Command]:
        for number in range(3_000):
            if number % 1_000 == 999:
                seen_at.append(store.head().position)
            yield command(new_stream(), 1)

    store.append_many(commands())
    assert seen_at[-1] > 0
    assert store.head().position == 3_000


def test_a_slow_batch_makes_the_next_smaller(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch follows the time it held the lock: slower, smaller; faster, larger, to a limit."""
    elapsed = iter(range(0, 10**12, bulk.HOLD_NANOSECONDS_MAX))  # each look a quarter second later
    monkeypatch.setattr(bulk, "perf_counter_ns", lambda: next(elapsed))
    run = bulk.BulkAppend(store._appender, store._writer)
    run.run(command(new_stream(), 1) for _ in range(bulk.BATCH_EVENTS_FIRST + 1))
    assert run._events_a_batch == bulk.BATCH_EVENTS_FIRST // 4
    monkeypatch.setattr(bulk, "perf_counter_ns", lambda: 0)
    run.run(command(new_stream(), 1) for _ in range(5_000))
    assert run._events_a_batch == bulk.BATCH_EVENTS_MAX


def test_others_are_let_in_between_batches(store: EventStore, database_url: str) -> None:
    """While a bulk append runs, single appends of other threads are stored between its batches."""
    singles: list[int] = []

    def commands() -> Iterator[Command]:
        for number in range(4_000):
            if number == 1_000:
                beside = Thread(
                    target=lambda: singles.extend(store.append(command(new_stream(), 1)).positions)
                )
                beside.start()
                beside.join(30)
            yield command(new_stream(), 1)

    store.append_many(commands())
    assert len(singles) == 1
    assert 0 < singles[0] < 4_001
    assert check_ledger(database_url) == 4_001


def test_a_run_that_cannot_go_on_tells_what_is_stored(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error carries the results so far, and all of those are in the log."""
    monkeypatch.setattr(bulk, "BATCH_EVENTS_FIRST", 100)
    with (
        EventStore.create(sqlite_url, wait_milliseconds=1) as store,
        raw_connection(sqlite_url) as other,
    ):

        def commands() -> Iterator[Command]:
            for number in range(1_000):
                if number == 450:
                    other.execute("BEGIN IMMEDIATE")
                yield command(new_stream(), 1)

        with pytest.raises(LedgerLocked) as stopped:
            store.append_many(commands())
        other.execute("ROLLBACK")
        assert isinstance(stopped.value, StoreError)
        assert 0 < len(stopped.value.outcomes) < 1_000
        assert check_ledger(sqlite_url) == len(stopped.value.outcomes)


def _standing() -> datetime:
    return START


def _counted() -> Callable[[int], bytes]:
    """Salts that count, so that two ledgers can be compared byte for byte."""
    number = iter(range(10**9))
    return lambda size: b"".join(next(number).to_bytes(16) for _ in range(size // 16))
