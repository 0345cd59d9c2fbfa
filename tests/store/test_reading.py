"""Reading by stream, by position and by instant; followers miss nothing."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.records import Command
from ledger.storage.store import EventStore
from ledger.storage.store_errors import PositionUnknown
from tests.clocks import SteppingClock
from tests.store.making import command, new_event, new_stream


def test_one_stream(store: EventStore) -> None:
    """By version, after a version, as known at a position; an unknown stream is empty."""
    stream, other = new_stream(), new_stream()
    store.append(command(stream, 1, 2))
    store.append(command(other, 1))
    store.append(command(stream, 3))
    assert [event.position for event in store.stream(stream)] == [1, 2, 4]
    assert [event.version for event in store.stream(stream, gt=1)] == [2, 3]
    assert [event.version for event in store.stream(stream, lte_position=3)] == [1, 2]
    assert store.stream(new_stream()) == []


def test_many_streams(store: EventStore) -> None:
    """Each stream as `stream` gives it, those without events too, more than one query holds."""
    streams = [new_stream() for _ in range(1_203)]
    store.append_many(command(stream, 1, 2) for stream in streams)
    unknown = new_stream()
    found = store.streams([*streams, unknown], lte_position=2_401)
    assert list(found) == [*streams, unknown]
    assert found[streams[3]] == store.stream(streams[3])
    assert [len(found[stream]) for stream in streams[1_199:]] == [2, 1, 0, 0]
    assert found[unknown] == []


def test_by_position(store: EventStore) -> None:
    """Both ends count, topics choose, and more than one chunk comes in order."""
    stream = new_stream()
    topics = ("employee.award/1", "employee.leave/1")
    events = [new_event(stream, at, topic=topics[at % 2]) for at in range(1, 2_502)]
    store.append(Command(tuple(events)))
    assert [event.position for event in store.read()] == list(range(1, 2_502))
    assert [event.position for event in store.read(3, 5)] == [3, 4, 5]
    assert [event.position for event in store.read(4, 8, topics=topics[:1])] == [4, 6, 8]
    assert list(store.read(2_502)) == []
    assert {event.topic for event in store.read(topics=topics[1:])} == {topics[1]}


def test_position_at_an_instant(store: EventStore, clock: SteppingClock) -> None:
    """The last event recorded up to then, a whole position; None before the first."""
    start = clock.now
    assert store.position_at(start) is None
    stream = new_stream()
    store.append(command(stream, 1, 2))
    store.append(command(stream, 3))
    microsecond = timedelta(microseconds=1)
    assert store.position_at(start - microsecond) is None
    assert store.position_at(start) == 2
    assert store.position_at(start + clock.step - microsecond) == 2
    assert store.position_at(start + clock.step) == 3
    assert store.position_at(start + timedelta(days=999)) == 3


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_boundaries_of_commands(both_stores: dict[str, EventStore], sizes: list[int]) -> None:
    """Around any position: the last whole one up to it and the first from it on."""
    for store in both_stores.values():
        stream, ends, version = new_stream(), [store.head().position], 0
        for size in sizes:
            store.append(command(stream, *range(version + 1, version + size + 1)))
            version += size
            ends.append(ends[-1] + size)
        for position in range(ends[0], ends[-1] + 1):
            before = max(end for end in ends if end <= position)
            after = min(end for end in ends if end >= position)
            assert store.boundary(position) == (before, after)


def test_boundary_beyond_the_head_is_refused(store: EventStore) -> None:
    """A position that was not reached is named together with the last one; 0 is whole."""
    assert store.boundary(0) == (0, 0)
    store.append(command(new_stream(), 1))
    for position in (-1, 2):
        with pytest.raises(PositionUnknown, match="the last is 1"):
            store.boundary(position)


def test_a_follower_misses_nothing(store: EventStore) -> None:
    """Reading on from the last position, while others write: every event once, in order."""
    appended = Event()
    unwatch = store.watch(appended.set)
    writers = [
        Thread(target=lambda: [store.append(command(new_stream(), 1, 2)) for _ in range(25)])
        for _ in range(6)
    ]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers):
        appended.wait(0.1)
        appended.clear()
        seen += [event.position for event in store.read((seen[-1] if seen else 0) + 1)]
    seen += [event.position for event in store.read((seen[-1] if seen else 0) + 1)]
    unwatch()
    assert seen == list(range(1, 301))


def test_what_is_not_committed_is_not_read(store: EventStore, database_url: str) -> None:
    """A reader beside an open transaction sees the log before it, and all of it afterwards."""
    stream = new_stream()
    seen: list[int] = []

    def look(step: str, done: bool, _connection: object) -> None:
        if (step, done) == ("head", True):
            seen.append(store.head().position)
            seen.append(len(list(store.read())))

    with EventStore.open(database_url, clock=SteppingClock(), hook=look) as writer:
        writer.append(command(stream, 1, 2))
    assert seen == [0, 0]
    assert store.head().position == 2
