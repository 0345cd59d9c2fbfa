"""What the store asks of a database: one interface, and the part both databases share.

Trust: whoever owns the SQLite file or is superuser of the PostgreSQL server can change every byte
here; the proofs (leaves, tree, checkpoints) are what shows it. What this layer keeps out is
accident, the application's own mistakes and, where the login has a role of its own, SQL slipped
into the application.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, MetaData, Transaction, insert, select
from sqlalchemy.exc import DBAPIError

from ledger.errors import LedgerError, invariant
from ledger.records import Head, NewEvent, Request
from ledger.storage.store_errors import (
    ChangeRefused,
    DiskFull,
    LedgerDamaged,
    LedgerLocked,
    LedgerReadOnly,
    NotALedger,
    StoreError,
    StoreUnavailable,
)
from ledger.storage.tables import (
    APPLICATION,
    FORMAT,
    LOG,
    PROOF_TABLES,
    heads,
    ledger_format,
    metadata,
)

# The execution option that tells what a transaction is for; without it, it may write anything.
PURPOSE = "ledger_purpose"
READ = "read"
SNAPSHOT = "snapshot"
APPEND = "append"


class ConnectionLost(Exception):
    """The connection broke; whether a commit that was under way took effect is not known."""


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A row of `requests`."""

    digest: bytes
    first_position: int | None
    count: int


class Rows(NamedTuple):
    """What one transaction writes.

    Attributes:
        events: rows as `Backend.event_row` made them.
        sealed: (position, key class, ciphertext).
        requests: (actor, key, digest, first position, count).
    """

    events: list[Any]
    sealed: list[tuple[int, str, bytes]]
    requests: list[tuple[str, bytes, bytes, int | None, int]]


