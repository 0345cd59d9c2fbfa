"""The database of the access log: an SQLite file beside the ledger's, or a schema on its server.

It is not the ledger's own database, because readers write to it: a reader must not wait for an
import, nor the log of facts grow by who looked at them. It is append-only by the same guards, and
its head is committed with each checkpoint of the ledger.

A crash at any line leaves the last committed transaction: whole entries with the head behind them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import UUID

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    exists,
    insert,
    select,
    update,
)

from ledger.access.access_entry import (
    AccessHead,
    Entry,
    Look,
    LookKind,
    first_link,
    next_link,
)
from ledger.access.access_entry import quarter_start as quarter_of
from ledger.access.access_tables import HEAD, access, access_head, metadata
from ledger.errors import LedgerError, ProgramError, invariant
from ledger.storage.backend import Backend, ConnectionLost
from ledger.storage.guards import (
    POSTGRES_ACCESS_GRANTS,
    POSTGRES_ACCESS_GUARDS,
    SQLITE_ACCESS_GUARDS,
)
from ledger.storage.postgres_backend import PostgresBackend
from ledger.storage.sqlite_backend import SqliteBackend
from ledger.verifying.access import FILE_SUFFIX, SCHEMA_SUFFIX
from ledger.vocabulary_agency import ReadingPurpose

WAIT_MILLISECONDS = 10_000
_SALT_BYTES = 16
_CHUNK = 2_000

_COLUMNS = tuple(access.c)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries; what is left out does not matter.

    Attributes:
        subject: the stream of a person or unit.
        since, until: instants; the first inclusive, the second exclusive.
        after: a number that was reached before. limit: how many at most.
        newest: from the last entry back to the first, instead of from the first on.
    """

    subject: UUID | None = None
    kinds: frozenset[LookKind] = frozenset(LookKind)
    reader: str | None = None
    purpose: ReadingPurpose | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None
    limit: int | None = None
    newest: bool = False

    def clauses(self) -> Iterator[ColumnElement[bool]]:
        """The conditions of SQL."""
        if self.subject is not None:
            yield access.c.subject == self.subject
        if self.kinds != frozenset(LookKind):
            yield access.c.kind.in_(sorted(kind.value for kind in self.kinds))
        if self.reader is not None:
            yield access.c.reader == self.reader
        if self.purpose is not None:
            yield access.c.purpose == self.purpose.value
        if self.since is not None:
            yield access.c.at >= self.since
        if self.until is not None:
            yield access.c.at < self.until

    def beyond(self, number: int | None) -> Iterator[ColumnElement[bool]]:
        """What comes after a number, in the order that is wanted."""
        if number is not None:
            yield access.c.number < number if self.newest else access.c.number > number


class OtherAccessLog(LedgerError):
    """The access log at this place belongs to another ledger."""

    code = "other_access_log"


