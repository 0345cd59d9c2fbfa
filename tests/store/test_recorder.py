"""The store as the library's recorder: what its own cases do not say."""

from __future__ import annotations

from threading import Thread
from uuid import UUID

import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import (
    DatabaseError,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    RecordConflictError,
    StoredEvent,
)

from ledger.errors import LedgerError
from ledger.recorder import LedgerRecorder
from ledger.records import Command, RecordedEvent
from ledger.storage.store import EventStore
from ledger.storage.store_errors import (
    ChangeRefused,
    DiskFull,
    LedgerDamaged,
    MalformedCommand,
    OutcomeUnknown,
    RequestReused,
    VersionConflict,
)
from tests.clocks import SteppingClock
from tests.store.checker import check_ledger
from tests.store.making import command, new_event, new_stream, request


def test_a_bare_event_has_an_empty_context_and_no_day(store: EventStore, database_url: str) -> None:
    """What the library stores without our fields is a whole row of ours."""
    recorder = LedgerRecorder(store)
    stream = new_stream()
    assert recorder.insert_events([StoredEvent(stream, 1, "topic", b"{}")]) == [1]
    (found,) = recorder.select_events(stream)
    assert isinstance(found, RecordedEvent)
    assert (found.context, found.effective_on, found.sealed_digest) == (b"", None, None)
    assert recorder.select_notifications(None, 10) == [found]
    assert check_ledger(database_url) == 1


def test_selecting_versions(store: EventStore) -> None:
    """Between two versions, backwards, limited: as the library's repository asks."""
    recorder = LedgerRecorder(store)
    stream = new_stream()
    recorder.insert_events([new_event(stream, version) for version in range(1, 7)])
    found = recorder.select_events(stream, gt=1, lte=5, desc=True, limit=3)
    assert [event.version for event in found] == [5, 4, 3]
    assert [event.version for event in recorder.select_events(str(stream), lte=2)] == [1, 2]
    with pytest.raises(ProgrammingError):
        recorder.select_events("no stream")


def test_a_request_goes_with_the_events(store: EventStore) -> None:
    """`request=` makes a repeated save give the positions of the first."""
    recorder = LedgerRecorder(store)
    stream = new_stream()
    events = [new_event(stream, 1), new_event(stream, 2)]
    assert recorder.insert_events(events, request=request()) == [1, 2]
    assert recorder.insert_events(events, request=request()) == [1, 2]
    with pytest.raises(IntegrityError):
        recorder.insert_events(events, request=request(digest=2))
    assert recorder.max_notification_id() == 2


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (VersionConflict(UUID(int=1), 1, 2), IntegrityError),
        (VersionConflict(UUID(int=1), 1, 2), RecordConflictError),
        (RequestReused(1), IntegrityError),
        (MalformedCommand("m"), DataError),
        (DiskFull("m"), OperationalError),
        (OutcomeUnknown("m"), OperationalError),
        (ChangeRefused("m"), ProgrammingError),
        (LedgerDamaged("m"), DatabaseError),
    ],
)
def test_our_errors_are_theirs(
    store: EventStore, monkeypatch: pytest.MonkeyPatch, ours: LedgerError, theirs: type[Exception]
) -> None:
    """Each refusal comes out as the library's class for it, with ours as its cause."""

    def refuse(_command: Command) -> None:
        raise ours

    monkeypatch.setattr(store, "append", refuse)
    with pytest.raises(theirs) as raised:
        LedgerRecorder(store).insert_events([new_event(new_stream(), 1)])
    assert raised.value.__cause__ is ours


def test_a_subscriber_hears_of_other_processes(store: EventStore, database_url: str) -> None:
    """What another store of the same ledger appends is given, without anybody telling."""
    with (
        LedgerRecorder(store).subscribe(gt=0) as subscription,
        EventStore.open(database_url, clock=SteppingClock()) as elsewhere,
    ):
        appending = Thread(target=lambda: elsewhere.append(command(new_stream(), 1, 2)))
        appending.start()
        assert [next(subscription).id, next(subscription).id] == [1, 2]
        appending.join()
    assert store._listeners == []


def test_a_subscriber_is_told_of_what_breaks(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the reading thread ends the subscription and is raised where it is iterated."""

    def broken(*_: object, **__: object) -> None:
        raise LedgerDamaged("broken")

    with LedgerRecorder(store).subscribe() as subscription:
        monkeypatch.setattr(store.reader, "chunk", broken)
        store.append(command(new_stream(), 1))
        with pytest.raises(DatabaseError, match="broken"):
            list(subscription)


def test_a_listener_is_called_after_each_append(store: EventStore) -> None:
    """In the thread that appended, once it is on disk, until the watch ends."""
    heads: list[int] = []
    unwatch = store.watch(lambda: heads.append(store.head().position))
    store.append(command(new_stream(), 1))
    store.append_many([command(new_stream(), 1, 2)])
    unwatch()
    store.append(command(new_stream(), 1))
    assert heads == [1, 3]


def test_the_librarys_application_runs_on_it(store: EventStore) -> None:
    """The class that the application layer builds on accepts the recorder as its own."""
    application = Application[UUID]()
    application.recorder = LedgerRecorder(store)
    application.recorder.insert_events([StoredEvent(new_stream(), 1, "topic", b"{}")])
    assert application.recorder.max_notification_id() == 1
