"""One ledger in one PostgreSQL schema, with a role of its own that may add and not change.

A crash at any line leaves the last committed transaction; synchronous_commit is never off. The lock is
the row in `heads`, taken by SELECT … FOR UPDATE in a statement of its own, under READ COMMITTED, so that
every later statement sees what the writer before us committed. No table lock, no advisory lock and no
NOTIFY. The rows of a batch go in by one binary COPY.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import URL, Connection, MetaData, Transaction, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from ledger.backend import Backend, KnownRequest, PreparedEvent, Rows
from ledger.errors import invariant
from ledger.guards import POSTGRES_GRANTS, POSTGRES_GUARDS, REFUSED_SQLSTATE
from ledger.records import Head, NewEvent, Request
from ledger.store_errors import BadLedgerUrl, not_founded
from ledger.tables import LOG, metadata

DEFAULT_SCHEMA = "ledger"
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,53}")  # with "_app" behind it, within 63 bytes

# Values of PostgreSQL's binary formats: a length, then the bytes; days and microseconds from 2000.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_NULL = b"\xff\xff\xff\xff"
_LENGTH = Struct("!i").pack
_INT4 = Struct("!ii").pack
_INT8 = Struct("!iq").pack
_ROW_AND_POSITION = Struct("!hiq").pack
_LENGTH_16 = _LENGTH(16)
_LENGTH_32 = _LENGTH(32)
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"
_EVENT_COLUMNS = 11

_VERSIONS = (
    "SELECT asked.stream, (SELECT max(version) FROM events WHERE stream = asked.stream),"
    " clock_timestamp() FROM unnest(%s::uuid[]) AS asked (stream)"
)
# OFFSET 0 keeps the planner from reading the whole table: it is one look at the key for each request.
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


class PostgresBackend(Backend):
    """See `Backend`. `?schema=NAME` in the URL names the ledger's schema."""

    name = "postgresql"

    def __init__(self, url: URL, *, wait_milliseconds: int) -> None:
        schema = url.query.get("schema", DEFAULT_SCHEMA)
        if not isinstance(schema, str) or not _SCHEMA_NAME.fullmatch(schema):
            raise BadLedgerUrl(
                "The schema of a ledger is named by lower-case letters, digits and _, a letter first, "
                "at most 54 of them.",
                next_step="Write it as in postgresql+psycopg://host/database?schema=kaltara.",
            )
        self.schema = schema
        self.role = f"{schema}_app"
        server = url.difference_update_query(["schema"]).set(drivername="postgresql+psycopg")
        self.place = f"{server.render_as_string(hide_password=True)} schema {schema}"
        self._wait_milliseconds = wait_milliseconds
        self.engine = create_engine(
            server,
            isolation_level="READ COMMITTED",
            pool_size=8,
            max_overflow=56,
            pool_pre_ping=True,
            hide_parameters=True,  # messages never hold what was recorded
            connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
        )
        event.listen(self.engine, "connect", self._prepare_connection)

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
        raw.autocommit = False

    def transaction(self, connection: Connection) -> AbstractContextManager[Transaction]:
        """The lock comes with `lock_head`; until then nothing is held."""
        return connection.begin()

    # -- founding -------------------------------------------------------------------------------

    def prepare_place(self) -> None:
        """Make the schema, unless it is there."""
        with self.connect() as connection, connection.begin():
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
        connection.execute(text("SET LOCAL ROLE NONE"))
        super().found(connection)

    def guard(self, connection: Connection) -> None:
        """Triggers, and a role of the application's own where the login may make one."""
        for statement in POSTGRES_GUARDS:
            connection.exec_driver_sql(statement.replace("%", "%%"))  # the driver's placeholder sign
        if not self._have_role(connection):
            return
        connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA "{self.schema}" TO "{self.role}"')
        for statement in POSTGRES_GRANTS:
            connection.exec_driver_sql(statement.format(role=f'"{self.role}"'))

    def _have_role(self, connection: Connection) -> bool:
        """Make the role and become its member; False where the login may not."""
        raw: Any = connection.connection.driver_connection
        role = {"role": self.role, "right": _role_right(raw.info.server_version)}
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

    def ensure_tables(self, derived: MetaData) -> None:
        """Make the derived tables that are missing, as the login, and let the role change them."""
        invariant(
            not set(derived.tables) & set(metadata.tables), "a derived table has a ledger's name"
        )
        with self.writing() as connection:
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
        row = connection.exec_driver_sql(
            "SELECT position, recorded_at, frontier FROM heads WHERE name = %s FOR UPDATE", (LOG,)
        ).one()
        recorded_at = None if row[1] is None else row[1].astimezone(UTC)
        return Head(row[0], recorded_at, row[2])

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

    def event_parts(self, event: NewEvent, salt: bytes, digest: bytes | None) -> tuple[Any, Any]:
        """Two pieces of a row in the binary COPY format."""
        topic = event.topic.encode()
        day = event.effective_on
        before = b"".join(
            (
                _LENGTH_16,
                event.originator_id.bytes,
                _INT4(4, event.originator_version),
                _LENGTH(len(topic)),
                topic,
                _NULL if day is None else _INT4(4, day.toordinal() - _EPOCH_DAY),
            )
        )
        after = b"".join(
            (
                _LENGTH(len(event.context)),
                event.context,
                _LENGTH(len(event.state)),
                event.state,
                _LENGTH_16,
                salt,
                _NULL if digest is None else _LENGTH_32 + digest,
                _LENGTH_32,
            )
        )
        return before, after

    def stamp(self, recorded_at: datetime, text: str) -> Any:
        """A timestamptz in the binary COPY format."""
        return _INT8(8, (recorded_at - _EPOCH) // _MICROSECOND)

    def event_row(self, position: int, prepared: PreparedEvent, stamp: Any, leaf: bytes) -> Any:
        """A row in the binary COPY format."""
        return b"".join(
            (
                _ROW_AND_POSITION(_EVENT_COLUMNS, 8, position),
                prepared.before,
                stamp,
                prepared.after,
                leaf,
            )
        )

    def insert_events(self, connection: Connection, rows: Rows) -> None:
        """One binary COPY."""
        _copy(connection, "events", rows.events)

    def insert_sealed(self, connection: Connection, rows: Rows) -> None:
        """One binary COPY."""
        _copy(
            connection,
            "sealed",
            (
                b"".join(
                    (_ROW_AND_POSITION(3, 8, position), _bytes(key_class.encode()), _bytes(blob))
                )
                for position, key_class, blob in rows.sealed
            ),
        )

    def insert_requests(self, connection: Connection, rows: Rows) -> None:
        """One binary COPY."""
        _copy(
            connection,
            "requests",
            (
                b"".join(
                    (
                        b"\x00\x05",
                        _bytes(actor.encode()),
                        _bytes(key),
                        _bytes(digest),
                        _NULL if first is None else _INT8(8, first),
                        _INT4(4, count),
                    )
                )
                for actor, key, digest, first, count in rows.requests
            ),
        )

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
        """By SQLSTATE; an operational error without one is a broken connection."""
        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate
        if state is None:
            return "lost" if isinstance(error, psycopg.OperationalError) else "other"
        return _MEANING.get(state) or _MEANING.get(state[:3]) or _MEANING.get(state[:2]) or "other"


def _role_right(server_version: int) -> str:
    """Which membership allows SET ROLE: since PostgreSQL 16 it is a right of its own."""
    return "SET" if server_version >= 160_000 else "MEMBER"


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _copy(connection: Connection, table: str, rows: Iterable[bytes]) -> None:
    """Rows in binary COPY format into a table."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"".join((_COPY_HEADER, *rows, _COPY_END)))
