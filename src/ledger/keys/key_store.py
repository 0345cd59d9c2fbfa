"""The wrapped keys, in a SQLite file of their own. Knows rows, not cryptography.

A rollback journal that is cut to nothing at each commit, `synchronous=FULL` and `secure_delete`
keep commits durable and leave as little as can be of deleted rows in the file. What really destroys
them is the end of the epoch key under which they were wrapped (rotation.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

from ledger.canonical import instant_text
from ledger.keys.key_errors import (
    KeyFolderMissing,
    KeyStoreBroken,
    KeyStoreNewer,
    KeyStoreUnavailable,
)
from ledger.keys.key_folder import STORE_NAME

FORMAT = 1
_BUSY_SECONDS = 30
_ASK_MAX = 500
_WALK = 2_000
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE wrapped (stream BLOB PRIMARY KEY, epoch INTEGER NOT NULL,
    identity BLOB NOT NULL, restricted BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE secret (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE erasure (stream BLOB PRIMARY KEY, epoch INTEGER NOT NULL,
    completed_at TEXT) STRICT, WITHOUT ROWID;
"""
_ONE_SET = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_WALKED = (
    "SELECT stream, epoch, identity, restricted FROM wrapped WHERE stream > ? "
    "ORDER BY stream LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class WrappedKeys:
    """Both keys of a stream, each as nonce, ciphertext and tag under the key of the epoch."""

    stream: UUID
    epoch: int
    identity: bytes
    restricted: bytes


@dataclass(frozen=True, slots=True)
class WrappedSecret:
    """A secret of the ledger itself, wrapped in the same way."""

    name: str
    epoch: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Erasure:
    """Keys that were destroyed.

    Attributes:
        epoch: the one in which it happened; until its key is destroyed, an older copy of the key
            store together with that key could still open them.
        completed_at: text of the instant in UTC at which that key was known to be destroyed.
    """

    stream: UUID
    epoch: int
    completed_at: str | None


class KeyStore:
    """The rows of `keys.sqlite3`. One connection, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        with self._translated():
            self._connection = sqlite3.connect(
                path, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False
            )
            try:
                for pragma in ("journal_mode=TRUNCATE", "synchronous=FULL", "secure_delete=ON"):
                    self._connection.execute(f"PRAGMA {pragma}").fetchall()
            except sqlite3.Error:
                self._connection.close()
                raise

    @classmethod
    def existing(cls, path: Path) -> KeyStore:
        """Open the store of a finished key folder.

        Raises:
            KeyFolderMissing, KeyStoreBroken, KeyStoreNewer: no store; no SQLite file; a newer one.
        """
        if not path.is_file():
            raise KeyFolderMissing(path.parent)
        store = cls(path)
        try:
            store.check_format()
        except BaseException:
            store.close()
            raise
        return store

    def check_format(self) -> None:
        """See that its making was finished and that this program knows its format.

        Raises:
            KeyFolderMissing, KeyStoreNewer.
        """
        if not self.is_founded():
            raise KeyFolderMissing(self.path.parent, unfinished=True)
        if self.meta("format") != FORMAT:
            raise KeyStoreNewer(self.path, found=self.meta("format"))

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        self._connection.close()

    def is_founded(self) -> bool:
        """Whether its making was finished; everything of it is stored in one transaction."""
        return self._number("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") == 1

    def found(self, *, origin: str, epoch: int, epoch_digest: str) -> None:
        """Make the tables. Belongs into one transaction with the first secrets."""
        for table in _TABLES.split(";"):
            self._connection.execute(table)
        self.set_meta("format", FORMAT)
        self.set_meta("origin", origin)
        self.set_meta("epoch", epoch)
        self.set_meta("epoch_digest", epoch_digest)

    def meta(self, name: str) -> str | int | None:
        """One value about the store itself, None if it is not set."""
        rows = self._all("SELECT value FROM meta WHERE name = ?", (name,))
        if not rows:
            return None
        value: str | int = rows[0][0]
        return value

    def epoch(self) -> int:
        """The number of the epoch under which new keys are wrapped."""
        value = self.meta("epoch")
        if not isinstance(value, int):
            raise KeyStoreBroken(self.path, why="it does not say which epoch is current")
        return value

    def set_meta(self, name: str, value: str | int | None) -> None:
        """Set or (None) remove one value."""
        if value is None:
            self._connection.execute("DELETE FROM meta WHERE name = ?", (name,))
            return
        self._connection.execute(_ONE_SET, (name, value))

    def change_count(self) -> int:
        """A number that changes whenever another connection, of any process, commits."""
        return self._number("PRAGMA data_version")

    # ------------------------------------------------------------------------------ keys of streams

    def add(self, rows: Iterable[WrappedKeys]) -> None:
        """Insert rows; the caller saw that none of the streams is known."""
        self._connection.executemany(
            "INSERT INTO wrapped VALUES (?, ?, ?, ?)",
            ((row.stream.bytes, row.epoch, row.identity, row.restricted) for row in rows),
        )

    def find(self, streams: Sequence[UUID]) -> Iterator[WrappedKeys]:
        """The rows of those streams that have keys, in no order."""
        query = "SELECT stream, epoch, identity, restricted FROM wrapped WHERE stream IN ({})"
        for row in self._asked(query, streams):
            yield WrappedKeys(UUID(bytes=row[0]), row[1], row[2], row[3])

    def walk(self) -> Iterator[WrappedKeys]:
        """All rows by stream, read in pieces, so that they may be rewritten while walking."""
        last = b""
        while True:
            rows = self._all(_WALKED, (last, _WALK))
            for row in rows:
                yield WrappedKeys(UUID(bytes=row[0]), row[1], row[2], row[3])
            if len(rows) < _WALK:
                return
            last = rows[-1][0]

    def rewrap(self, rows: Iterable[WrappedKeys]) -> int:
        """Replace rows of streams that have some; gives back how many."""
        return self._connection.executemany(
            "UPDATE wrapped SET epoch = ?, identity = ?, restricted = ? WHERE stream = ?",
            ((row.epoch, row.identity, row.restricted, row.stream.bytes) for row in rows),
        ).rowcount

    def count(self) -> int:
        """How many streams have keys."""
        return self._number("SELECT count(*) FROM wrapped")

    def count_outside(self, epoch: int) -> int:
        """How many rows are wrapped under another epoch than this one; never any at rest."""
        keys = self._number("SELECT count(*) FROM wrapped WHERE epoch <> ?", (epoch,))
        return keys + self._number("SELECT count(*) FROM secret WHERE epoch <> ?", (epoch,))

    # ---------------------------------------------------------------------------- secrets, erasures

    def secrets(self) -> list[WrappedSecret]:
        """All secrets of the ledger itself, by name."""
        rows = self._all("SELECT name, epoch, wrapped FROM secret ORDER BY name")
        return [WrappedSecret(*row) for row in rows]

    def put_secret(self, secret: WrappedSecret) -> None:
        """Insert or replace a secret."""
        self._connection.execute(
            "INSERT INTO secret VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
            "SET epoch = excluded.epoch, wrapped = excluded.wrapped",
            (secret.name, secret.epoch, secret.wrapped),
        )

    def remove_secret(self, name: str) -> None:
        """Delete a secret; nothing if there is none."""
        self._connection.execute("DELETE FROM secret WHERE name = ?", (name,))

    def erase(self, streams: Sequence[UUID], *, epoch: int) -> None:
        """Delete keys and note it, also of unknown streams; what was noted before stays."""
        self._connection.executemany(
            "DELETE FROM wrapped WHERE stream = ?", ((stream.bytes,) for stream in streams)
        )
        self._connection.executemany(
            "INSERT INTO erasure VALUES (?, ?, NULL) ON CONFLICT (stream) DO NOTHING",
            ((stream.bytes, epoch) for stream in streams),
        )

    def complete_erasures(self, *, epoch: int, at: datetime) -> list[UUID]:
        """Date all open erasures of this epoch or earlier; gives them back."""
        rows = self._connection.execute(
            "UPDATE erasure SET completed_at = ? WHERE completed_at IS NULL AND epoch <= ? "
            "RETURNING stream",
            (instant_text(at), epoch),
        ).fetchall()
        return sorted(UUID(bytes=row[0]) for row in rows)

    def pending_erasures(self) -> list[UUID]:
        """Streams whose keys were destroyed and may still be opened from an older copy."""
        rows = self._all("SELECT stream FROM erasure WHERE completed_at IS NULL ORDER BY stream")
        return [UUID(bytes=row[0]) for row in rows]

    def erased(self) -> list[UUID]:
        """All streams whose keys were destroyed, by stream."""
        return [
            UUID(bytes=row[0]) for row in self._all("SELECT stream FROM erasure ORDER BY stream")
        ]

    def erasures(self, streams: Sequence[UUID]) -> dict[UUID, Erasure]:
        """The erasures among these streams."""
        query = "SELECT stream, epoch, completed_at FROM erasure WHERE stream IN ({})"
        found = (Erasure(UUID(bytes=row[0]), *row[1:]) for row in self._asked(query, streams))
        return {erasure.stream: erasure for erasure in found}

    # ------------------------------------------------------------------------------------- the file

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is stored, durably, or nothing is; holds the writer lock throughout.

        Raises:
            KeyStoreUnavailable, KeyStoreBroken: locked, disk full; damaged. Nothing was stored.
        """
        with self._lock, self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _number(self, query: str, values: Sequence[object] = ()) -> int:
        return int(self._all(query, values)[0][0])

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._translated():
            return self._connection.execute(query, values).fetchall()

    def _asked(self, query: str, streams: Sequence[UUID]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(streams), _ASK_MAX):
            part = [stream.bytes for stream in streams[start : start + _ASK_MAX]]
            yield from self._all(query.format(",".join("?" * len(part))), part)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.OperationalError as fault:
            raise KeyStoreUnavailable(self.path, why=str(fault)) from fault
        except sqlite3.DatabaseError as fault:
            raise KeyStoreBroken(self.path, why=str(fault)) from fault


def origin_of(folder: Path) -> str | None:
    """The ledger whose keys a folder holds; None if it holds none or was never finished.

    So a founding that was interrupted after the keys were made can go on with them.

    Raises:
        KeyStoreBroken, KeyStoreNewer, KeyStoreUnavailable.
    """
    try:
        store = KeyStore.existing(folder / STORE_NAME)
    except KeyFolderMissing:
        return None
    try:
        return str(store.meta("origin"))
    finally:
        store.close()