class AccessStore:
    """The rows of one ledger's access log; made where there is none.

    Attributes:
        place: what messages call it.
    """

    def __init__(self, backend: Backend, origin: str) -> None:
        """Args: `backend` is that of the access log itself; see `beside`."""
        self.place = backend.place
        self._backend = backend
        self._first = first_link(origin)

    @classmethod
    def beside(cls, backend: Backend, origin: str) -> Self:
        """The access log of the ledger in `backend`, made where there is none yet.

        Raises:
            StoreError: it can be neither opened nor made.
        """
        own = _beside(backend)
        made = cls(own, origin)
        try:
            made._prepare(backend)
        except BaseException:
            made.close()
            raise
        return made

    @staticmethod
    def is_beside(backend: Backend) -> bool:
        """Whether a ledger has an access log."""
        if isinstance(backend, SqliteBackend):
            return access_file(backend.path).exists()
        own = _beside(backend)
        try:
            return _is_made(own)
        finally:
            own.engine.dispose()

    def close(self) -> None:
        """Give the connections back."""
        self._backend.engine.dispose()

    def _prepare(self, ledgers: Backend) -> None:
        if not self._made():
            self._backend.prepare_place()
            _give_away(self._backend, ledgers)
            with self._backend.writing() as connection:
                # Another process may have made them while this one waited for the lock.
                if access.name not in self._backend.table_names(connection):
                    _make(self._backend, connection, self._first)
            self._backend.settle()
        if not self._is_ours():
            raise OtherAccessLog(
                f"The access log at {self.place} belongs to another ledger.",
                next_step="Move it back to its own ledger; each ledger has its own.",
            )

    def _is_ours(self) -> bool:
        """Whether the chain begins with this ledger's origin."""
        first = next(self.entries(Wanted(limit=1)), None)
        if first is None:
            return self.head().link == self._first
        return next_link(self._first, first) == first.link

    def _made(self) -> bool:
        if isinstance(self._backend, SqliteBackend) and not self._backend.path.exists():
            return False
        return _is_made(self._backend)

    # -- writing -----------------------------------------------------------------------------------

    def append(
        self,
        looks: Sequence[Look],
        *,
        clock: Callable[[], datetime],
        randomness: Callable[[int], bytes],
    ) -> int:
        """Store what was not stored in this quarter of an hour; how many entries were added.

        Repeating it is safe: what is there already is not stored again.

        Raises:
            StoreError: nothing of it was stored.
        """
        try:
            return self._append(looks, clock, randomness)
        except ConnectionLost:
            # It may have been stored or not; asking again on another connection tells.
            pass
        try:
            return self._append(looks, clock, randomness)
        except ConnectionLost as error:
            raise self._backend.unreachable() from error

    def _append(
        self,
        looks: Sequence[Look],
        clock: Callable[[], datetime],
        randomness: Callable[[int], bytes],
    ) -> int:
        with self._backend.connect() as connection, self._backend.transaction(connection):
            before = _locked_head(connection)
            at = clock()
            last = _last_instant(connection, before.number)
            if last is not None:
                at = max(at, last + timedelta(microseconds=1))
            fresh = [look for look in _once(looks) if not _is_there(connection, look, at)]
            if not fresh:
                return 0
            number, link = before
            rows = []
            for place, look in enumerate(fresh):
                number += 1
                entry = Entry(
                    number,
                    at + timedelta(microseconds=place),
                    look.reader,
                    look.purpose.value,
                    look.kind.value,
                    look.subject,
                    look.text(),
                    randomness(_SALT_BYTES),
                    b"",
                )
                link = next_link(link, entry)
                rows.append(entry._replace(link=link)._asdict())
            connection.execute(insert(access), rows)
            _move(connection, before, AccessHead(number, link))
            return len(rows)

    def put_back(self, entries: Iterator[Entry]) -> None:
        """Store the entries of a backup behind those that are here, in one transaction.

        Entries that are here already, as after an interrupted restore, must be the same ones.

        Raises:
            OtherAccessLog: what is here is not the beginning of these entries, nor they of it.
        """
        with self._backend.writing() as connection:
            before = _locked_head(connection)
            after = AccessHead(0, self._first)
            rows = []
            for entry in entries:
                after = AccessHead(entry.number, next_link(after.link, entry))
                if entry.number > before.number:
                    rows.append(entry._replace(link=after.link)._asdict())
                elif _link_at(connection, entry.number) != after.link:
                    raise OtherAccessLog(
                        f"The access log at {self.place} is not the one of this backup.",
                        next_step="Move it away, keep it, and restore again.",
                    )
                if len(rows) == _CHUNK:
                    connection.execute(insert(access), rows)
                    rows.clear()
            if rows:
                connection.execute(insert(access), rows)
            if after.number > before.number:
                _move(connection, before, after)

    # -- reading -----------------------------------------------------------------------------------

    def head(self) -> AccessHead:
        """Where the log ends now."""
        with self._backend.reading() as connection:
            return _head(connection)

    def entries(self, wanted: Wanted) -> Iterator[Entry]:
        """Entries by number, as they are wanted."""
        number = access.c.number.desc() if wanted.newest else access.c.number.asc()
        query = select(*_COLUMNS).where(*wanted.clauses()).order_by(number)
        after, left = wanted.after, wanted.limit
        while left is None or left > 0:
            size = _CHUNK if left is None else min(left, _CHUNK)
            with self._backend.reading() as connection:
                found = connection.execute(query.where(*wanted.beyond(after)).limit(size)).all()
            yield from (Entry(*row) for row in found)
            if len(found) < size:
                return
            after = found[-1].number
            left = None if left is None else left - len(found)


