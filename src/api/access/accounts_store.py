"""The accounts database: mutable, beside the ledger and never in it.

`<database file>.accounts.sqlite3`, mode 0600, beside a SQLite ledger; on PostgreSQL the schema
`<schema>_accounts` of the same database, owned by the login. Roles are not here: they are events of
the ledger. A crash at any line leaves the last committed transaction.

Trust: whoever can write here can sign in as anybody; what he then does is in the ledger under that
account, and no role can be had here that the ledger did not grant.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from api.access.accounts_tables import FORMAT, accounts_format, metadata
from api.access.refusals import AccountsNewer, AccountsUnavailable
from ledger.storage.postgres_backend import DEFAULT_SCHEMA
from ledger.storage.store_errors import BadLedgerUrl

_WAIT_SECONDS = 10
_READ = "accounts_read"
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,53}")  # with "_accounts" behind it, 63 bytes
# On PostgreSQL writers wait for each other as on SQLite, so that what was read in a transaction
# still holds when it writes.
_TAKE_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")


class AccountsStore:
    """One accounts database, shared by the threads of a process; a context manager that closes it.

    Attributes:
        place: what messages call it; never a password.
    """

    def __init__(self, engine: Engine, place: str, lock: str | None) -> None:
        self._engine = engine
        self._lock = lock
        self.place = place

    @classmethod
    def open(cls, url: str) -> Self:
        """The accounts of the ledger at an address; made if there are none yet.

        Raises:
            BadLedgerUrl, AccountsUnavailable, AccountsNewer.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise BadLedgerUrl(
                "The address of the ledger cannot be read.",
                next_step="Write it as sqlite:///var/ledger.sqlite3 or postgresql+psycopg://….",
            ) from None
        sqlite = parsed.get_backend_name() == "sqlite"
        store = cls(*(_sqlite(parsed) if sqlite else _postgres(parsed)))
        try:
            store._prepare(parsed)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and on SQLite waits for nobody.

        Raises:
            AccountsUnavailable.
        """
        with self._translated(), self._engine.connect() as connection:
            marked = connection.execution_options(**{_READ: True})
            with marked.begin():
                yield marked

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is stored as a whole at its end, or not at all; one at a time.

        Raises:
            AccountsUnavailable.
        """
        with self._translated(), self._engine.begin() as connection:
            if self._lock is not None:
                connection.execute(_TAKE_LOCK, {"name": self._lock})
            yield connection

    def _prepare(self, url: URL) -> None:
        with self.writing() as connection:
            if self._engine.dialect.name == "postgresql":
                schema = postgres_schema(url)
                connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            metadata.create_all(connection)
            found = connection.execute(select(accounts_format.c.format)).scalar()
            if found is None:
                connection.execute(insert(accounts_format).values(format=FORMAT))
            elif found != FORMAT:
                raise AccountsNewer(
                    f"The accounts at {self.place} have format {found}; this version knows"
                    f" {FORMAT}.",
                    next_step="Use the version of the program that wrote them.",
                )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as fault:
            origin = getattr(fault, "orig", None) or fault
            raise AccountsUnavailable(
                f"The accounts at {self.place} cannot be read or written"
                f" ({type(origin).__name__}).",
                next_step="Check that the database is there, may be written and is not full.",
            ) from fault


def accounts_file(database: str) -> Path:
    """Where the accounts of a SQLite ledger lie: beside it."""
    return Path(f"{database}.accounts.sqlite3").absolute()


def postgres_schema(url: URL) -> str:
    """The schema of the accounts of a ledger in PostgreSQL.

    Raises:
        BadLedgerUrl: the ledger's schema has a name that no ledger has.
    """
    schema = url.query.get("schema", DEFAULT_SCHEMA)
    if not isinstance(schema, str) or not _SCHEMA_NAME.fullmatch(schema):
        raise BadLedgerUrl(
            "The schema of a ledger is named by lower-case letters, digits and _.",
            next_step="Write it as in postgresql+psycopg://host/database?schema=kaltara.",
        )
    return f"{schema}_accounts"


def _sqlite(url: URL) -> tuple[Engine, str, str | None]:
    if not url.database or url.database == ":memory:":
        raise BadLedgerUrl(
            "A ledger in memory has no accounts.", next_step="Name a file: sqlite:///var/l.sqlite3."
        )
    path = accounts_file(url.database)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as fault:
        raise AccountsUnavailable(
            f"The file {path} cannot be made or written: {fault.strerror}.",
            next_step="Make its folder, or check the rights to it.",
        ) from fault

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=_WAIT_SECONDS,
            isolation_level=None,  # we say BEGIN ourselves
            check_same_thread=False,  # the pool hands a connection to one thread at a time
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=opened,
        pool_size=8,
        max_overflow=56,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine, str(path), None


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READ, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgres(url: URL) -> tuple[Engine, str, str | None]:
    schema = postgres_schema(url)
    server = url.difference_update_query(["schema"]).set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {}
    if "connect_timeout" not in url.query:
        options["connect_timeout"] = _WAIT_SECONDS
    engine = create_engine(
        server,
        pool_size=8,
        max_overflow=56,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=options,
    )

    def prepare(raw: psycopg.Connection[Any], _record: object) -> None:
        raw.autocommit = True
        raw.execute(
            "SELECT set_config('search_path', %s, false), set_config('TimeZone', 'UTC', false),"
            " set_config('lock_timeout', %s, false)",
            [f'"{schema}", pg_temp', str(_WAIT_SECONDS * 1000)],
        )
        raw.autocommit = False

    event.listen(engine, "connect", prepare)
    place = f"{server.render_as_string(hide_password=True)} schema {schema}"
    return engine, place, schema


def accounts_exist(url: str) -> bool:
    """Whether the ledger at an address has an accounts database; none is made.

    Raises:
        BadLedgerUrl, AccountsUnavailable.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return accounts_file(parsed.database or "").exists()
    engine, place, schema = _postgres(parsed)
    table = text("SELECT to_regclass(:name)")
    store = AccountsStore(engine, place, schema)
    try:
        with store.reading() as connection:
            name = f'"{schema}".{accounts_format.name}'
            return connection.execute(table, {"name": name}).scalar() is not None
    finally:
        store.close()


def loose_accounts(url: str) -> Path | None:
    """The file of the accounts if others of the machine may use it; on PostgreSQL the login
    guards them.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    path = accounts_file(parsed.database or "")
    return path if path.stat().st_mode & 0o077 else None
