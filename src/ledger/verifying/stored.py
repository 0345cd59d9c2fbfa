"""The stored bytes of one ledger: an SQLite file or a PostgreSQL schema, read with our own SELECTs.

Nothing is written, and nothing the database says of itself is believed: types are looked at by
whoever reads a row. On both databases a stream comes as 32 hex digits, a day and an instant as
text. A file may be hostile: its schema may not call functions, and no value may be enormous.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ledger.errors import LedgerError, Misuse

VALUE_MAX = 16 << 20  # no value of a ledger is larger; a hostile one must not fill the memory
_DEFAULT_SCHEMA = "ledger"
_WAIT_SECONDS = 10

SQLITE, POSTGRESQL = "sqlite", "postgresql"


class LedgerUnreadable(LedgerError):
    """The place cannot be opened or read as a database."""

    code = "ledger_unreadable"


class NoLedgerHere(LedgerError):
    """Nothing lies at the address."""

    code = "ledger_not_found"


class QueryFailed(Exception):
    """The database could not answer one query; the caller narrows it down."""


class Stored(Protocol):
    """One open connection to stored bytes. `dialect` is "sqlite" or "postgresql"."""

    dialect: str
    place: str

    def hold(self) -> None:
        """From here on, answer from one moment, whatever others append meanwhile."""
        ...

    def ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, whose marks are `?`.

        Raises:
            QueryFailed: the database could not answer it.
        """
        ...

    def walk(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query without marks, in constant memory; raises as `ask` does."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class SqliteStored:
    """An SQLite file, opened to read."""

    dialect = SQLITE

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        if not path.is_file():
            raise NoLedgerHere(
                f"There is no file {path}.", next_step="Check the address: --ledger."
            )
        self._connection = self._opened(path)

    def _opened(self, path: Path) -> sqlite3.Connection:
        # A medium that cannot be written takes no lock; its file does not change then.
        options = ["mode=ro"]
        if not path.with_name(path.name + "-wal").exists():
            options.append("mode=ro&immutable=1")
        fault = ""
        for option in options:
            try:
                connection = sqlite3.connect(
                    f"file:{quote(str(path.absolute()))}?{option}",
                    uri=True,
                    timeout=_WAIT_SECONDS,
                    isolation_level=None,
                )
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_MAX)
                for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            except sqlite3.Error as error:
                fault = str(error)
            else:
                return connection
        raise LedgerUnreadable(
            f"The file {path} cannot be read as a database: {fault}.",
            next_step="Check that it is a ledger's file and that this account may read it.",
        )

    def hold(self) -> None:
        """See `Stored`."""
        self._connection.execute("BEGIN")
        self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()

    def ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """See `Stored`."""
        try:
            return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, OverflowError, MemoryError) as fault:
            raise QueryFailed(str(fault)) from fault

    def walk(self, query: str) -> Iterator[tuple[Any, ...]]:
        """See `Stored`."""
        try:
            yield from self._connection.execute(query)
        except (sqlite3.Error, OverflowError, MemoryError) as fault:
            raise QueryFailed(str(fault)) from fault

    def close(self) -> None:
        """See `Stored`."""
        self._connection.close()


class _BinaryCursor(psycopg.Cursor[Any]):
    """Takes values as PostgreSQL holds them."""

    def __init__(self, connection: psycopg.Connection[Any], **options: Any) -> None:
        super().__init__(connection, **options)
        self.format = psycopg.pq.Format.BINARY


