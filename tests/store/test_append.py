"""What appending promises, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import EntryTooLarge
from ledger.records import Command, NewEvent
from ledger.storage.store import EventStore
from ledger.storage.store_errors import MalformedCommand, VersionConflict
from tests.clocks import SteppingClock
from tests.store.checker import check_ledger
from tests.store.making import command, new_event, new_stream


def test_positions_are_gap_free_from_one(store: EventStore) -> None:
    """Commands get the positions behind the head, in the order in which they are stored."""
    first, second = new_stream(), new_stream()
    assert store.append(command(first, 1, 2)).positions == range(1, 3)
    assert store.append(command(second, 1)).positions == range(3, 4)
    assert store.append(command(first, 3)).positions == range(4, 5)
    assert store.head().position == 4


def test_bytes_come_back_as_stored(store: EventStore) -> None:
    """Every field of an event comes back as it was given, sealed parts apart from it."""
    stream = new_stream()
    event = NewEvent(
        originator_id=stream,
        originator_version=1,
        topic="employee.qualification/1",
        state='{"field":"Ilmu \\"Hukum\\" é S1"}'.encode(),
        effective_on=date(1999, 12, 31),
        context=b'{"actor":"a1","origin":{"row":7}}',
        sealed=(("identity", b"\x00\x01" * 20), ("restricted", b"\xff" * 40)),
    )
    store.append(Command((event,)))
    (found,) = store.stream(stream)
    assert (found.stream, found.version, found.topic) == (stream, 1, event.topic)
    assert (found.payload, found.context) == (event.state, event.context)
    assert found.effective_on == event.effective_on
    assert replace(found) == found  # made in a faster way than by its own constructor
    assert store.sealed([1, 2]) == {1: event.sealed}


def test_a_command_is_stored_whole_or_not_at_all(store: EventStore, database_url: str) -> None:
    """A command of which one stream conflicts leaves nothing, not in the other streams either."""
    taken, free = new_stream(), new_stream()
    store.append(command(taken, 1))
    both = Command((new_event(free, 1), new_event(taken, 1)))
    with pytest.raises(VersionConflict):
        store.append(both)
    assert store.stream(free) == []
    assert check_ledger(database_url) == 1


def test_wrong_expected_version_conflicts(store: EventStore) -> None:
    """A version that is taken and one that leaves a gap are both refused, naming what was found."""
    stream = new_stream()
    store.append(command(stream, 1, 2))
    for version in (1, 2, 4):
        with pytest.raises(VersionConflict) as refused:
            store.append(command(stream, version))
        assert (refused.value.expected, refused.value.found) == (version - 1, 2)
        assert stream.hex in str(refused.value)
        assert refused.value.code == "version_conflict"


def test_a_stream_begins_at_its_beginning(store: EventStore) -> None:
    """The first event of a stream cannot have a later version."""
    with pytest.raises(VersionConflict):
        store.append(command(new_stream(), 2))


def test_versions_of_a_command_have_no_gap(store: EventStore) -> None:
    """A command with a gap or disorder within a stream is malformed, whatever the ledger holds."""
    stream = new_stream()
    for versions in ((1, 3), (2, 1), (1, 1)):
        with pytest.raises(MalformedCommand):
            store.append(command(stream, *versions))
    assert store.head().position == 0


def test_two_writers_on_one_stream_one_wins(store: EventStore, database_url: str) -> None:
    """Of writers who read the same version exactly one is stored, the others conflict."""
    stream = new_stream()
    outcomes: list[object] = []

    def write() -> None:
        try:
            outcomes.append(store.append(command(stream, 1)))
        except VersionConflict as error:
            outcomes.append(error)

    writers = [Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 7
    assert len(outcomes) == 8
    assert check_ledger(database_url) == 1


def test_recorded_at_is_equal_in_a_command_and_greater_in_the_next(
    store: EventStore, clock: SteppingClock
) -> None:
    """Also when the clock stands still, and when it goes back a little."""
    clock.step = timedelta(0)
    stream = new_stream()
    store.append(command(stream, 1, 2))
    store.append(command(stream, 3))
    clock.now -= timedelta(seconds=9)
    store.append(command(stream, 4))
    instants = [event.recorded_at for event in store.stream(stream)]
    start = instants[0]
    steps = [(instant - start) // timedelta(microseconds=1) for instant in instants]
    assert steps == [0, 0, 1, 2]


def test_a_second_that_ends_within_a_batch(store: EventStore, database_url: str) -> None:
    """Instants one microsecond apart are hashed as they are stored, across the end of a second."""
    begin = datetime(2026, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC)
    with EventStore.open(database_url, clock=lambda: begin) as beside:
        beside.append_many(command(new_stream(), 1) for _ in range(5))
    microseconds = [(event.recorded_at - begin).microseconds for event in store.read()]
    assert microseconds == [0, 1, 2, 3, 4]
    assert check_ledger(database_url) == 5


def test_nothing_to_store_is_no_transaction(store: EventStore) -> None:
    """A command without events and without request leaves nothing behind."""
    outcome = store.append(Command(()))
    assert (outcome.first_position, outcome.count, outcome.repeated) == (None, 0, False)
    assert store.head().position == 0


def test_an_event_beyond_the_entry_limit_is_refused(store: EventStore) -> None:
    """65,535 bytes of canonical entry is the limit; what is refused leaves nothing."""
    with pytest.raises(EntryTooLarge):
        store.append(Command((new_event(new_stream(), payload=b'"' + b"x" * 65_400 + b'"'),)))
    assert store.head().position == 0
    store.append(Command((new_event(new_stream(), payload=b'"' + b"x" * 64_000 + b'"'),)))
    assert store.head().position == 1


@pytest.mark.parametrize(
    "event",
    [
        new_event(new_stream(), topic="line\nbreak"),
        new_event(new_stream(), topic=""),
        new_event(new_stream(), 2**31),
        new_event(new_stream(), -1),
        new_event(new_stream(), payload=b"\xff"),
        new_event(new_stream(), context=b"\xff"),
        new_event(new_stream(), sealed=(("identity", b"1"), ("identity", b"2"))),
    ],
)
def test_what_cannot_be_an_entry_is_malformed(store: EventStore, event: NewEvent) -> None:
    """Topics are printable, context and payload are text, a key class stands once."""
    with pytest.raises(MalformedCommand):
        store.append(Command((event,)))
    assert store.head().position == 0


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(str.encode)


@given(
    st.lists(
        st.tuples(text, text, st.none() | st.dates(), st.integers(0, 2)), min_size=1, max_size=6
    )
)
def test_leaves_are_those_of_the_canonical_entry(
    both_stores: dict[str, EventStore],
    drawn: list[tuple[bytes, bytes, date | None, int]],
) -> None:
    """Whatever the bytes: the entry the store puts together is `canonical.entry_bytes`."""
    stream = new_stream()
    events = tuple(
        new_event(
            stream,
            version,
            payload=payload,
            context=context,
            effective_on=day,
            sealed=tuple((f"class{number}", b"x" * number) for number in range(sealed)),
        )
        for version, (payload, context, day, sealed) in enumerate(drawn, start=1)
    )
    for url, store in both_stores.items():
        before = store.head().position
        store.append(Command(events))
        assert check_ledger(url) == before + len(events)
