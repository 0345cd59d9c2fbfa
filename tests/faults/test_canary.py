"""Faults that must be noticed: if one passes the checker, the other tests prove nothing."""

from __future__ import annotations

import pytest

from ledger.records import Command
from ledger.storage.store import EventStore
from tests.clocks import SteppingClock
from tests.store.checker import check_ledger
from tests.store.making import command, new_event, new_stream, request
from tests.store.raw import raw_connection, rows

FORGERIES = {
    "payload": "UPDATE events SET payload = context WHERE position = 2",
    "topic": "UPDATE events SET topic = 'employee.award/1' WHERE position = 2",
    "salt": "UPDATE events SET salt = (SELECT salt FROM events WHERE position = 1)"
    " WHERE position = 2",
    "leaf": "UPDATE events SET leaf = (SELECT leaf FROM events WHERE position = 1)"
    " WHERE position = 2",
    "version": "UPDATE events SET version = 9 WHERE position = 2",
    "a missing event": "DELETE FROM events WHERE position = 2",
    "a missing last event": "DELETE FROM events WHERE position = 4",
    "the head": "UPDATE heads SET position = 3",
    "the frontier": "UPDATE heads SET frontier = (SELECT leaf FROM events WHERE position = 1)",
    "a sealed part": "UPDATE sealed SET ciphertext = (SELECT salt FROM events WHERE position = 1)",
    "a request": "UPDATE requests SET count = 3",
}


@pytest.fixture
def unguarded_url(store: EventStore, database_url: str) -> str:
    """A ledger of four events whose owner dropped the triggers."""
    stream = new_stream()
    store.append(command(stream, 1, 2, request=request()))
    store.append(Command((new_event(stream, 3, sealed=(("identity", b"x" * 40),)),)))
    store.append(command(stream, 4))
    assert check_ledger(database_url) == 4
    if store.dialect == "sqlite":
        names = rows(database_url, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        drops = [f"DROP TRIGGER {name}" for (name,) in names]
    else:
        names = rows(
            database_url,
            "SELECT tgname, tgrelid::regclass FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
            " WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal",
        )
        drops = [f"DROP TRIGGER {name} ON {table}" for name, table in names]
    with raw_connection(database_url) as owner:
        for drop in drops:
            owner.execute(drop)
    return database_url


@pytest.mark.parametrize("what", FORGERIES)
def test_the_checker_notices(unguarded_url: str, what: str) -> None:
    """Each forged thing makes the checker fail."""
    assert check_ledger(unguarded_url) == 4
    with raw_connection(unguarded_url) as owner:
        owner.execute(FORGERIES[what])
    with pytest.raises((AssertionError, KeyError)):
        check_ledger(unguarded_url)


def test_the_matrix_notices_a_store_that_forgets(database_url: str) -> None:
    """A writer that acknowledges and does not commit is found by what the matrix does after."""
    with EventStore.create(database_url, clock=SteppingClock()) as store:
        store.append(command(new_stream(), 1))
        dialect = store.engine.dialect
        commit = dialect.do_commit
        dialect.do_commit = dialect.do_rollback  # type: ignore[method-assign]
        outcome = store.append(command(new_stream(), 1, request=request()))
        dialect.do_commit = commit  # type: ignore[method-assign]
    assert outcome.first_position == 2
    assert check_ledger(database_url) == 1
    with EventStore.open(database_url, clock=SteppingClock()) as store:
        assert store.outcome_of(request()) is None
