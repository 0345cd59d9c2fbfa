"""The tables of an access log, in SQLAlchemy Core; they lie in a file or schema of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from ledger.storage.tables import Instant, StreamId

HEAD = "access"  # the name of the one row in access_head

metadata = MetaData()
_KEYED_ONCE: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


def _number() -> BigInteger:
    return BigInteger().with_variant(Integer, "sqlite")


access = Table(
    "access",
    metadata,
    Column("number", _number(), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("reader", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", StreamId, nullable=True),
    Column("question", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    sqlite_strict=True,
)
# Whether a reader looked before in this quarter of an hour; who looked at a person or unit; and
# the answers about many people, which are few.
Index("access_reader", access.c.reader, access.c.at)
Index("access_subject", access.c.subject, access.c.number)
Index("access_kind", access.c.kind, access.c.number)

# One row: the end of the log and the writer lock.
access_head = Table(
    "access_head",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", _number(), nullable=False),
    Column("link", LargeBinary, nullable=False),
    **_KEYED_ONCE,
)
