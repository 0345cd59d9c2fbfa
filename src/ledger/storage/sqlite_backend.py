"""One ledger in one SQLite file: WAL, every commit on disk before it is acknowledged.

A crash at any line leaves the last committed transaction: whoever opens the file next replays the
write-ahead log. Readers never wait for the writer. There is one writer at a time; BEGIN IMMEDIATE
is the lock on the head.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import URL, Connection, MetaData, create_engine, event, insert, select

from ledger.canonical import instant_text
from ledger.errors import invariant
from ledger.records import Head, NewEvent, Request
from ledger.storage.backend import PURPOSE, READ, SNAPSHOT, Backend, KnownRequest, Rows
from ledger.storage.guards import SQLITE_GUARDS, SQLITE_PROOF_GUARDS
from ledger.storage.store_errors import (
    BadLedgerUrl,
    LedgerReadOnly,
    NotALedger,
    StoreUnavailable,
    not_founded,
)
from ledger.storage.tables import APPLICATION_ID, FORMAT, LOG, erasures, heads

_MOVE_HEAD = (
    "UPDATE heads SET position = ?, recorded_at = ?, frontier = ? WHERE name = ? AND position = ?"
)

# Primary result codes (https://www.sqlite.org/rescode.html) and what they mean to us.
_MEANING = {
    5: "locked",
    6: "locked",
    8: "read only",
    10: "lost",  # an input/output error: like a broken connection, it may have come after the fact
    11: "damaged",
    13: "full",
    14: "unreachable",
    26: "not a database",
}
_REFUSED_BY_TRIGGER = 1811


class SqliteBackend(Backend):
    """See `Backend`. `?mode=ro` in the URL opens the file for reading only."""

    name = "sqlite"

    def __init__(self, url: URL, *, wait_milliseconds: int) -> None:
        if not url.database or url.database == ":memory:":
            raise BadLedgerUrl(
                "A ledger cannot live in memory: it would be gone with the program.",
                next_step="Name a file, as in sqlite:///var/ledger.sqlite3.",
            )
        query = dict(url.query)
        mode = query.pop("mode", "rw")
        if query or mode not in {"ro", "rw"}:
            raise BadLedgerUrl(
                "The address of an SQLite ledger takes nothing but mode=ro or mode=rw.",
                next_step="Write it as in sqlite:///var/ledger.sqlite3?mode=ro.",
            )
        self.path = Path(url.database).absolute()
        self.place = str(self.path)
        self._mode = mode
        self._wait_milliseconds = wait_milliseconds
        self.engine = create_engine(
            URL.create("sqlite", database=self.place),
            creator=self._open,
            pool_size=8,
            max_overflow=56,
            hide_parameters=True,  # messages never hold what was recorded
        )
        event.listen(self.engine, "begin", self._begin)

    def _open(self) -> sqlite3.Connection:
        # Never mode=rwc: a ledger that somebody moved away must not come back as an empty one.
        connection = sqlite3.connect(
            f"file:{quote(self.place)}?mode={self._mode}",
            uri=True,
            timeout=self._wait_milliseconds / 1000,
            isolation_level=None,  # we say BEGIN ourselves
            check_same_thread=False,  # the pool hands a connection to one thread at a time
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA recursive_triggers = ON")
        # 4 MiB of pages for each of up to eight connections that stay open in a process; the system
        # holds the file's pages too, and 64 MiB each made a server of half a gigabyte.
        connection.execute("PRAGMA cache_size = -4096")
        return connection

    def _begin(self, connection: Connection) -> None:
        """A writer waits here for the one before him; begun otherwise he could be refused later."""
        purpose = connection.get_execution_options().get(PURPOSE)
        reads = purpose in (READ, SNAPSHOT) or self._mode == "ro"
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    # -- founding -------------------------------------------------------------------------------

    def prepare_place(self) -> None:
        """Make the file, readable by its owner only, unless it is there."""
        if self._mode == "ro":
            raise LedgerReadOnly(
                f"No ledger can be founded at {self.place}: the address says mode=ro.",
                next_step="Leave mode=ro out of the address.",
            )
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StoreUnavailable(
                f"The file {self.place} cannot be made or written: {error.strerror}.",
                next_step="Make its folder, or name a file in a folder where you may write.",
            ) from error
        self.check_place()

    def check_place(self) -> None:
        """Refuse a file that is no SQLite file, before SQLite may change it.

        Asked is SQLite and not the file: a process that opens and closes the file by itself loses
        the locks of all its connections to it, and whoever comes then takes the log of what was
        written (WAL) away under them.
        """
        if not self.path.exists():
            raise not_founded(self.place)
        try:
            with closing(
                sqlite3.connect(f"file:{quote(self.place)}?mode=ro&immutable=1", uri=True)
            ) as connection:
                connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(
                f"The file {self.place} cannot be read: {error}.",
                next_step="Check the address and the rights to the file.",
            ) from error
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
                return  # a database, and damaged: whoever opens it for good says how
            raise NotALedger(
                f"The file {self.place} is not a database.",
                next_step="Name the file that `init` made, or another one that does not exist yet.",
            ) from error

    def settle(self) -> None:
        """Write-ahead logging: kept in the file, and set outside of a transaction, as SQLite wants
        it.
        """
        if self._mode == "rw":
            with self.connect() as connection:
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA journal_mode = WAL")

    def table_names(self, connection: Connection) -> frozenset[str]:
        """The tables in the file; a file marked by another program has tables of its own."""
        found = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return frozenset(found.scalars())

    def guard(self, connection: Connection) -> None:
        """Triggers, and the mark in the file's header that tells other programs whose it is."""
        for statement in SQLITE_GUARDS:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")

    def guard_proofs(self, connection: Connection) -> None:
        """Triggers."""
        for statement in SQLITE_PROOF_GUARDS:
            connection.exec_driver_sql(statement)

    def guard_with(
        self, connection: Connection, guards: Sequence[str], grants: Sequence[str]
    ) -> None:
        """Triggers; SQLite knows no rights."""
        del grants
        for statement in guards:
            connection.exec_driver_sql(statement)

    def own_what_is_made(self, connection: Connection) -> None:
        """Nothing to do: SQLite knows no owners."""

    def make_tables(self, connection: Connection, derived: MetaData) -> None:
        """Nothing else to do: SQLite knows no rights."""
        derived.create_all(connection)

    # -- appending ------------------------------------------------------------------------------

    def lock_head(self, connection: Connection) -> Head:
        """Read the head; BEGIN IMMEDIATE took the lock before."""
        row = connection.execute(
            select(heads.c.position, heads.c.recorded_at, heads.c.frontier).where(
                heads.c.name == LOG
            )
        ).one()
        return Head(*row)

    def check(
        self, connection: Connection, streams: Sequence[UUID]
    ) -> tuple[dict[UUID, int], datetime | None]:
        """One look at the index for each stream: in-process there is no round trip to save."""
        cursor = _cursor(connection)
        found: dict[UUID, int] = {}
        for stream in streams:
            cursor.execute("SELECT max(version) FROM events WHERE stream = ?", (stream.hex,))
            version = cursor.fetchone()[0]
            if version is not None:
                found[stream] = version
        return found, None

    def known_requests(
        self, connection: Connection, asked: Sequence[Request]
    ) -> dict[tuple[str, bytes], KnownRequest]:
        """One look at the primary key for each request."""
        cursor = _cursor(connection)
        found: dict[tuple[str, bytes], KnownRequest] = {}
        for request in asked:
            cursor.execute(
                "SELECT digest, first_position, count FROM requests WHERE actor = ? AND key = ?",
                (request.actor, request.key),
            )
            row = cursor.fetchone()
            if row is not None:
                found[request.actor, request.key] = KnownRequest(*row)
        return found

    def stamp(self, recorded_at: datetime, text: str) -> Any:
        """The text."""
        del recorded_at
        return text

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
        """A tuple of driver values in the order of the columns."""
        day = event.effective_on
        return (
            position,
            event.originator_id.hex,
            event.originator_version,
            event.topic,
            None if day is None else day.isoformat(),
            stamp,
            event.context,
            event.state,
            salt,
            digest,
            leaf,
        )

    def insert_events(self, connection: Connection, rows: Rows) -> None:
        """One executemany of the driver."""
        _cursor(connection).executemany(
            "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows.events
        )

    def insert_sealed(self, connection: Connection, rows: Rows) -> None:
        """One executemany of the driver."""
        _cursor(connection).executemany("INSERT INTO sealed VALUES (?,?,?)", rows.sealed)

    def insert_requests(self, connection: Connection, rows: Rows) -> None:
        """One executemany of the driver."""
        _cursor(connection).executemany("INSERT INTO requests VALUES (?,?,?,?,?)", rows.requests)

    def move_head(self, connection: Connection, before: Head, after: Head) -> None:
        """UPDATE, checked to have found the head that was read."""
        invariant(after.recorded_at is not None, "a head that moved has the instant of an event")
        recorded_at = None if after.recorded_at is None else instant_text(after.recorded_at)
        cursor = _cursor(connection)
        cursor.execute(
            _MOVE_HEAD, (after.position, recorded_at, after.frontier, LOG, before.position)
        )
        invariant(cursor.rowcount == 1, "the head moved although its lock was held")

    def delete_sealed(self, connection: Connection, stream: UUID, erasure: int) -> int:
        """Record the permission, unless it was, then delete."""
        known = select(erasures.c.stream).where(erasures.c.stream == stream)
        if connection.execute(known).first() is None:
            connection.execute(insert(erasures).values(stream=stream, position=erasure))
        return connection.exec_driver_sql(
            "DELETE FROM sealed WHERE position IN (SELECT position FROM events WHERE stream = ?)",
            (stream.hex,),
        ).rowcount

    # -- errors ---------------------------------------------------------------------------------

    def classify(self, error: BaseException) -> str | None:
        """By SQLite's own result codes."""
        if not isinstance(error, sqlite3.Error):
            return None
        code = getattr(error, "sqlite_errorcode", 0)
        if code == _REFUSED_BY_TRIGGER:
            return "refused"
        return _MEANING.get(code & 0xFF, "other")


def _cursor(connection: Connection) -> sqlite3.Cursor:
    """The driver's own cursor, for statements that run once for each row."""
    raw: Any = connection.connection.driver_connection
    cursor: sqlite3.Cursor = raw.cursor()
    return cursor
