"""Request keys: a repeat adds nothing and gives the same answer, a reuse is refused."""

from __future__ import annotations

import pytest

from ledger.records import Command, Outcome
from ledger.storage.store import EventStore
from ledger.storage.store_errors import RequestReused, VersionConflict
from tests.store.checker import check_ledger
from tests.store.making import command, new_stream, request
from tests.store.raw import rows


def test_a_repeated_command_gives_the_first_outcome(store: EventStore) -> None:
    """The same key with the same command: the same positions and instant, nothing added."""
    stream = new_stream()
    first = store.append(command(stream, 1, 2, request=request()))
    again = store.append(command(stream, 1, 2, request=request()))
    assert (first.repeated, again.repeated) == (False, True)
    assert again == Outcome(first.first_position, first.count, first.recorded_at, repeated=True)
    assert store.head().position == 2


def test_the_same_key_for_another_command_is_refused(store: EventStore) -> None:
    """Also where the other command would have been welcome; the first position is named."""
    store.append(command(new_stream(), 1, request=request(digest=1)))
    with pytest.raises(RequestReused) as refused:
        store.append(command(new_stream(), 1, request=request(digest=2)))
    assert refused.value.details["first_position"] == 1
    assert store.head().position == 1


def test_keys_of_different_actors_never_meet(store: EventStore) -> None:
    """A key belongs to its actor."""
    store.append(command(new_stream(), 1, request=request(actor="a1", digest=1)))
    outcome = store.append(command(new_stream(), 1, request=request(actor="a2", digest=2)))
    assert not outcome.repeated


def test_an_empty_outcome_is_remembered(store: EventStore, database_url: str) -> None:
    """A command that adds nothing leaves its request, and only that."""
    first = store.append(Command((), request()))
    again = store.append(Command((), request()))
    assert (first.count, first.repeated, again.repeated) == (0, False, True)
    assert rows(database_url, "SELECT actor, first_position, count FROM requests") == [
        ("a1", None, 0)
    ]
    with pytest.raises(RequestReused):
        store.append(command(new_stream(), 1, request=request(digest=2)))
    assert check_ledger(database_url) == 0


def test_a_conflict_leaves_the_key_free(store: EventStore) -> None:
    """What was refused was not stored, and may be tried again with the same key."""
    stream = new_stream()
    store.append(command(stream, 1))
    with pytest.raises(VersionConflict):
        store.append(command(stream, 1, request=request()))
    assert store.outcome_of(request()) is None
    assert store.append(command(stream, 2, request=request())).first_position == 2


def test_was_it_stored(store: EventStore) -> None:
    """`outcome_of` tells what became of a request, and refuses one that means something else."""
    assert store.outcome_of(request()) is None
    stored = store.append(command(new_stream(), 1, 2, request=request()))
    found = store.outcome_of(request())
    assert found == Outcome(stored.first_position, 2, stored.recorded_at, repeated=True)
    with pytest.raises(RequestReused):
        store.outcome_of(request(digest=2))
    store.append(Command((), request(key=2)))
    assert store.outcome_of(request(key=2)) == Outcome(None, 0, None, repeated=True)