def access_file(database: Path) -> Path:
    """The file of the access log beside an SQLite ledger."""
    return database.with_name(database.name + FILE_SUFFIX)


def _beside(backend: Backend) -> Backend:
    if isinstance(backend, SqliteBackend):
        url = URL.create("sqlite", database=str(access_file(backend.path)))
        return SqliteBackend(url, wait_milliseconds=WAIT_MILLISECONDS)
    if not isinstance(backend, PostgresBackend):
        raise ProgramError("a ledger lies on SQLite or PostgreSQL")
    return PostgresBackend(
        backend.engine.url.update_query_dict({"schema": backend.schema}),
        wait_milliseconds=WAIT_MILLISECONDS,
        beside=SCHEMA_SUFFIX,
    )


def _give_away(own: Backend, ledgers: Backend) -> None:
    """Let the new file belong to whom the ledger's file belongs: an administrator who looks first
    must not lock the server out.
    """
    if isinstance(own, SqliteBackend) and isinstance(ledgers, SqliteBackend):
        there = ledgers.path.stat()
        with suppress(PermissionError):  # only root gives files away; else it is whose it should be
            os.chown(own.path, there.st_uid, there.st_gid)
            own.path.chmod(stat.S_IMODE(there.st_mode))


def _is_made(backend: Backend) -> bool:
    with backend.reading() as connection:
        return {access.name, access_head.name} <= backend.table_names(connection)


def _make(backend: Backend, connection: Connection, first: bytes) -> None:
    """Tables, head, and what refuses changes, in the transaction that is open."""
    backend.own_what_is_made(connection)
    metadata.create_all(connection)
    connection.execute(insert(access_head).values(name=HEAD, number=0, link=first))
    backend.guard_with(
        connection,
        SQLITE_ACCESS_GUARDS if backend.name == "sqlite" else POSTGRES_ACCESS_GUARDS,
        POSTGRES_ACCESS_GRANTS,
    )


def _head(connection: Connection) -> AccessHead:
    row = connection.execute(select(access_head.c.number, access_head.c.link)).one()
    return AccessHead(*row)


def _locked_head(connection: Connection) -> AccessHead:
    """The head, read under the writer lock: BEGIN IMMEDIATE took it on SQLite, this row does on
    PostgreSQL.
    """
    query = select(access_head.c.number, access_head.c.link).with_for_update()
    return AccessHead(*connection.execute(query).one())


def _last_instant(connection: Connection, number: int) -> datetime | None:
    at = connection.execute(select(access.c.at).where(access.c.number == number)).scalar()
    invariant(at is None or isinstance(at, datetime), "an instant of the access log is none")
    return at


def _link_at(connection: Connection, number: int) -> bytes | None:
    link = connection.execute(select(access.c.link).where(access.c.number == number)).scalar()
    return None if link is None else bytes(link)


def _once(looks: Sequence[Look]) -> list[Look]:
    """The first of those that say the same."""
    return list({look.sameness(): look for look in reversed(looks)}.values())[::-1]


def _is_there(connection: Connection, look: Look, at: datetime) -> bool:
    known = [
        access.c.reader == look.reader,
        access.c.at >= quarter_of(at),
        access.c.purpose == look.purpose.value,
        access.c.kind == look.kind.value,
        access.c.subject.is_(None) if look.subject is None else access.c.subject == look.subject,
    ]
    if not look.of_one:
        known.append(access.c.question == look.text())
    return bool(connection.execute(select(exists().where(*known))).scalar())


def _move(connection: Connection, before: AccessHead, after: AccessHead) -> None:
    moved = connection.execute(
        update(access_head)
        .where(access_head.c.name == HEAD, access_head.c.number == before.number)
        .values(number=after.number, link=after.link)
    )
    invariant(moved.rowcount == 1, "the head of the access log moved although its lock was held")