class Backend(ABC):
    """One database with one ledger in it.

    Attributes:
        name: "sqlite" or "postgresql".
        engine: connections on which the ledger's tables are found without a schema.
        place: what messages call it: the file, or server and schema; never a password.
        rights: "role" where the login may not change what was recorded; "triggers only" where it
            could remove the triggers that refuse it.
    """

    name: str
    engine: Engine
    place: str
    rights: str = "triggers only"

    # -- connections ----------------------------------------------------------------------------

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection whose driver errors leave as `StoreError` or `ConnectionLost`.

        A connection on which anything but a refusal of ours was raised is not used again.
        """
        try:
            connection = self.engine.connect()
        except Exception as error:
            translated = self.translate(error)
            if translated is None:
                raise
            if isinstance(translated, ConnectionLost):
                raise self.unreachable() from error
            raise translated from error
        try:
            yield connection
        except BaseException as error:
            if not isinstance(error, LedgerError):
                connection.invalidate()
            translated = self.translate(error)
            if isinstance(translated, ConnectionLost):
                self.engine.dispose()  # what is left in the pool is as old as the one that broke
            if translated is None or translated is error:
                raise
            raise translated from error
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads; what it sees does not change on SQLite, each statement on
        PostgreSQL.

        Raises:
            StoreUnavailable: when the connection broke.
        """
        try:
            with (
                self.connect() as connection,
                self.transaction(connection.execution_options(**{PURPOSE: READ})),
            ):
                yield connection
        except ConnectionLost as error:
            raise self.unreachable() from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction for reading that sees one state of everything, while others append.

        Raises:
            StoreUnavailable: when the connection broke.
        """
        try:
            with (
                self.connect() as connection,
                self.transaction(connection.execution_options(**{PURPOSE: SNAPSHOT})),
            ):
                yield connection
        except ConnectionLost as error:
            raise self.unreachable() from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, committed at its end, for tables derived from the log.

        Raises:
            StoreUnavailable: when the connection broke; derived tables are then checked by their
            reader.
        """
        try:
            with self.connect() as connection, self.transaction(connection):
                yield connection
        except ConnectionLost as error:
            raise self.unreachable() from error

    @contextmanager
    def transaction(self, connection: Connection) -> Iterator[Transaction]:
        """A transaction that may write; committed at the end of the block, unless rolled back."""
        with connection.begin() as transaction:
            try:
                yield transaction
            except LedgerError:
                raise
            except BaseException:
                # Closing it undoes the transaction, in whatever state the connection is; asking it
                # to roll back could fail, and hide why.
                connection.invalidate()
                raise

    def appending(self, connection: Connection) -> AbstractContextManager[Transaction]:
        """The same for an append, whose first act is `lock_head`."""
        return self.transaction(connection.execution_options(**{PURPOSE: APPEND}))

    # -- founding -------------------------------------------------------------------------------

    @abstractmethod
    def prepare_place(self) -> None:
        """Make the file or schema, so that a connection finds it.

        Raises:
            StoreError: when that is not possible.
        """

    @abstractmethod
    def check_place(self) -> None:
        """Look at the place before the database does.

        Raises:
            LedgerNotFounded: there is nothing.
            NotALedger: it is no database.
        """

    @abstractmethod
    def settle(self) -> None:
        """After founding and checking: what could not be done inside the transaction."""

    @abstractmethod
    def table_names(self, connection: Connection) -> frozenset[str]:
        """The tables at this place, of whatever program."""

    @abstractmethod
    def guard(self, connection: Connection) -> None:
        """Let the database itself refuse to change or remove what was recorded."""

    @abstractmethod
    def guard_proofs(self, connection: Connection) -> None:
        """The same for what was signed, with the rights to add to it."""

    @abstractmethod
    def guard_with(
        self, connection: Connection, guards: Sequence[str], grants: Sequence[str]
    ) -> None:
        """Triggers of other tables, and what the application's role may do with them."""

    @abstractmethod
    def own_what_is_made(self, connection: Connection) -> None:
        """Let the login own what this transaction makes, and not the application's role."""

    def add_proof_tables(self, connection: Connection) -> None:
        """Make the tables of tiles, checkpoints and what is signed under them."""
        metadata.create_all(connection, tables=PROOF_TABLES)
        self.guard_proofs(connection)

    def found(self, connection: Connection) -> None:
        """Make the tables and the first head."""
        metadata.create_all(connection)
        connection.execute(insert(ledger_format).values(application=APPLICATION, format=FORMAT))
        connection.execute(
            insert(heads).values(name=LOG, position=0, recorded_at=None, frontier=b"")
        )
        self.guard(connection)
        self.guard_proofs(connection)

    def format_number(self, connection: Connection) -> int | None:
        """The format the ledger here was written in; None when the table says nothing of us."""
        return connection.execute(
            select(ledger_format.c.format).where(ledger_format.c.application == APPLICATION)
        ).scalar()

    def ensure_tables(self, derived: MetaData) -> None:
        """Make tables derived from the log, which may be changed and dropped at will."""
        names = set(derived.tables) & set(metadata.tables)
        invariant(not names, f"a derived table has a ledger's name: {sorted(names)}")
        with self.writing() as connection:
            self.make_tables(connection, derived)

    @abstractmethod
    def make_tables(self, connection: Connection, derived: MetaData) -> None:
        """Make the missing ones, and let the application change their rows."""

    # -- appending ------------------------------------------------------------------------------

    @abstractmethod
    def lock_head(self, connection: Connection) -> Head:
        """Take the writer lock, and only then read the head."""

    @abstractmethod
    def check(
        self, connection: Connection, streams: Sequence[UUID]
    ) -> tuple[dict[UUID, int], datetime | None]:
        """The last version of each stream that has one, and the server's clock where it has one."""

    @abstractmethod
    def known_requests(
        self, connection: Connection, asked: Sequence[Request]
    ) -> dict[tuple[str, bytes], KnownRequest]:
        """The requests that were answered before, by actor and key."""

    @abstractmethod
    def stamp(self, recorded_at: datetime, text: str) -> Any:
        """recorded_at as `event_row` takes it, from the instant in UTC or from its canonical text;
        made once for all rows of a command.
        """

    @abstractmethod
    def event_row(
        self,
        position: int,
        event: NewEvent,
        stamp: Any,
        *,
        salt: bytes,
        digest: bytes | None,
        leaf: bytes,
    ) -> Any:
        """One row of `events`, ready for `insert_events`."""

    @abstractmethod
    def insert_events(self, connection: Connection, rows: Rows) -> None:
        """Insert the rows of `events`."""

    @abstractmethod
    def insert_sealed(self, connection: Connection, rows: Rows) -> None:
        """Insert the rows of `sealed`."""

    @abstractmethod
    def insert_requests(self, connection: Connection, rows: Rows) -> None:
        """Insert the rows of `requests`."""

    @abstractmethod
    def move_head(self, connection: Connection, before: Head, after: Head) -> None:
        """Write the new head over the one that `lock_head` read."""

    @abstractmethod
    def delete_sealed(self, connection: Connection, stream: UUID, erasure: int) -> int:
        """Delete the sealed rows of a stream by the event at `erasure`; how many there were."""

    # -- errors ---------------------------------------------------------------------------------

    @abstractmethod
    def classify(self, error: BaseException) -> str | None:
        """One word for what a driver error means (see `_MEANINGS`); None if it is none."""

    def translate(self, error: BaseException) -> Exception | None:
        """The error to raise instead; the same one if it is ours, None if it is not known."""
        if isinstance(error, (StoreError, ConnectionLost)):
            return error
        if isinstance(error, DBAPIError):
            invariant(error.orig is not None, "a driver error without its origin")
            kind = self.classify(error.orig) if error.orig is not None else None
        else:
            kind = self.classify(error)
        if kind is None:
            return None
        if kind == "lost":
            return ConnectionLost(self.place)
        known, message, next_step = _MEANINGS[kind]
        return known(f"The ledger at {self.place} {message}", next_step=next_step)

    def unreachable(self) -> StoreUnavailable:
        """The error for a database that does not answer."""
        return StoreUnavailable(
            f"The ledger at {self.place} cannot be reached; nothing of this was stored.",
            next_step="See that the database server or disk is there and try again.",
        )


_MEANINGS: dict[str, tuple[type[StoreError], str, str]] = {
    "locked": (
        LedgerLocked,
        "is held by another program, so nothing was stored.",
        "Wait until the other program has finished, or end it, and try again.",
    ),
    "full": (
        DiskFull,
        "has no room left on its disk, so nothing of this was stored.",
        "Make room and repeat the command; what was stored before is whole.",
    ),
    "read only": (
        LedgerReadOnly,
        "may only be read, so nothing was stored.",
        "Give this account the right to write to the file and its folder, or use another ledger.",
    ),
    "not a database": (
        NotALedger,
        "is not a database.",
        "Name the file that `init` made.",
    ),
    "damaged": (
        LedgerDamaged,
        "is damaged: the database cannot read its own pages.",
        "Keep the file as it is, restore the last backup elsewhere and compare the two.",
    ),
    "unreachable": (
        StoreUnavailable,
        "cannot be opened.",
        "Check the address, the login and that file, folder or server exist.",
    ),
    "refused": (
        ChangeRefused,
        "refuses this: what was recorded is never changed, removed or replaced.",
        "Record a correction, an annulment or an end instead.",
    ),
    "forbidden": (
        ChangeRefused,
        "refuses this: the database login has no right to it.",
        "Use the login that owns the ledger, or ask its administrator.",
    ),
    "other": (
        StoreError,
        "refused to store or answer this.",
        "Report it together with the log of the program.",
    ),
}
