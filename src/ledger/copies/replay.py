"""A backup or an audit bundle opened as a ledger that can be asked and never written.

The file is checked whole, its events go into an SQLite file in a folder of their own that only this
account may enter, and everything that asks a ledger asks this one; the folder goes when it is
closed. Positions are those of the log: a part of it has gaps, and a question at a position that is
of a stream not held here is refused rather than answered otherwise than the ledger would.

Without keys names and numbers stay sealed, and people are asked about by their ids.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, insert, select

from ledger.application import Ledger
from ledger.copies import bundle_check
from ledger.copies.archive import Archive
from ledger.copies.archive_lines import refused
from ledger.copies.archive_walk import Parts
from ledger.copies.backup import KIND as BACKUP
from ledger.copies.bundle import KIND as BUNDLE
from ledger.copies.events_opened import founding_fields
from ledger.copies.restore import check_backup, insert_events, must_agree
from ledger.fields import IDENTITY
from ledger.keys.keyring import Keyring
from ledger.keys.stream_keys import StreamKeys
from ledger.proofs.merkle import EMPTY_FRONTIER
from ledger.records import Command, Outcome, RecordedEvent
from ledger.storage.append import Randomness, Result
from ledger.storage.backend import Backend, ConnectionLost
from ledger.storage.reading import Reader
from ledger.storage.store import WAIT_MILLISECONDS, EventStore, backend_of
from ledger.storage.store_errors import LedgerReadOnly, PositionUnknown
from ledger.storage.tables import APPLICATION, FORMAT, LOG, events, heads, ledger_format, metadata

_CHUNK = 2_000


class ReplayReader(Reader):
    """Reads a log of which positions may be missing; the last one is always there."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self._own = backend

    def position_at(self, instant: datetime) -> int | None:
        """The last position recorded up to an instant; None before the first.

        Raises:
            PositionUnknown: events of other streams may have been recorded in between.
        """
        known = events.c.position
        before = select(known).where(events.c.recorded_at <= instant).order_by(known.desc())
        after = select(known).where(events.c.recorded_at > instant).order_by(known)
        with self._own.reading() as connection:
            last = connection.execute(before.limit(1)).scalar()
            following = connection.execute(after.limit(1)).scalar()
        if last is None:
            return None
        if following is not None and following != last + 1:
            raise _not_here("What was recorded up to that instant", last, following)
        return int(last)

    def boundary(self, position: int) -> tuple[int, int]:
        """The whole positions around one; the command of an event whose neighbours are not held
        is taken to end with it.

        Raises:
            PositionUnknown: beyond the head, or of a stream that is not held.
        """
        known = events.c.position
        at = select(known, events.c.recorded_at)
        with self._own.reading() as connection:
            own = connection.execute(at.where(known == position)).first()
            below = connection.execute(
                select(known).where(known < position).order_by(known.desc()).limit(1)
            ).scalar()
            above = connection.execute(at.where(known > position).order_by(known).limit(1)).first()
            if own is None:
                if position == 0:
                    return 0, 0
                nearest = None if above is None else above[0]
                raise _not_here(f"Position {position}", below or 0, nearest)
            if above is None or above != (position + 1, own[1]):
                return position, position
            same = events.c.recorded_at == own[1]
            first, last = (
                connection.execute(select(known).where(same).order_by(order).limit(1)).scalar_one()
                for order in (known, known.desc())
            )
        return first - 1, last


def _not_here(what: str, before: int, after: int | None) -> PositionUnknown:
    nearest = f"{before}" if after is None else f"{before} or {after}"
    return PositionUnknown(
        f"{what} is not in this bundle: it holds some streams only.",
        next_step=f"Ask at position {nearest}, or take a bundle of the whole log.",
    )


class ReplayStore(EventStore):
    """The events of a bundle; nothing can be added or taken away."""

    def __init__(
        self, backend: Backend, randomness: Randomness, *, whole: bool, all_keys: bool
    ) -> None:
        super().__init__(backend, clock=None, randomness=randomness, hook=None)
        self.whole = whole
        self.reader = ReplayReader(backend)
        self._all_keys = all_keys

    def append(self, command: Command) -> Outcome:
        """Refused."""
        raise _read_only(command)

    def append_many(self, commands: Iterable[Command]) -> list[Result]:
        """Refused."""
        raise _read_only(commands)

    def delete_sealed(self, stream: UUID) -> int:
        """Refused."""
        raise _read_only(stream)

    def sealed(self, positions: Sequence[int]) -> dict[int, tuple[tuple[str, bytes], ...]]:
        """The sealed parts that the keys given with a bundle may open."""
        found = super().sealed(positions)
        if self._all_keys:
            return found
        kept = {
            position: tuple(part for part in parts if part[0] == IDENTITY)
            for position, parts in found.items()
        }
        return {position: parts for position, parts in kept.items() if parts}


