"""The event store: one append-only log of one agency, on SQLite or PostgreSQL.

Positions are gap-free from 1; recorded_at is equal within a command and strictly greater in the
next; a leaf commits to each event; all of it is set under the head's lock, in the transaction that
appends. What was stored is never reported as failed, and what was not stored never as stored.

A store may be shared by the threads of a process; processes share a ledger through its database.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy import Connection, Engine, MetaData, make_url, select
from sqlalchemy.exc import ArgumentError

from ledger.records import Command, Head, Outcome, RecordedEvent, Request
from ledger.storage import conditions
from ledger.storage.append import Appender, Clock, Randomness, Result, StepHook
from ledger.storage.backend import Backend
from ledger.storage.bulk import BulkAppend
from ledger.storage.checking import check_command
from ledger.storage.founding import check_ledger, found_ledger
from ledger.storage.group_commit import GroupCommit
from ledger.storage.guards import ERASURE_TOPICS
from ledger.storage.placing import NOTHING
from ledger.storage.postgres_backend import PostgresBackend
from ledger.storage.reading import Reader
from ledger.storage.sqlite_backend import SqliteBackend
from ledger.storage.store_errors import BadLedgerUrl, ErasureNotRecorded
from ledger.storage.tables import events

WAIT_MILLISECONDS = 10_000


def system_clock() -> datetime:
    """The machine's clock; PostgreSQL uses its own unless the store is given one."""
    return datetime.now(UTC)


