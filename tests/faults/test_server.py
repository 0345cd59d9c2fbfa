"""PostgreSQL ends a connection: around the commit, in the pool, while a reader waits."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import Connection

from ledger.storage.append import STEPS
from ledger.storage.store import EventStore
from ledger.storage.store_errors import StoreUnavailable
from tests import pg
from tests.faults.harness import whole_command
from tests.store.checker import check_ledger


def _terminate(url: str, process: int) -> None:
    """As an administrator would; returns when the connection's process is gone."""
    with psycopg.connect(pg.driver_dsn(url), autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 10000)", [process])


def _process(connection: Connection) -> int:
    return int(connection.connection.driver_connection.info.backend_pid)  # type: ignore[union-attr]


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_terminated_at_a_step(postgresql_url: str, step: str, done: bool) -> None:
    """The server ends the connection at a step: the append goes on over another, stored once."""
    struck: list[int] = []

    def terminate(at: str, was_done: bool, connection: Connection) -> None:
        if (at, was_done) == (step, done) and not struck:
            struck.append(_process(connection))
            _terminate(postgresql_url, struck[0])

    with EventStore.create(postgresql_url, hook=terminate) as store:
        outcome = store.append(whole_command())
        assert (outcome.positions, outcome.repeated) == (range(1, 3), False)
        assert store.append(whole_command()).repeated
        assert store.append(whole_command(2)).positions == range(3, 5)
    assert struck
    assert check_ledger(postgresql_url) == 4


def test_terminated_at_each_attempt(postgresql_url: str) -> None:
    """A server that ends every connection at the commit: told as unavailable, nothing stored."""

    def terminate(at: str, was_done: bool, connection: Connection) -> None:
        if (at, was_done) == ("commit", False):
            _terminate(postgresql_url, _process(connection))

    with (
        EventStore.create(postgresql_url, hook=terminate) as store,
        pytest.raises(StoreUnavailable),
    ):
        store.append(whole_command())
    assert check_ledger(postgresql_url) == 0


def test_connections_that_died_in_the_pool_are_noticed(postgresql_url: str) -> None:
    """After a restart of the server neither readers nor writers fail once."""
    with EventStore.create(postgresql_url) as store:
        with store.reading() as one, store.reading() as two:
            processes = [_process(one), _process(two)]
        for process in processes:
            _terminate(postgresql_url, process)
        assert store.head().position == 0
        assert store.append(whole_command()).positions == range(1, 3)


def test_a_reader_that_is_cut_off_is_told(postgresql_url: str) -> None:
    """A connection that breaks while it reads is our error, and the next reading works."""
    with EventStore.create(postgresql_url) as store:
        with pytest.raises(StoreUnavailable):
            _read_on_a_terminated_connection(store, postgresql_url)
        assert store.head().position == 0


def _read_on_a_terminated_connection(store: EventStore, url: str) -> None:
    with store.reading() as connection:
        _terminate(url, _process(connection))
        connection.exec_driver_sql("SELECT 1")