class PostgresStored:
    """A schema of a PostgreSQL server, in a session that may only read."""

    dialect = POSTGRESQL

    def __init__(self, url: URL) -> None:
        schema = url.query.get("schema", _DEFAULT_SCHEMA)
        self._held = False
        self.schema = schema if isinstance(schema, str) else _DEFAULT_SCHEMA
        server = url.difference_update_query(["schema"]).set(drivername="postgresql")
        self.place = f"{server.render_as_string(hide_password=True)} schema {self.schema}"
        try:
            self._connection = psycopg.connect(
                server.render_as_string(hide_password=False),
                autocommit=True,
                cursor_factory=_BinaryCursor,
                connect_timeout=_WAIT_SECONDS,
            )
            self._connection.execute("SET default_transaction_read_only = on")
            self._connection.execute("SET TimeZone = 'UTC'")
            self._connection.execute(
                sql.SQL("SET search_path TO {}, pg_temp").format(sql.Identifier(self.schema))
            )
            found = self._connection.execute(
                "SELECT 1 FROM pg_namespace WHERE nspname = %s", [self.schema]
            ).fetchone()
        except psycopg.Error as fault:
            raise LedgerUnreadable(
                f"The server at {self.place} cannot be read: {type(fault).__name__}.",
                next_step="Check the address, the login and that the server answers.",
            ) from None
        if found is None:
            self.close()
            raise NoLedgerHere(
                f"There is no schema {self.schema} at {self.place}.",
                next_step="Check the address: ?schema=NAME.",
            )

    def hold(self) -> None:
        """See `Stored`."""
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._held = True

    def ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """See `Stored`."""
        marked = query.replace("%", "%%").replace("?", "%s") if values else query
        # A query that fails must not take with it the transaction that holds the moment.
        within = self._connection.transaction() if self._held else nullcontext()
        try:
            with within, self._connection.cursor() as cursor:
                cursor.execute(marked.encode(), values or None)
                return cursor.fetchall()
        except (psycopg.Error, OverflowError, ValueError) as fault:
            raise QueryFailed(type(fault).__name__) from fault

    def walk(self, query: str) -> Iterator[tuple[Any, ...]]:
        """See `Stored`."""
        try:
            with (
                self._connection.transaction(),
                self._connection.cursor("walk", binary=True) as cursor,
            ):
                cursor.itersize = 2_000
                cursor.execute(query.encode())
                yield from cursor
        except (psycopg.Error, OverflowError, ValueError) as fault:
            raise QueryFailed(type(fault).__name__) from fault

    def close(self) -> None:
        """See `Stored`."""
        self._connection.close()


def open_stored(url: str) -> Stored:
    """The stored bytes that an address names.

    Raises:
        Misuse: it names no SQLite file and no PostgreSQL schema. NoLedgerHere, LedgerUnreadable.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    name = None if parsed is None else parsed.get_backend_name()
    if parsed is not None and name == SQLITE and parsed.database not in (None, "", ":memory:"):
        return SqliteStored(Path(str(parsed.database)))
    if parsed is not None and name == POSTGRESQL:
        return PostgresStored(parsed)
    raise Misuse(
        "The address of the ledger is not understood.",
        next_step="Write it as in sqlite:///var/ledger.sqlite3 or "
        "postgresql+psycopg://user@host/database?schema=kaltara.",
    )


@contextmanager
def stored(url: str) -> Iterator[Stored]:
    """The same, closed at the end."""
    opened = open_stored(url)
    try:
        yield opened
    finally:
        opened.close()


# How each database gives the columns of `events` and others as text; `{}` is the column.
_STREAM = {SQLITE: "{}", POSTGRESQL: "encode(uuid_send({}), 'hex')"}
_DAY = {SQLITE: "{}", POSTGRESQL: "to_char({}, 'YYYY-MM-DD')"}
_INSTANT = {
    SQLITE: "{}",
    POSTGRESQL: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}


def stream_column(dialect: str, name: str = "stream") -> str:
    """A column of streams as text."""
    return _STREAM[dialect].format(name)


def instant_column(dialect: str, name: str = "recorded_at") -> str:
    """A column of instants as text."""
    return _INSTANT[dialect].format(name)


def event_columns(dialect: str) -> str:
    """The columns of `events` in the order of `entries.Row`."""
    return ", ".join(
        [
            "position",
            stream_column(dialect),
            "version",
            "topic",
            _DAY[dialect].format("effective_on"),
            instant_column(dialect),
            "context, payload, salt, sealed_digest, leaf",
        ]
    )
