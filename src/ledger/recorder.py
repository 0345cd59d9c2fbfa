"""The store as a recorder of the `eventsourcing` library.

One call of `insert_events` is one command: stored whole, without others in between. Here errors are
the library's (`eventsourcing.persistence`), because its application and repository expect those;
the cause of each is the `LedgerError` that the store raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    DatabaseError,
    DataError,
    IntegrityError,
    ListenNotifySubscription,
    OperationalError,
    PersistenceError,
    ProgrammingError,
    StoredEvent,
    Subscription,
)

from ledger.canonical import EntryTooLarge
from ledger.errors import LedgerError
from ledger.records import Command, NewEvent, RecordedEvent
from ledger.storage.store import EventStore
from ledger.storage.store_errors import (
    BadLedgerUrl,
    ChangeRefused,
    ClockBehind,
    DiskFull,
    LedgerLocked,
    LedgerReadOnly,
    MalformedCommand,
    OutcomeUnknown,
    RequestReused,
    StoreUnavailable,
    VersionConflict,
)

POLL_SECONDS = 1  # how late a subscriber hears of what another process appended

_THEIRS: tuple[tuple[tuple[type[LedgerError], ...], type[PersistenceError]], ...] = (
    ((VersionConflict, RequestReused), IntegrityError),
    ((EntryTooLarge, MalformedCommand), DataError),
    (
        (
            ClockBehind,
            DiskFull,
            LedgerLocked,
            LedgerReadOnly,
            OutcomeUnknown,
            StoreUnavailable,
        ),
        OperationalError,
    ),
    ((BadLedgerUrl, ChangeRefused), ProgrammingError),
)


class LedgerRecorder(ApplicationRecorder):
    """Reads and writes the events of one store."""

    def __init__(self, store: EventStore) -> None:
        self.store = store

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Store events as one command; their positions, or None when there were none.

        A bare `StoredEvent` gets an empty context and no effective_on. `request=` makes the command
        recognisable; repeated, it gives the positions of the first time.

        Raises:
            IntegrityError: a version or request key is taken.
            PersistenceError: see `_THEIRS`.
        """
        with _their_errors():
            events = tuple(map(_new_event, stored_events))
            outcome = self.store.append(Command(events, kwargs.get("request")))
        return list(outcome.positions) or None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[RecordedEvent]:
        """The events of one stream by version, after `gt`, up to `lte`."""
        with _their_errors():
            return self.store.reader.versions(
                _stream(originator_id), gt=gt, lte=lte, desc=desc, limit=limit
            )

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[RecordedEvent]:
        """The events of the log by position, at most `limit`."""
        first = 1 if start is None else start if inclusive_of_start else start + 1
        with _their_errors():
            return self.store.reader.chunk(first, stop, topics=topics, limit=limit)

    def max_notification_id(self) -> int | None:
        """The position of the last event, or None."""
        with _their_errors():
            return self.store.head().position or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Events after position `gt` as they are appended; a second late from other processes."""
        return _Followed(self, gt=gt, topics=topics)


class _Followed(ListenNotifySubscription[LedgerRecorder]):
    """Told of appends of this process, and asking once a second for those of others."""

    _unwatch: Callable[[], None] = staticmethod(lambda: None)

    def __init__(
        self, recorder: LedgerRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        # The thread of the line above already reads; what is appended before this line it finds
        # when it asks the next time.
        self._unwatch = recorder.store.watch(self._has_been_notified.set)

    def stop(self) -> None:
        """End it and its watch; who waits for an event waits no longer."""
        self._unwatch()
        super().stop()

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 - raised where it is iterated  # handed to the thread that iterates
            self._thread_error = self._thread_error or error
            self.stop()


@contextmanager
def _their_errors() -> Iterator[None]:
    """Ours inside, theirs outside."""
    try:
        yield
    except LedgerError as error:
        for ours, theirs in _THEIRS:
            if isinstance(error, ours):
                raise theirs(str(error)) from error
        raise DatabaseError(str(error)) from error


def _stream(originator_id: UUID | str) -> UUID:
    try:
        return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
    except ValueError as error:
        raise ProgrammingError("a stream is a UUID") from error


def _new_event(stored: StoredEvent) -> NewEvent:
    if isinstance(stored, NewEvent):
        return stored
    return NewEvent(
        originator_id=_stream(stored.originator_id),
        originator_version=stored.originator_version,
        topic=stored.topic,
        state=stored.state,
    )
