"""Finding a person by NIP: a table derived from the log, keyed, and checked at each look-up.

A number stands in it as an HMAC under a secret of the key folder, so that the database alone tells
nobody's number. What was found is opened and compared before it is believed: a row that was swapped
or forged leads to an error and never to another person. Old numbers stay as aliases.

The table follows the log by position: a crash between an append and the table is made good by the
next look-up, and the table may be deleted at any time. Trust: who can write it can hide a person
from being found (`matches_log` tells), not pass one off for another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ledger.identity.events import IdentityEvent, Place, identity_events, nip_of, open_identity
from ledger.identity.nip_rows import NipRow, Rows, Standing, apply_events
from ledger.keys.key_errors import IdentityIndexBroken, SealBroken
from ledger.keys.keyring import Keyring
from ledger.keys.rotation import NIP_INDEX
from ledger.keys.sealing import nip_digest
from ledger.storage.store import EventStore
from ledger.storage.tables import LOG, StreamId, heads

_ASK_MAX = 500
_SAVE_EACH = 10_000  # positions without news after which the place reached is written down
_VERIFIED_MAX = 200_000
_NAME = "nip"

derived = MetaData()

nip_index = Table(
    "nip_index",
    derived,
    Column("stream", StreamId, primary_key=True),
    Column("root", Integer, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("standing", Text, nullable=False),
)
Index("nip_index_number", nip_index.c.key_id, nip_index.c.digest)
# One number finds one person, whatever program writes the table.
Index(
    "nip_index_holds",
    nip_index.c.key_id,
    nip_index.c.digest,
    unique=True,
    sqlite_where=nip_index.c.standing == Standing.HOLDS.value,
    postgresql_where=nip_index.c.standing == Standing.HOLDS.value,
)

nip_index_state = Table(
    "nip_index_state",
    derived,
    Column("name", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)

_ROW = (
    nip_index.c.stream,
    nip_index.c.root,
    nip_index.c.digest,
    nip_index.c.version,
    nip_index.c.topic,
    nip_index.c.position,
    nip_index.c.standing,
)
_REACHED = select(
    nip_index_state.c.key_id,
    nip_index_state.c.position,
    select(heads.c.position).where(heads.c.name == LOG).scalar_subquery(),
).where(nip_index_state.c.name == _NAME)

_IN_ORDER = str(select(*_ROW).order_by(nip_index.c.digest, nip_index.c.position))
_INSERT_POSTGRES = (
    "INSERT INTO nip_index (key_id, stream, root, digest, version, topic, position, standing)"
    " SELECT %s, * FROM unnest(%s::uuid[], %s::int[], %s::bytea[], %s::int[], %s::text[],"
    " %s::bigint[], %s::text[])"
)


class _State(NamedTuple):
    """How far the table has followed, under which secret, and where the log ends."""

    key_id: str
    position: int
    head: int


class IdentityIndex:
    """The index of NIPs of one ledger. Threads may share it."""

    def __init__(self, store: EventStore, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring
        self._lock = RLock()
        self._made = False
        # Nothing but other events was found in (saved, scanned]: not worth a write each time.
        self._scanned = (0, 0)
        self._verified: dict[bytes, tuple[UUID, int]] = {}

    # ------------------------------------------------------------------------------------ finding

    def find(self, nip: str) -> UUID | None:
        """The person who holds or ever held a number; None for nobody, and for an erased person.

        Args:
            nip: 18 digits, as `ledger.values.nip` reads them.

        Raises:
            IdentityIndexBroken: the table leads to a person who never had the number.
        """
        return self.find_many((nip,)).get(nip)

    def find_many(self, nips: Sequence[str], *, annulled: bool = False) -> dict[str, UUID]:
        """The persons of many numbers; numbers that nobody holds are left out.

        Each is opened and compared once in the life of this object, unless its row changes.

        Args:
            annulled: also by a registration that was annulled, where nobody else holds the number:
                who sends the old rows again means that record.

        Raises: as `find`.
        """
        while True:
            self.follow()
            key_id, secret = self._key()
            asked = {nip_digest(secret, nip): nip for nip in nips}
            rows = self._holding(key_id, list(asked), annulled=annulled)
            if self._key()[0] == key_id:  # else a rotation came between; ask again
                return self._checked([(asked[row.digest], row) for row in rows])

    def contested(self) -> list[tuple[UUID, UUID]]:
        """Pairs of persons with one number: he who is found by it, and another who also states it.

        A finding for doctor: one of both numbers is wrong, or both are one person (`merged`).
        """
        waiting = nip_index.alias()
        query = (
            select(nip_index.c.stream, waiting.c.stream)
            .where(nip_index.c.digest == waiting.c.digest, nip_index.c.key_id == waiting.c.key_id)
            .where(nip_index.c.standing == Standing.HOLDS.value)
            .where(waiting.c.standing == Standing.WAITS.value)
            .where(nip_index.c.stream != waiting.c.stream)
            .order_by(waiting.c.position)
        )
        self.follow()
        with self._store.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    # ---------------------------------------------------------------------------------- following

    def follow(self) -> int:
        """Bring the table up to the end of the log; gives that position.

        Each step is one transaction: rows and the place reached. A crash leaves the step before.

        Raises:
            KeyMissing, KeyNotCommitted, SealBroken: the keys are not those of the ledger.
        """
        with self._lock:
            while True:
                key_id, _ = self._key()
                state = self._state(key_id)
                if state.key_id != key_id or state.position > state.head:  # of a longer log
                    if not self._keyring.look_again():  # it was not we who were behind
                        self._begin_anew(key_id)
                elif self._advance(state):
                    return state.head

    def rebuild(self) -> int:
        """Make the table anew from the log; gives the position reached."""
        with self._lock:
            self._begin_anew(self._key()[0])
            return self.follow()

    def digest(self) -> str:
        """SHA-256 in hex over all rows: what a checkpoint commits to.

        Over the key id, then a canonical line for each row, by digest and position: [digest,
        stream, root, version, position, standing]. It changes with each rotation of keys.
        """
        self.follow()
        key_id, _ = self._key()
        with self._store.reading() as connection:
            parts = connection.exec_driver_sql(_IN_ORDER).partitions(_SAVE_EACH)
            return _digest(key_id, (row for part in parts for row in part))

    def matches_log(self) -> bool:
        """Whether the table says what the log says; False if rows are missing, added or changed."""
        head = self.follow()
        key_id, secret = self._key()
        rows: Rows = {}
        found = identity_events(self._store, self._keyring, start=1, stop=head)
        events = [event for _, some in found for event in some]
        apply_events(rows, events, lambda nip: nip_digest(secret, nip))
        expected = sorted(rows.values(), key=lambda row: (row.digest, row.position))
        return _digest(key_id, expected) == self.digest()

    # ------------------------------------------------------------------------------------ helpers

    def _key(self) -> tuple[str, bytes]:
        return self._keyring.secret_id(NIP_INDEX), self._keyring.secret(NIP_INDEX)

    def _state(self, key_id: str) -> _State:
        """The place reached; makes the tables when they are not there."""
        while True:
            with self._store.reading() as connection:
                made = self._made or self._is_made(connection)
                found = connection.execute(_REACHED).first() if made else None
            self._made = made
            if found is not None:
                return _State(*found)
            self._store.ensure_tables(derived)
            self._write_first_state(key_id)

    def _is_made(self, connection: Connection) -> bool:
        return {nip_index.name, nip_index_state.name} <= self._store.backend.table_names(connection)

    def _write_first_state(self, key_id: str) -> None:
        dialect = postgresql if self._store.dialect == "postgresql" else sqlite
        first = dialect.insert(nip_index_state).values(name=_NAME, key_id=key_id, position=0)
        with self._store.writing() as connection:
            connection.execute(first.on_conflict_do_nothing())

    def _begin_anew(self, key_id: str) -> None:
        self._state(key_id)
        with self._store.writing() as connection:
            connection.execute(update(nip_index_state).values(key_id=key_id, position=0))
            connection.execute(delete(nip_index))
        self._scanned = (0, 0)
        self._verified.clear()

    def _advance(self, state: _State) -> bool:
        """Follow up to the head that was seen; False when another follower was faster."""
        saved, scanned = self._scanned
        start = max(state.position, scanned if saved == state.position else 0)
        saved = state.position
        if start < state.head:
            for upto, events in identity_events(
                self._store, self._keyring, start=start + 1, stop=state.head
            ):
                if events:
                    if not self._save(state.key_id, saved, upto, events):
                        return False
                    saved = upto
        if state.head - saved >= _SAVE_EACH and self._save(state.key_id, saved, state.head, ()):
            saved = state.head
        self._scanned = (saved, state.head)
        return True

    def _save(self, key_id: str, saved: int, upto: int, events: Sequence[IdentityEvent]) -> bool:
        """One step: the place reached first, which also is the lock between followers."""
        secret = self._keyring.secret(NIP_INDEX)
        digests = {event.nip: nip_digest(secret, event.nip) for event in events if event.nip}
        step = (
            update(nip_index_state)
            .where(nip_index_state.c.name == _NAME, nip_index_state.c.key_id == key_id)
            .where(nip_index_state.c.position == saved)
            .values(position=upto)
        )
        if self._keyring.secret_id(NIP_INDEX) != key_id:
            return False
        with self._store.writing() as connection:
            if connection.execute(step).rowcount != 1:
                return False
            before = _concerned(connection, key_id, events, list(digests.values()))
            after = dict(before)
            apply_events(after, events, lambda nip: digests[nip])
            _write(connection, key_id, before, after)
        return True

    def _holding(self, key_id: str, digests: Sequence[bytes], *, annulled: bool) -> list[NipRow]:
        """The rows by which numbers find, those of annulled registrations first."""
        found: list[NipRow] = []
        finds = nip_index.c.standing == Standing.HOLDS.value
        if annulled:
            gone = nip_index.c.standing == Standing.WITHDRAWN.value
            finds = or_(finds, and_(gone, nip_index.c.root == 1))
        holding = select(*_ROW).where(nip_index.c.key_id == key_id, finds)
        with self._store.reading() as connection:
            for at in range(0, len(digests), _ASK_MAX):
                query = holding.where(nip_index.c.digest.in_(digests[at : at + _ASK_MAX]))
                found.extend(_rows(connection, query))
        return sorted(found, key=lambda row: (row.standing is Standing.HOLDS, -row.position))

    def _checked(self, claims: Sequence[tuple[str, NipRow]]) -> dict[str, UUID]:
        """What the rows claim, each opened and compared unless that was done before."""
        keys = self._keyring.keys_many([row.stream for _, row in claims])
        fresh = [
            claim
            for claim in claims
            if self._verified.get(claim[1].digest) != (claim[1].stream, claim[1].version)
        ]
        parts = self._store.sealed([row.position for _, row in fresh]) if fresh else {}
        for nip, row in fresh:
            if row.stream in keys:
                place = Place(row.position, row.stream, row.version, row.topic)
                try:
                    fields: Mapping[str, Any] = open_identity(
                        self._keyring, keys[row.stream], place, parts.get(row.position, ())
                    )
                except SealBroken:
                    fields = {}
                if nip_of(fields) != nip:
                    raise IdentityIndexBroken(row.stream, position=row.position)
        with self._lock:
            if len(self._verified) > _VERIFIED_MAX:
                self._verified.clear()
            self._verified.update((row.digest, (row.stream, row.version)) for _, row in fresh)
        return {nip: row.stream for nip, row in claims if row.stream in keys}


def _row(found: Any) -> NipRow:
    stream, root, digest, version, topic, position, standing = found
    return NipRow(stream, root, digest, version, topic, position, Standing(standing))


def _rows(connection: Connection, query: Select[Any]) -> Iterable[NipRow]:
    return [_row(found) for found in connection.execute(query)]


def _concerned(
    connection: Connection, key_id: str, events: Sequence[IdentityEvent], digests: Sequence[bytes]
) -> Rows:
    """All rows of the streams and numbers that events name, and of the numbers in those rows."""
    mine = select(*_ROW).where(nip_index.c.key_id == key_id)
    streams = list({event.place.stream for event in events})
    rows: Rows = {}
    for at in range(0, len(streams), _ASK_MAX):
        query = mine.where(nip_index.c.stream.in_(streams[at : at + _ASK_MAX]))
        rows.update(((row.stream, row.root), row) for row in _rows(connection, query))
    numbers = list({*digests, *(row.digest for row in rows.values())})
    for at in range(0, len(numbers), _ASK_MAX):
        query = mine.where(nip_index.c.digest.in_(numbers[at : at + _ASK_MAX]))
        rows.update(((row.stream, row.root), row) for row in _rows(connection, query))
    return rows


def _write(connection: Connection, key_id: str, before: Rows, after: Rows) -> None:
    """Replace what differs; removals first, because a number is held by one row only."""
    gone = [key for key, row in before.items() if after.get(key) != row]
    new = [row for key, row in after.items() if before.get(key) != row]
    if gone:
        one = delete(nip_index).where(
            nip_index.c.stream == bindparam("of"), nip_index.c.root == bindparam("fact")
        )
        connection.execute(one, [{"of": stream, "fact": root} for stream, root in gone])
    if new:
        _insert(connection, key_id, new)


def _insert(connection: Connection, key_id: str, rows: Sequence[NipRow]) -> None:
    """Many rows by one call of the driver: five times faster than through SQLAlchemy."""
    if connection.dialect.name == "postgresql":
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.exec_driver_sql(_INSERT_POSTGRES, (key_id, *columns))
    else:
        driven = [(row.stream.hex, row.root, key_id, *row[2:]) for row in rows]
        connection.exec_driver_sql("INSERT INTO nip_index VALUES (?,?,?,?,?,?,?,?)", driven)


def _digest(key_id: str, rows: Iterable[Any]) -> str:
    """Over rows in the order of `NipRow`, streams as the driver gives them too."""
    whole = hashlib.sha256(key_id.encode())
    for stream, root, digest, version, _, position, standing in rows:
        name = stream if isinstance(stream, str) else stream.hex
        line = f'\n["{digest.hex()}","{name}",{root},{version},{position},"{standing}"]'
        whole.update(line.encode())
    return whole.hexdigest()
