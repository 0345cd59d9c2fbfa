"""Tables derived from the log live beside it, and may be changed and dropped."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from ledger.errors import ProgramError
from ledger.storage.store import EventStore
from ledger.storage.store_errors import StoreError
from tests.clocks import SteppingClock
from tests.store.making import command, new_stream

derived = MetaData()
index = Table(
    "word_index", derived, Column("word", Text, primary_key=True), Column("number", Integer)
)


def test_derived_tables_are_made_once_and_may_change(store: EventStore, database_url: str) -> None:
    """The application writes them, whatever its rights to the log; again changes nothing."""
    store.ensure_tables(derived)
    with store.writing() as connection:
        connection.execute(insert(index).values(word="a", number=1))
        connection.execute(insert(index).values(word="b", number=2))
    store.ensure_tables(derived)
    with EventStore.open(database_url, clock=SteppingClock()) as again:
        with again.writing() as connection:
            connection.execute(update(index).values(number=index.c.number + 1))
            connection.execute(delete(index).where(index.c.word == "a"))
        with again.reading() as connection:
            found = connection.execute(select(index.c.word, index.c.number)).all()
        assert [tuple(row) for row in found] == [("b", 3)]
        again.append(command(new_stream(), 1))


def _write_and_fail(transaction: AbstractContextManager[Connection]) -> None:
    with transaction as connection:
        connection.execute(insert(index).values(word="a", number=1))
        raise ZeroDivisionError


def _write_twice(store: EventStore) -> None:
    with store.writing() as connection:
        connection.execute(insert(index).values(word="a", number=1))
        connection.execute(insert(index).values(word="a", number=2))


def test_writing_is_whole_or_not_at_all(store: EventStore) -> None:
    """An exception in the block leaves the derived tables as they were."""
    store.ensure_tables(derived)
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(store.writing())
    with pytest.raises(StoreError):
        _write_twice(store)
    with store.reading() as connection:
        assert connection.execute(select(index)).all() == []


def test_the_engines_own_transactions_are_whole_too(store: EventStore) -> None:
    """`engine.begin()` means a transaction on both databases."""
    store.ensure_tables(derived)
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(store.engine.begin())
    with store.reading() as connection:
        assert connection.execute(select(index)).all() == []


def test_a_derived_table_cannot_take_a_ledgers_name(store: EventStore) -> None:
    """A module that would shadow the log is a mistake of the program."""
    wrong = MetaData()
    Table("events", wrong, Column("position", Integer, primary_key=True))
    with pytest.raises(ProgramError, match="ledger's name"):
        store.ensure_tables(wrong)