def _read_only(asked: object) -> LedgerReadOnly:
    del asked
    return LedgerReadOnly(
        "A backup or bundle is read and never written; nothing was recorded.",
        next_step="Name the ledger itself with --ledger.",
    )


class ReplayedLedger(Ledger):
    """A ledger replayed from a file; `unread` is what a reader sees instead of sealed fields."""

    unread = "sealed"

    def __init__(
        self, store: EventStore, keyring: Keyring, founded: Mapping[str, Any], folder: Path
    ) -> None:
        self._folder = folder
        super().__init__(store, keyring, founded)

    @classmethod
    def of(cls, path: Path, *, keys: Path | None, randomness: Randomness) -> Self:
        """Open a file.

        Args:
            path: a backup or an audit bundle.
            keys: the key folder of the ledger, for whoever has it; None for the keys in the bundle.
            randomness: gives so many random bytes.

        Raises:
            ArchiveRefused, NoteRefused, ProofRefused: it is not whole and right.
        """
        folder = Path(tempfile.mkdtemp(prefix="asn-ledger-replay-"))
        backend = backend_of(
            f"sqlite:///{folder / 'ledger.sqlite3'}", wait_milliseconds=WAIT_MILLISECONDS
        )
        try:
            filled = _fill(path, backend)
            store = ReplayStore(backend, randomness, whole=filled.whole, all_keys=keys is not None)
            origin = str(filled.founded["origin"])
            if keys is None:
                keyring = _given(folder / "keys", origin, filled, randomness)
            else:
                keyring = Keyring.open(keys, origin, randomness=randomness)
            return cls(store, keyring, filled.founded, folder)
        except BaseException:
            backend.engine.dispose()
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def close(self) -> None:
        """Close it and remove its folder."""
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Filled:
    """Takes events as they are checked, and stores them in pieces."""

    def __init__(self, backend: Backend, connection: Connection) -> None:
        self.founded: Mapping[str, Any] = {}
        self.streams: set[UUID] = set()
        self.keys: Mapping[UUID, bytes] = {}
        self.whole = True
        self.last: RecordedEvent | None = None
        self._backend = backend
        self._connection = connection
        self._waiting: list[tuple[RecordedEvent, Parts]] = []

    def take(self, event: RecordedEvent, parts: Parts) -> None:
        """One event with its sealed parts."""
        if event.id == 1:
            self.founded = founding_fields(event)
        self.streams.add(event.originator_id)
        self.last = event
        self._waiting.append((event, parts))
        if len(self._waiting) == _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Store what waits."""
        insert_events(self._backend, self._connection, iter(self._waiting))
        self._waiting.clear()

    def finish(self) -> None:
        """Store the rest, and where the log ends; no guards, because nobody can write here."""
        self.flush()
        if self.last is None or not self.founded:
            raise refused("The file", "holds no ledger.")
        self._connection.execute(
            insert(ledger_format).values(application=APPLICATION, format=FORMAT)
        )
        self._connection.execute(
            insert(heads).values(
                name=LOG,
                position=self.last.id,
                recorded_at=self.last.recorded_at,
                frontier=EMPTY_FRONTIER,
            )
        )


def _fill(path: Path, backend: Backend) -> _Filled:
    """Check a file and put its events into a fresh database, in one transaction."""
    with Archive.open(path) as archive:
        kind = archive.manifest.get("kind")
    if kind not in (BACKUP, BUNDLE):
        raise refused(path.name, "is neither a backup nor an audit bundle.")
    backend.prepare_place()
    try:
        with backend.connect() as connection, backend.transaction(connection):
            metadata.create_all(connection)
            filled = _Filled(backend, connection)
            if kind == BUNDLE:
                proven = bundle_check.check_bundle(path, use=filled.take)
                filled.keys, filled.whole = proven.keys, proven.whole
            else:
                with Archive.open(path) as archive:
                    must_agree(check_backup(archive, use=filled.take))
            filled.finish()
    except ConnectionLost as error:
        raise backend.unreachable() from error
    backend.settle()
    return filled


def _given(folder: Path, origin: str, filled: _Filled, randomness: Randomness) -> Keyring:
    """A key folder with the keys given; every other stream is one whose keys are not there."""
    keyring = Keyring.create(folder, origin, randomness=randomness)
    try:
        keyring.add_many(
            [
                (stream, StreamKeys(identity=key, restricted=b""))
                for stream, key in sorted(filled.keys.items())
            ]
        )
        keyring.destroy(*sorted(filled.streams - set(filled.keys)))
    except BaseException:
        keyring.close()
        raise
    return keyring