class EventStore:
    """One ledger. Use `create` or `open`; it is a context manager that closes it.

    Attributes:
        backend: the database behind it.
        engine: its connections; a transaction on one may write, and on SQLite waits for other
            writers. `reading` and `writing` give connections with our errors.
        dialect: "sqlite" or "postgresql".
        reader: every way to read the log.
        whole: whether every position is here; only a bundle of some streams lacks any.
    """

    whole = True

    def __init__(
        self,
        backend: Backend,
        *,
        clock: Clock | None,
        randomness: Randomness,
        hook: StepHook | None,
    ) -> None:
        self.backend = backend
        self.engine: Engine = backend.engine
        self.dialect = backend.name
        self.reader = Reader(backend)
        if clock is None and backend.name == "sqlite":
            clock = system_clock
        self._writer = Lock()
        self._appender = Appender(backend, clock=clock, randomness=randomness, hook=hook)
        self._group = GroupCommit(self._appender, self._writer, backend.place)
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def create(
        cls,
        url: str,
        *,
        clock: Clock | None = None,
        randomness: Randomness = os.urandom,
        hook: StepHook | None = None,
        wait_milliseconds: int = WAIT_MILLISECONDS,
    ) -> Self:
        """Found a ledger: tables, what refuses changes, and on PostgreSQL schema and role.

        Args:
            url: `sqlite:///FILE` or `postgresql+psycopg://…?schema=NAME`.
            clock: gives an aware instant, read under the lock; None means the server's clock on
                PostgreSQL and the machine's on SQLite.
            randomness: gives n random bytes, for salts.
            hook: is told of each step of each transaction, before and after it (`append.STEPS`);
                what it raises stops the transaction. Tests inject faults here.
            wait_milliseconds: how long to wait for another writer.

        Raises:
            LedgerExists, NotALedger, BadLedgerUrl, StoreError: see there; nothing was changed.
        """
        backend = backend_of(url, wait_milliseconds=wait_milliseconds)
        store = cls(backend, clock=clock, randomness=randomness, hook=hook)
        try:
            found_ledger(backend)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Clock | None = None,
        randomness: Randomness = os.urandom,
        hook: StepHook | None = None,
        wait_milliseconds: int = WAIT_MILLISECONDS,
    ) -> Self:
        """Open a founded ledger; arguments as for `create`. `?mode=ro` opens an SQLite file to
        read.

        Raises:
            LedgerNotFounded, NotALedger, FormatTooNew, LedgerDamaged, BadLedgerUrl, StoreError.
        """
        backend = backend_of(url, wait_milliseconds=wait_milliseconds)
        store = cls(backend, clock=clock, randomness=randomness, hook=hook)
        try:
            check_ledger(backend)
            store.reader.check_end()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Give the connections back; a closed store opens them again when it is used."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def rights(self) -> str:
        """What keeps the application from changing what was recorded.

        "role": the database gives it no right to; "triggers only": its login could remove the
        triggers that refuse it, as always on SQLite.
        """
        return self.backend.rights

    # -- appending ------------------------------------------------------------------------------

    def append(self, command: Command) -> Outcome:
        """Store a command, together with those of other threads; on disk when this returns. What
        `conditions` lay around it holds for it.

        Raises:
            VersionStale: it was not decided on the version that it names.
            VersionConflict: somebody appended to the stream since it was read.
            RequestReused: the request key was used for another command.
            ClockBehind: the clock stands more than ten seconds behind the last record.
            MalformedCommand, EntryTooLarge: no ledger could accept it.
            StoreUnavailable: not stored, the database cannot be reached.
            OutcomeUnknown: the connection broke while committing and nobody can be asked.
            StoreError: LedgerLocked, DiskFull and the rest; not stored.
        """
        if not command.events and command.request is None:
            return NOTHING
        check_command(command)
        held = conditions.current() if command.events else None
        if held is not None:
            command = held.checked(command)
        outcome = self._group.submit(command)
        if held is not None:
            held.outcome = outcome
        self._tell_listeners()
        return outcome

    def append_many(self, commands: Iterable[Command]) -> list[Result]:
        """Store many commands in order, each whole, with its own recorded_at and its own result.

        The lock is held a quarter of a second at a time at most. A command that is refused comes
        back as its error, and the others are stored. `commands` is read as it is needed.

        Raises:
            StoreError: the ledger as a whole could not go on; `error.outcomes` holds the results so
            far.
                Repeating the whole run with request keys adds only what is missing.
        """
        bulk = BulkAppend(self._appender, self._writer)
        try:
            return bulk.run(commands)
        finally:
            self._tell_listeners()

    def delete_sealed(self, stream: UUID) -> int:
        """Delete the sealed parts of a stream, the one permitted deletion; how many there were.

        The event `employee.erased/…` of the stream must stand in the log before. Repeating it is
        safe.

        Raises:
            ErasureNotRecorded: there is no such event.
        """
        order = (
            select(events.c.position)
            .where(events.c.stream == stream, events.c.topic.like(ERASURE_TOPICS))
            .order_by(events.c.version.desc())
            .limit(1)
        )
        with self.writing() as connection:
            erasure = connection.execute(order).scalar()
            if erasure is None:
                raise ErasureNotRecorded(
                    f"The sealed parts of stream {stream.hex} may not be deleted: no erasure "
                    "of it was recorded.",
                    next_step="Record the erasure with its legal ground first.",
                    stream=stream.hex,
                )
            return self.backend.delete_sealed(connection, stream, erasure)

    # -- reading --------------------------------------------------------------------------------

    def head(self) -> Head:
        """Where the log ends now."""
        return self.reader.head()

    def position_at(self, instant: datetime) -> int | None:
        """The last position recorded up to an instant, a whole one; None before the first."""
        return self.reader.position_at(instant)

    def boundary(self, position: int) -> tuple[int, int]:
        """The last whole position up to one, and the first from it on (see `Reader.boundary`).

        Raises:
            PositionUnknown: negative, or beyond the head.
        """
        return self.reader.boundary(position)

    def stream(
        self, stream: UUID, *, gt: int | None = None, lte_position: int | None = None
    ) -> list[RecordedEvent]:
        """The events of one stream by version, after version `gt`, as known at `lte_position`."""
        return self.reader.stream(stream, gt=gt, lte_position=lte_position)

    def streams(
        self, ids: Sequence[UUID], *, lte_position: int | None = None
    ) -> dict[UUID, list[RecordedEvent]]:
        """The events of many streams; a stream without events has an empty list."""
        return self.reader.streams(ids, lte_position=lte_position)

    def founded(self, topic: str, *, lte_position: int | None = None) -> list[UUID]:
        """The streams whose first event has a topic, in order of founding."""
        return self.reader.founded(topic, lte_position=lte_position)

    def read(
        self, start: int = 1, stop: int | None = None, *, topics: Sequence[str] = ()
    ) -> Iterator[RecordedEvent]:
        """Events by position, both ends inclusive, in constant memory."""
        return self.reader.read(start, stop, topics=topics)

    def positions(self, *, gt: int, other_than: str) -> list[int]:
        """The positions after one whose topic does not begin with an owner's word, ascending."""
        return self.reader.positions(gt=gt, other_than=other_than)

    def last_of(self, stream: UUID, *, lte_position: int) -> int | None:
        """The position of a stream's last event up to a position; None if it has none yet."""
        return self.reader.last_of(stream, lte_position=lte_position)

    def version_of(self, stream: UUID) -> int:
        """The version of a stream's last event, 0 where it has none."""
        return self.reader.version_of(stream)

    def sealed(self, positions: Sequence[int]) -> dict[int, tuple[tuple[str, bytes], ...]]:
        """The sealed parts of events by position; those without, or erased, are left out."""
        return self.reader.sealed(positions)

    def outcome_of(self, request: Request) -> Outcome | None:
        """Was it stored? None if not.

        Raises:
            RequestReused: the key was used for another command.
        """
        return self.reader.outcome_of(request)

    # -- derived tables and followers -----------------------------------------------------------

    def ensure_tables(self, derived: MetaData) -> None:
        """Make the missing ones of tables derived from the log, which may be changed and dropped.

        On PostgreSQL the tables belong to the login, and the application's role may change their
        rows.
        """
        self.backend.ensure_tables(derived)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction for reading derived tables."""
        return self.backend.reading()

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction for changing derived tables, committed at its end."""
        return self.backend.writing()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each append of this process, in the thread that appended.

        What other processes append is not told: followers read by position from time to time.

        Returns:
            A function that ends the watch.
        """
        self._listeners.append(listener)

        def unwatch() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unwatch

    def _tell_listeners(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def backend_of(url: str, *, wait_milliseconds: int) -> Backend:
    """The database that a URL names.

    Raises:
        BadLedgerUrl: it names none that a ledger can be in.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    match None if parsed is None else parsed.get_backend_name():
        case "sqlite" if parsed is not None:
            return SqliteBackend(parsed, wait_milliseconds=wait_milliseconds)
        case "postgresql" if parsed is not None:
            return PostgresBackend(parsed, wait_milliseconds=wait_milliseconds)
    raise BadLedgerUrl(
        "The address of the ledger is not understood.",
        next_step="Write it as in sqlite:///var/ledger.sqlite3 or "
        "postgresql+psycopg://user@host/database?schema=kaltara.",
    )
