"""Reading the log: by stream, by position, by instant.

Positions have no gaps and become visible in their order, because they are given under the head's
lock: whoever reads by position up to where he finds nothing, and later goes on from there, misses
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, true

from ledger.errors import invariant
from ledger.records import Head, Outcome, RecordedEvent, Request
from ledger.storage.backend import Backend
from ledger.storage.store_errors import LedgerDamaged, PositionUnknown, RequestReused
from ledger.storage.tables import LOG, events, heads, requests, sealed

CHUNK_EVENTS = 1_000  # read at once by `read`, so that memory is constant
CHUNK_KEYS = 500  # asked for in one query

# In the order of RecordedEvent's fields.
EVENT_COLUMNS = (
    events.c.stream,
    events.c.version,
    events.c.topic,
    events.c.payload,
    events.c.position,
    events.c.effective_on,
    events.c.recorded_at,
    events.c.context,
    events.c.salt,
    events.c.sealed_digest,
    events.c.leaf,
)


# Head and last event in one statement, so that both are of the same moment while others append.
_LAST = (
    select(events.c.position, events.c.recorded_at)
    .order_by(events.c.position.desc())
    .limit(1)
    .subquery()
)
_ENDS = (
    select(heads.c.position, heads.c.recorded_at, _LAST.c.position, _LAST.c.recorded_at)
    .select_from(heads.outerjoin(_LAST, true()))
    .where(heads.c.name == LOG)
)


_FIELDS = tuple(field.name for field in fields(RecordedEvent))


def recorded_event(row: Iterable[Any]) -> RecordedEvent:
    """`RecordedEvent(*row)` in half the time: a frozen dataclass sets each field by a call."""
    event = object.__new__(RecordedEvent)
    event.__dict__.update(zip(_FIELDS, row, strict=True))
    return event


class Reader:
    """Answers from what is committed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def head(self) -> Head:
        """Where the log ends now."""
        with self._backend.reading() as connection:
            return _head(connection)

    def check_end(self) -> None:
        """Compare the head with the last event: written together, they must be found together.

        Raises:
            LedgerDamaged: they differ, as after a file was cut off or restored in part.
        """
        with self._backend.reading() as connection:
            position, recorded_at, last, last_at = connection.execute(_ENDS).one()
        if (position, recorded_at) != (last or 0, last_at):
            raise LedgerDamaged(
                f"The ledger at {self._backend.place} is damaged: its head says position "
                f"{position}, its last event {last or 0}.",
                next_step="Keep it as it is, restore the last backup elsewhere and compare.",
            )

    def position_at(self, instant: datetime) -> int | None:
        """The last position recorded up to an instant; None before the first.

        It is always the end of a command. recorded_at grows with the position, so a binary search
        over the primary key needs no index of its own.
        """
        invariant(instant.tzinfo is not None, "an instant without a time zone")
        with self._backend.reading() as connection:
            head = _head(connection)
            after = _first(connection, 1, head.position, lambda found: found > instant)
        return after - 1 if after > 1 else None

    def boundary(self, position: int) -> tuple[int, int]:
        """The whole positions around one: the last up to it, and the first from it on.

        Both are the position itself where a command ends there, and 0 is whole.

        Raises:
            PositionUnknown: negative, or beyond the head.
        """
        with self._backend.reading() as connection:
            head = _head(connection)
            if not 0 <= position <= head.position:
                raise PositionUnknown(
                    f"There is no position {position}; the last is {head.position}.",
                    next_step=f"Ask for a position from 0 to {head.position}.",
                    head=head.position,
                )
            if position in {0, head.position}:
                return position, position
            recorded_at = _recorded_at(connection, position)
            if _recorded_at(connection, position + 1) != recorded_at:
                return position, position
            begin = _first(connection, 1, position, lambda found: found >= recorded_at)
            beyond = _first(
                connection, position + 1, head.position, lambda found: found > recorded_at
            )
        return begin - 1, beyond - 1

    def stream(
        self, stream: UUID, *, gt: int | None = None, lte_position: int | None = None
    ) -> list[RecordedEvent]:
        """The events of one stream by version, empty if there is none; from the version after `gt`,
        as far as known at position `lte_position`.
        """
        query = select(*EVENT_COLUMNS).where(events.c.stream == stream).order_by(events.c.version)
        if gt is not None:
            query = query.where(events.c.version > gt)
        return self.select(_known(query, lte_position))

    def versions(
        self, stream: UUID, *, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[RecordedEvent]:
        """The events of one stream between two versions, as the library asks for them."""
        version = events.c.version
        query = select(*EVENT_COLUMNS).where(events.c.stream == stream)
        query = query.order_by(version.desc() if desc else version)
        if gt is not None:
            query = query.where(version > gt)
        if lte is not None:
            query = query.where(version <= lte)
        return self.select(query.limit(limit))

    def streams(
        self, ids: Sequence[UUID], *, lte_position: int | None = None
    ) -> dict[UUID, list[RecordedEvent]]:
        """The events of many streams, 500 a query; a stream without events has an empty list."""
        found: dict[UUID, list[RecordedEvent]] = {stream: [] for stream in ids}
        wanted = list(found)
        with self._backend.reading() as connection:
            for at in range(0, len(wanted), CHUNK_KEYS):
                query = (
                    select(*EVENT_COLUMNS)
                    .where(events.c.stream.in_(wanted[at : at + CHUNK_KEYS]))
                    .order_by(events.c.stream, events.c.version)
                )
                for row in connection.execute(_known(query, lte_position)).all():
                    found[row[0]].append(recorded_event(row))
        return found

    def founded(self, topic: str, *, lte_position: int | None = None) -> list[UUID]:
        """The streams whose first event has a topic, in order of founding."""
        query = (
            select(events.c.stream)
            .where(events.c.version == 1, events.c.topic == topic)
            .order_by(events.c.position)
        )
        if lte_position is not None:
            query = query.where(events.c.position <= lte_position)
        with self._backend.reading() as connection:
            return list(connection.execute(query).scalars())

    def read(
        self, start: int = 1, stop: int | None = None, *, topics: Sequence[str] = ()
    ) -> Iterator[RecordedEvent]:
        """Events by position from `start` to `stop`, both inclusive, in constant memory.

        No connection is held while the caller works on an event. Without `stop` it goes on to what
        is the last event when it arrives there.
        """
        following = start
        while True:
            chunk = self.chunk(following, stop, topics=topics, limit=CHUNK_EVENTS)
            yield from chunk
            if len(chunk) < CHUNK_EVENTS:
                return
            following = chunk[-1].id + 1

    def chunk(
        self, start: int, stop: int | None, *, topics: Sequence[str] = (), limit: int
    ) -> list[RecordedEvent]:
        """At most `limit` events by position, from `start` to `stop`, both inclusive."""
        query = select(*EVENT_COLUMNS).where(events.c.position >= start).order_by(events.c.position)
        if topics:
            query = query.where(events.c.topic.in_(topics))
        return self.select(_known(query, stop).limit(limit))

    def positions(self, *, gt: int, other_than: str) -> list[int]:
        """The positions after one whose topic does not begin with an owner's word, ascending."""
        query = (
            select(events.c.position)
            .where(events.c.position > gt, events.c.topic.not_like(f"{other_than}.%"))
            .order_by(events.c.position)
        )
        with self._backend.reading() as connection:
            return list(connection.execute(query).scalars())

    def last_of(self, stream: UUID, *, lte_position: int) -> int | None:
        """The position of a stream's last event up to a position; None if it has none yet."""
        query = select(events.c.position).where(events.c.stream == stream)
        query = _known(query, lte_position).order_by(events.c.version.desc()).limit(1)
        with self._backend.reading() as connection:
            found: int | None = connection.execute(query).scalar()
        return found

    def version_of(self, stream: UUID) -> int:
        """The version of a stream's last event, 0 where it has none."""
        query = select(func.max(events.c.version)).where(events.c.stream == stream)
        with self._backend.reading() as connection:
            return connection.execute(query).scalar() or 0

    def select(self, query: Select[*tuple[Any, ...]]) -> list[RecordedEvent]:
        """The events of a query over all columns, in the order of `RecordedEvent`."""
        with self._backend.reading() as connection:
            return list(map(recorded_event, connection.execute(query)))

    def sealed(self, positions: Sequence[int]) -> dict[int, tuple[tuple[str, bytes], ...]]:
        """The sealed parts (key class, nonce || ciphertext || tag) of events, sorted by class.

        Positions without sealed parts, or whose parts were erased, are left out.
        """
        found: dict[int, list[tuple[str, bytes]]] = {}
        with self._backend.reading() as connection:
            for at in range(0, len(positions), CHUNK_KEYS):
                query = select(sealed).where(sealed.c.position.in_(positions[at : at + CHUNK_KEYS]))
                for position, key_class, ciphertext in connection.execute(query):
                    found.setdefault(position, []).append((key_class, ciphertext))
        return {position: tuple(sorted(parts)) for position, parts in found.items()}

    def outcome_of(self, request: Request) -> Outcome | None:
        """Was it stored? The outcome of a request answered before, or None.

        Raises:
            RequestReused: the key was used for another command.
        """
        query = select(requests.c.digest, requests.c.first_position, requests.c.count).where(
            requests.c.actor == request.actor, requests.c.key == request.key
        )
        with self._backend.reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            digest, first, count = row
            if digest != request.digest:
                raise RequestReused(first)
            instant = None if first is None else _recorded_at(connection, first)
        return Outcome(first, count, instant, repeated=True)


def _known(query: Select[*tuple[Any, ...]], position: int | None) -> Select[*tuple[Any, ...]]:
    return query if position is None else query.where(events.c.position <= position)


def _head(connection: Connection) -> Head:
    row = connection.execute(
        select(heads.c.position, heads.c.recorded_at, heads.c.frontier).where(heads.c.name == LOG)
    ).one()
    return Head(*row)


def _recorded_at(connection: Connection, position: int) -> datetime:
    found: datetime | None = connection.execute(
        select(events.c.recorded_at).where(events.c.position == position)
    ).scalar()
    if found is None:
        raise LedgerDamaged(
            f"Position {position} lies before the head but holds no event.",
            next_step="Keep the ledger as it is, restore the last backup elsewhere and compare.",
        )
    return found


def _first(connection: Connection, low: int, high: int, holds: Callable[[datetime], bool]) -> int:
    """The first position of low..high whose recorded_at satisfies a condition that, once true,
    stays true; high + 1 if none does.
    """
    beyond = high + 1
    while low < beyond:
        middle = (low + beyond) // 2
        if holds(_recorded_at(connection, middle)):
            beyond = middle
        else:
            low = middle + 1
    return low
