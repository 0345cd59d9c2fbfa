"""The tables of one ledger, in SQLAlchemy Core, for SQLite and PostgreSQL.

On SQLite a stream is 32 hex digits, a day ISO text and an instant "YYYY-MM-DDTHH:MM:SS.ffffffZ", so
that order by text is order by time and a dump can be read; on PostgreSQL they are uuid, date and
timestamptz. The tables carry no schema: each connection's search_path names the ledger's own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from ledger.canonical import instant_text

APPLICATION = "asn-ledger"
APPLICATION_ID = 0x41534E4C  # "ASNL", in the header of an SQLite file
FORMAT = 1
LOG = "log"  # the name of the one row in heads


@lru_cache(maxsize=65_536)
def uuid_of(text: str) -> UUID:
    """The UUID of 32 hex digits; one object per stream, because making one is slow."""
    return UUID(hex=text)


class StreamId(TypeDecorator[UUID]):
    """A UUID: 32 hex digits on SQLite, uuid on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type in the given database."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Python to database."""
        return value.hex if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Database to Python."""
        return uuid_of(value) if value is not None and dialect.name == "sqlite" else value


class Day(TypeDecorator[date]):
    """A legal day: ISO text on SQLite, date on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type in the given database."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Python to database."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Database to Python."""
        if value is not None and dialect.name == "sqlite":
            return date.fromisoformat(value)
        day: date | None = value
        return day


class Instant(TypeDecorator[datetime]):
    """An instant in UTC: RFC 3339 text with six digits on SQLite, timestamptz on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type in the given database."""
        return dialect.type_descriptor(
            Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Python to database."""
        return instant_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Database to Python."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        instant: datetime = value.astimezone(UTC)
        return instant


def _position() -> BigInteger:
    return BigInteger().with_variant(Integer, "sqlite")


metadata = MetaData()

# Without rowids, because a hidden rowid is a second key that INSERT OR REPLACE could use.
_KEYED_ONCE: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}

ledger_format = Table(
    "ledger_format",
    metadata,
    Column("application", Text, primary_key=True),
    Column("format", Integer, nullable=False),
    **_KEYED_ONCE,
)

events = Table(
    "events",
    metadata,
    Column("position", _position(), primary_key=True, autoincrement=False),
    Column("stream", StreamId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("effective_on", Day, nullable=True),
    Column("recorded_at", Instant, nullable=False),
    Column("context", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("sealed_digest", LargeBinary, nullable=True),
    Column("leaf", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version", name="events_stream_version"),
    sqlite_strict=True,
)
# Which streams there are of a kind: one small entry a stream, so that finding the few units does
# not mean reading a log of millions.
Index(
    "events_founding",
    events.c.topic,
    events.c.position,
    sqlite_where=events.c.version == 1,
    postgresql_where=events.c.version == 1,
)

sealed = Table(
    "sealed",
    metadata,
    Column("position", _position(), primary_key=True, autoincrement=False),
    Column("key_class", Text, primary_key=True),
    Column("ciphertext", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)

# One row, "log": the end of the log, what the Merkle tree needs to go on, and the writer lock.
heads = Table(
    "heads",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", _position(), nullable=False),
    Column("recorded_at", Instant, nullable=True),
    Column("frontier", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)

# One row per keyed command, also when it added nothing.
requests = Table(
    "requests",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("first_position", _position(), nullable=True),
    Column("count", Integer, nullable=False),
    **_KEYED_ONCE,
)

# The streams whose sealed rows may be deleted, each with the position of the event that orders it.
erasures = Table(
    "erasures",
    metadata,
    Column("stream", StreamId, primary_key=True),
    Column("position", _position(), nullable=False),
    **_KEYED_ONCE,
)

# ------------------------------------------------------------------- the tree and what is signed
# (since the first checkpoint: a ledger founded before gets these tables when it is next opened)

# The full tiles of the Merkle tree: 256 hashes of 32 bytes each, and their root, which is one hash
# of the level above. Derived from the leaves: what is missing is computed, so rows may be deleted.
tiles = Table(
    "tiles",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("number", _position(), primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)

# The signed notes, by the size of their tree. Public; kept for ever, never changed.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", _position(), primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)

# What witnesses signed under a checkpoint: one line for each key.
cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", _position(), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("key_id", LargeBinary, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)

# RFC 3161 time stamp responses over a checkpoint's note, by their SHA-256.
timestamps = Table(
    "timestamps",
    metadata,
    Column("size", _position(), primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    Column("response", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)

PROOF_TABLES = (tiles, checkpoints, cosignatures, timestamps)
