"""The tables of the accounts database, in SQLAlchemy Core, for SQLite and PostgreSQL.

Of what opens a door only a hash stands here: of passwords argon2id, of sessions and tokens, which
are 256 random bits, SHA-256. Of an identity at a provider a keyed hash; never a number or a name.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

from ledger.storage.tables import Instant, StreamId

FORMAT = 1

metadata = MetaData()

accounts_format = Table("accounts_format", metadata, Column("format", Integer, primary_key=True))

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    # One account a person: with two he could confirm what he proposed.
    Column("person", StreamId, unique=True),
    Column("label", Text),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("disabled_at", Instant),
)

passwords = Table(
    "passwords",
    metadata,
    Column("account", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", Instant, nullable=False),
)

# Failed sign-ins by a keyed hash of the name given and where it came from, whether or not the name
# is an account's.
attempts = Table(
    "attempts",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("blocked_until", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False, index=True),
    Column("method", Text, nullable=False),
    Column("roles", Text),  # those it is limited to, by spaces; null is all of the account
    Column("purpose", Text),  # what he said that he reads records for
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("account", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

identities = Table(
    "identities",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("account", Text, nullable=False, index=True),
    Column("linked_at", Instant, nullable=False),
    # Who linked it; null where the provider's claim of a number did, which gives the role ASN only.
    Column("linked_by", Text),
)

# A sign-in at a provider that has begun and not come back yet.
flows = Table(
    "flows",
    metadata,
    Column("state", LargeBinary, primary_key=True),
    Column("browser", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("purpose", Text),
    Column("ends_at", Instant, nullable=False, index=True),
)

# Every sign-in that succeeded or failed, and what was done to accounts; kept for two years.
happenings = Table(
    "happenings",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at", Instant, nullable=False, index=True),
    Column("account", Text),
    Column("actor", Text),
    Column("what", Text, nullable=False),
    Column("method", Text),
)
