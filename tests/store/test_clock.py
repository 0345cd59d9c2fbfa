"""Whose clock is read, when it is refused, and when it is noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from ledger.canonical import canonical_bytes
from ledger.records import Command
from ledger.storage.store import EventStore
from ledger.storage.store_errors import ClockBehind
from tests.clocks import START, SteppingClock
from tests.store.checker import check_ledger
from tests.store.making import command, new_event, new_stream, request
from tests.store.raw import rows


def test_a_clock_set_back_is_refused(store: EventStore, clock: SteppingClock) -> None:
    """More than ten seconds behind the last record: nothing is stored, ten seconds: it is."""
    stream = new_stream()
    clock.step = timedelta(0)
    store.append(command(stream, 1, request=request()))
    clock.now = START - timedelta(seconds=10, microseconds=1)
    with pytest.raises(ClockBehind, match="nothing was stored"):
        store.append(command(stream, 2))
    assert store.append(command(stream, 1, request=request())).repeated
    assert store.append(Command((), request(key=2))).count == 0
    clock.now = START - timedelta(seconds=10)
    assert store.append(command(stream, 2)).first_position == 2


def test_a_jump_is_noted_in_the_first_context_after_it(
    store: EventStore, clock: SteppingClock, database_url: str
) -> None:
    """Over 31 days after the last record: `clock_jump` in the first event of that command only."""
    stream = new_stream()
    clock.step = timedelta(0)
    store.append(command(stream, 1))
    clock.now += timedelta(days=31)
    store.append(command(stream, 2))
    clock.now += timedelta(days=31, microseconds=1)
    store.append(command(stream, 3, 4))
    store.append(command(stream, 5))
    contexts = [orjson.loads(event.context) for event in store.stream(stream)]
    assert [context.get("clock_jump") for context in contexts] == [None, None, True, None, None]
    noted = store.stream(stream)[2].context
    assert noted == canonical_bytes(orjson.loads(noted))
    assert check_ledger(database_url) == 5


@pytest.mark.parametrize(("context", "noted"), [(b"", b'{"clock_jump":true}'), (b"[1]", b"[1]")])
def test_a_jump_after_an_unusual_context(
    store: EventStore, clock: SteppingClock, context: bytes, noted: bytes
) -> None:
    """An empty context becomes an object; one that is no object stays as it was given."""
    stream = new_stream()
    store.append(command(stream, 1))
    clock.now += timedelta(days=32)
    store.append(Command((new_event(stream, 2, context=context),)))
    assert store.stream(stream)[1].context == noted


def test_an_instant_without_a_zone_stops_the_program(sqlite_url: str) -> None:
    """A clock that does not say its zone is a mistake of the program, not of the user."""
    naive = START.replace(tzinfo=None)
    with (
        EventStore.create(sqlite_url, clock=lambda: naive) as store,
        pytest.raises(Exception, match="time zone"),
    ):
        store.append(command(new_stream(), 1))


def test_postgresql_asks_its_own_clock(postgresql_url: str) -> None:
    """Without a given clock recorded_at is the server's time, read after the lock."""
    with EventStore.create(postgresql_url) as store:
        ((before,),) = rows(postgresql_url, "SELECT clock_timestamp()")
        outcome = store.append(command(new_stream(), 1))
        ((after,),) = rows(postgresql_url, "SELECT clock_timestamp()")
    assert outcome.recorded_at is not None
    assert before < outcome.recorded_at < after


def test_sqlite_asks_the_machine(sqlite_url: str) -> None:
    """Without a given clock recorded_at is the machine's time, in UTC."""
    with EventStore.create(sqlite_url) as store:
        before = datetime.now(UTC)
        outcome = store.append(command(new_stream(), 1))
        after = datetime.now(UTC)
    assert outcome.recorded_at is not None
    assert before <= outcome.recorded_at <= after
