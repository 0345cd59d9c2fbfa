"""One ledger in one PostgreSQL schema, with a role of its own that may add and not change.

A crash at any line leaves the last committed transaction; synchronous_commit is never off. The lock
is the row in `heads`, taken by SELECT … FOR UPDATE in a statement of its own, under READ COMMITTED,
so that every later statement sees what the writer before us committed. No table lock, no advisory
lock and no NOTIFY. The rows of a batch go in by one binary COPY.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import starmap
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import URL, Connection, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError

from ledger.errors import ProgramError, invariant
from ledger.records import Head, NewEvent, Request
from ledger.storage import copy_format
from ledger.storage.backend import PURPOSE, SNAPSHOT, Backend, KnownRequest, Rows
from ledger.storage.guards import (
    POSTGRES_GRANTS,
    POSTGRES_GUARDS,
    POSTGRES_PROOF_GRANTS,
    POSTGRES_PROOF_GUARDS,
    REFUSED_SQLSTATE,
)
from ledger.storage.store_errors import BadLedgerUrl, not_founded
from ledger.storage.tables import LOG

DEFAULT_SCHEMA = "ledger"
CONNECT_SECONDS = 10
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,53}")  # with "_app" behind it, within 63 bytes

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_LOCK_HEAD = "SELECT position, recorded_at, frontier FROM heads WHERE name = 'log' FOR UPDATE"
_VERSIONS = (
    "SELECT asked.stream, (SELECT max(version) FROM events WHERE stream = asked.stream),"
    " clock_timestamp() FROM unnest(%s::uuid[]) AS asked (stream)"
)
# OFFSET 0 keeps the planner from reading the whole table: it is one look at the key for each
# request.
_REQUESTS = (
    "SELECT found.* FROM unnest(%s::text[], %s::bytea[]) AS asked (actor, key), LATERAL"
    " (SELECT actor, key, digest, first_position, count FROM requests AS r"
    " WHERE r.actor = asked.actor AND r.key = asked.key OFFSET 0) AS found"
)
_MOVE_HEAD = (
    "UPDATE heads SET position = %s, recorded_at = %s, frontier = %s"
    " WHERE name = %s AND position = %s"
)

# SQLSTATEs (PostgreSQL, Appendix A) by their whole text or their class.
_MEANING = {
    REFUSED_SQLSTATE: "refused",
    "55P03": "locked",
    "57014": "locked",
    "53100": "full",
    "25006": "read only",
    "42501": "forbidden",
    "3D000": "unreachable",
    "28": "unreachable",
    "53300": "unreachable",
    "XX001": "damaged",
    "XX002": "damaged",
    "57P": "lost",
    "08": "lost",
}


class _BinaryCursor(psycopg.Cursor[Any]):
    """Takes values as PostgreSQL holds them: reading events is twice as fast as through text."""

    def __init__(self, connection: psycopg.Connection[Any], **options: Any) -> None:
        super().__init__(connection, **options)
        self.format = psycopg.pq.Format.BINARY


class PostgresBackend(Backend):
    """See `Backend`. `?schema=NAME` in the URL names the ledger's schema."""

    name = "postgresql"

    def __init__(self, url: URL, *, wait_milliseconds: int, beside: str = "") -> None:
        """Args: `beside` is what the name of a schema beside the ledger's own ends with."""
        schema = url.query.get("schema", DEFAULT_SCHEMA)
        if not isinstance(schema, str) or not _SCHEMA_NAME.fullmatch(schema):
            raise BadLedgerUrl(
                "The schema of a ledger is named by lower-case letters, digits and _, "
                "a letter first, at most 54 of them.",
                next_step="Write it as in postgresql+psycopg://host/database?schema=kaltara.",
            )
        self.role = f"{schema}_app"
        self.schema = schema = schema + beside
        server = url.difference_update_query(["schema"]).set(drivername="postgresql+psycopg")
        self.place = f"{server.render_as_string(hide_password=True)} schema {schema}"
        self._wait_milliseconds = wait_milliseconds
        options: dict[str, Any] = {"cursor_factory": _BinaryCursor}
        if "connect_timeout" not in url.query:
            options["connect_timeout"] = CONNECT_SECONDS
        self.engine = create_engine(
            server,
            isolation_level="AUTOCOMMIT",  # we say BEGIN ourselves, together with the lock
            pool_size=8,
            max_overflow=56,
            hide_parameters=True,  # messages never hold what was recorded
            connect_args=options,
        )
        event.listen(self.engine, "connect", self._prepare_connection)
        event.listen(self.engine, "begin", _begin)
        event.listen(self.engine, "checkout", _notice_a_broken_connection)

    def _prepare_connection(self, raw: psycopg.Connection[Any], _record: object) -> None:
        """Once for each connection: schema, role, time zone, patience, durability."""
        raw.autocommit = True
        with raw.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('search_path', %s, false), set_config('TimeZone', 'UTC', false),"
                " set_config('lock_timeout', %s, false), set_config('synchronous_commit',"
                " replace(current_setting('synchronous_commit'), 'off', 'on'), false)",
                [f'"{self.schema}", pg_temp', str(self._wait_milliseconds)],
            )
            cursor.execute(
                "SELECT set_config('role', rolname, false) FROM pg_roles"
                " WHERE rolname = %s AND pg_has_role(oid, %s)",
                [self.role, _role_right(raw.info.server_version)],
            )
            self.rights = "triggers only" if cursor.fetchone() is None else "role"

    # -- founding -------------------------------------------------------------------------------

    def prepare_place(self) -> None:
        """Make the schema, unless it is there."""
        with self.writing() as connection:
            connection.execute(text("SET LOCAL ROLE NONE"))
            if not self._schema_exists(connection):
                connection.execute(text(f'CREATE SCHEMA "{self.schema}"'))

    def check_place(self) -> None:
        """The schema must be there."""
        with self.reading() as connection:
            if not self._schema_exists(connection):
                raise not_founded(self.place)

    def settle(self) -> None:
        """Connections made before the role was there do not have it; the next one says `rights`."""
        self.engine.dispose()
        with self.connect():
            pass

    def _schema_exists(self, connection: Connection) -> bool:
        found = connection.execute(
            text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": self.schema}
        )
        return found.first() is not None

    def table_names(self, connection: Connection) -> frozenset[str]:
        """The tables in the schema, whether we may read them or not."""
        found = connection.execute(
            text(
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE nspname = :name AND relkind IN ('r', 'p', 'v', 'm', 'f')"
            ),
            {"name": self.schema},
        )
        return frozenset(found.scalars())

    def found(self, connection: Connection) -> None:
        """As the login itself: it owns what it makes, and the role may only add to it."""
        self.own_what_is_made(connection)
        super().found(connection)

    def guard(self, connection: Connection) -> None:
        """Triggers, and a role of the application's own where the login may make one."""
        self.guard_with(connection, POSTGRES_GUARDS, POSTGRES_GRANTS)

    def guard_with(
        self, connection: Connection, guards: Sequence[str], grants: Sequence[str]
    ) -> None:
        """The same with other guards, for another schema of the ledger's."""
        for statement in guards:
            connection.exec_driver_sql(
                statement.replace("%", "%%")
            )  # the driver's placeholder sign
        usage = f'GRANT USAGE ON SCHEMA "{self.schema}" TO {{role}}'
        self._grant(connection, (usage, *grants))

    def own_what_is_made(self, connection: Connection) -> None:
        """As the login itself: it owns what it makes, and the role may only add to it."""
        connection.execute(text("SET LOCAL ROLE NONE"))

    def guard_proofs(self, connection: Connection) -> None:
        """Triggers, and rights to add for the same role."""
        for statement in POSTGRES_PROOF_GUARDS:
            connection.exec_driver_sql(statement)
        self._grant(connection, POSTGRES_PROOF_GRANTS)

    def add_proof_tables(self, connection: Connection) -> None:
        """As the login itself, like founding."""
        connection.execute(text("SET LOCAL ROLE NONE"))
        super().add_proof_tables(connection)

    def _grant(self, connection: Connection, grants: Sequence[str]) -> None:
        if self._have_role(connection):
            for statement in grants:
                connection.exec_driver_sql(statement.format(role=f'"{self.role}"'))

    def _have_role(self, connection: Connection) -> bool:
        """Make the role and become its member; False where the login may not."""
        role = {"role": self.role, "right": _role_right(_raw(connection).info.server_version)}
        try:
            with connection.begin_nested():
                exists = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
                if connection.execute(exists, role).first() is None:
                    connection.execute(text(f'CREATE ROLE "{self.role}" NOLOGIN'))
                may_take = text("SELECT pg_has_role(:role, :right)")
                if not connection.execute(may_take, role).scalar_one():
                    connection.execute(text(f'GRANT "{self.role}" TO CURRENT_USER'))
        except DBAPIError as error:
            if error.orig is not None and self.classify(error.orig) == "forbidden":
                return False
            raise
        return True

    def make_tables(self, connection: Connection, derived: MetaData) -> None:
        """They belong to the login; the role may change their rows."""
        connection.execute(text("SET LOCAL ROLE NONE"))
        derived.create_all(connection)
        if self.rights == "role":
            for table in derived.sorted_tables:
                connection.exec_driver_sql(
                    "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE"
                    f' ON "{table.name}" TO "{self.role}"'
                )

    # -- appending ------------------------------------------------------------------------------

    def lock_head(self, connection: Connection) -> Head:
        """SELECT … FOR UPDATE, a statement of its own: the next one sees what we waited for."""
        with _raw(connection).cursor() as cursor:
            # Two statements in one message, which only the text protocol takes.
            cursor.execute(f"{_BEGIN}; {_LOCK_HEAD}", binary=False)
            cursor.nextset()
            row = cursor.fetchone()
        if row is None:
            raise ProgramError("the ledger has no head")
        position, recorded_at, frontier = row
        return Head(position, recorded_at and recorded_at.astimezone(UTC), frontier)

    def check(
        self, connection: Connection, streams: Sequence[UUID]
    ) -> tuple[dict[UUID, int], datetime | None]:
        """One query; the clock is read in it, after the lock."""
        rows = connection.exec_driver_sql(_VERSIONS, (list(streams),)).all()
        if not rows:
            return {}, None
        found = {row[0]: row[1] for row in rows if row[1] is not None}
        return found, rows[-1][2].astimezone(UTC)

    def known_requests(
        self, connection: Connection, asked: Sequence[Request]
    ) -> dict[tuple[str, bytes], KnownRequest]:
        """One query."""
        rows = connection.exec_driver_sql(
            _REQUESTS, ([request.actor for request in asked], [request.key for request in asked])
        )
        return {(row[0], row[1]): KnownRequest(*row[2:]) for row in rows}

    def stamp(self, recorded_at: datetime, text: str) -> Any:
        """A timestamptz in the binary COPY format."""
        del text
        return copy_format.instant(recorded_at)

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
        """A row in the binary COPY format."""
        return copy_format.event_row(position, event, stamp, salt=salt, digest=digest, leaf=leaf)

    def insert_events(self, connection: Connection, rows: Rows) -> None:
        """One binary COPY."""
        _copy(connection, "events", rows.events)

    def insert_sealed(self, connection: Connection, rows: Rows) -> None:
        """One binary COPY."""
        _copy(connection, "sealed", starmap(copy_format.sealed_row, rows.sealed))

    def insert_requests(self, connection: Connection, rows: Rows) -> None:
        """One binary COPY."""
        _copy(connection, "requests", starmap(copy_format.request_row, rows.requests))

    def move_head(self, connection: Connection, before: Head, after: Head) -> None:
        """UPDATE, checked to have found the head that was read."""
        moved = connection.exec_driver_sql(
            _MOVE_HEAD, (after.position, after.recorded_at, after.frontier, LOG, before.position)
        )
        invariant(moved.rowcount == 1, "the head moved although its lock was held")

    def delete_sealed(self, connection: Connection, stream: UUID, erasure: int) -> int:
        """By the function that alone has the right."""
        return int(
            connection.exec_driver_sql(
                "SELECT erase_sealed(%s, %s)", (stream, erasure)
            ).scalar_one()
        )

    # -- errors ---------------------------------------------------------------------------------

    def classify(self, error: BaseException) -> str | None:
        """By SQLSTATE; an operational error without one comes from a broken connection."""
        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate
        if state is None:
            broken = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
            return "lost" if broken else "other"
        return _MEANING.get(state) or _MEANING.get(state[:3]) or _MEANING.get(state[:2]) or "other"


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    raw: Any = connection.connection.driver_connection
    driver: psycopg.Connection[Any] = raw
    return driver


def _begin(connection: Connection) -> None:
    """READ COMMITTED: each statement sees what was committed before it; a snapshot sees one state.

    A reader needs no transaction for the first; an append begins with `lock_head`, which saves a
    round trip.
    """
    purpose = connection.get_execution_options().get(PURPOSE)
    if purpose is None:
        connection.exec_driver_sql(_BEGIN)
    elif purpose == SNAPSHOT:
        connection.exec_driver_sql(_BEGIN_SNAPSHOT)


def _notice_a_broken_connection(
    raw: psycopg.Connection[Any], _record: object, _proxy: object
) -> None:
    """Replace a connection that the server closed while it lay in the pool; this asks nobody."""
    try:
        raw.pgconn.consume_input()  # may read the server's farewell
        raw.pgconn.consume_input()  # finds the end behind it
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def _role_right(server_version: int) -> str:
    """Which membership allows SET ROLE: since PostgreSQL 16 it is a right of its own."""
    return "SET" if server_version >= 160_000 else "MEMBER"


def _copy(connection: Connection, table: str, rows: Iterable[bytes]) -> None:
    """Rows in binary COPY format into a table."""
    with (
        _raw(connection).cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(copy_format.message(rows))
