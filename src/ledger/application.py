"""The ledger as an application of the `eventsourcing` library: found, open, load, append.

The library gives application, repository and event store; recorder and mapper are ours (ADR 0002).
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment

from ledger.canonical import FORMAT
from ledger.domain.facts import History, history
from ledger.domain.rulebook import Rulebook, rulebook
from ledger.domain.unit_directory import UnitDirectory, directory
from ledger.errors import LedgerError, invariant
from ledger.events.base import Encoded, encode
from ledger.events.book import InstrumentEnacted, LedgerFounded
from ledger.identity.names import NameIndex
from ledger.identity.nip_index import IdentityIndex
from ledger.keys import sealing
from ledger.keys.key_errors import KeyFolderExists
from ledger.keys.key_folder import default_key_folder
from ledger.keys.key_store import origin_of
from ledger.keys.keyring import Keyring
from ledger.mapper import LedgerMapper
from ledger.proofs.note import log_name
from ledger.recorder import LedgerRecorder
from ledger.records import Command, NewEvent, Outcome, RecordedEvent
from ledger.storage.store import EventStore
from ledger.storage.store_errors import LedgerExists, VersionConflict

UNIT_TOPIC = "org_unit.unit/1"
PERSON_TOPIC = "employee.registered/1"
_RETRIES = 9
Randomness = Callable[[int], bytes]
Clock = Callable[[], datetime]


class NotFounded(LedgerError):
    """The database holds no founding event."""

    code = "not_founded"


@dataclass(frozen=True, slots=True)
class Founding:
    """What a ledger is founded with; `instruments` are the texts enacted at once."""

    agency_code: str
    agency_name: str
    timezone: str
    demo: bool = False
    instruments: tuple[InstrumentEnacted, ...] = ()


def stream_id(randomness: Randomness) -> UUID:
    """An opaque random id (UUID version 4, RFC 9562)."""
    return UUID(bytes=randomness(16), version=4)


class _Factory(InfrastructureFactory[TrackingRecorder]):
    """Hands the library the one recorder there is; tracking and snapshots are not used."""

    recorder: ApplicationRecorder | None = None

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:  # noqa: ARG002
        return self.application_recorder()

    def application_recorder(self) -> ApplicationRecorder:
        invariant(self.recorder is not None, "the factory has no recorder")
        if self.recorder is None:
            raise NotImplementedError
        return self.recorder

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        raise NotImplementedError

    def process_recorder(self) -> ProcessRecorder:
        raise NotImplementedError


class Ledger(Application[UUID]):
    """One agency's ledger, open for reading and appending.

    Attributes:
        store: the event store. keyring: its keys. index: persons by NIP. names: persons by name.
        founded: the founding event's payload. stream: where events about the ledger itself lie.
    """

    name = "Ledger"
    unread = "erased"  # what a reader sees instead of sealed fields that no key opens

    def __init__(self, store: EventStore, keyring: Keyring, founded: Mapping[str, Any]) -> None:
        self.store = store
        self.keyring = keyring
        self.founded = founded
        self.stream = UUID(founded["ledger_stream"])
        self.origin = str(founded["origin"])
        super().__init__({})
        self.index = IdentityIndex(store, keyring)
        self.index.follow()
        self.names = NameIndex(store, keyring)
        self._titles = keyring.secret("title")
        self._book: list[RecordedEvent] = []
        self._book_lock = Lock()

    # ------------------------------------------------------------------ what the library asks for

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """No setting of this application comes from the environment."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        factory = _Factory(env)
        factory.recorder = LedgerRecorder(self.store)
        return factory

    def construct_mapper(self) -> Mapper[UUID]:
        return LedgerMapper(origin=self.origin, keyring=self.keyring)

    @property
    def rows(self) -> LedgerMapper:
        """The mapper, under its own type."""
        mapper = self.mapper
        invariant(isinstance(mapper, LedgerMapper), "the ledger has another mapper")
        if not isinstance(mapper, LedgerMapper):
            raise TypeError
        return mapper

    # ----------------------------------------------------------------------- founding and opening

    @classmethod
    def found(
        cls,
        url: str,
        founding: Founding,
        *,
        keys: Path | None = None,
        actor: str,
        randomness: Randomness = os.urandom,
        clock: Clock | None = None,
    ) -> Self:
        """Make the database and the keys, and append the founding with its instruments.

        A crash before the append leaves tables and keys that nothing uses; founding again takes
        them over.

        Raises:
            StoreError, KeyError of ledger.key_errors: what stands in the way.
        """
        store = _empty_store(url, randomness=randomness, clock=clock)
        try:
            keyring = _fresh_keyring(url, founding.agency_code, keys, randomness)
            try:
                stream = stream_id(randomness)
                rows, founded = _founding_rows(founding, keyring, stream, actor)
                store.append(Command(rows))
                return cls(store, keyring, founded)
            except BaseException:
                keyring.close()
                raise
        except BaseException:
            store.close()
            raise

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keys: Path | None = None,
        randomness: Randomness = os.urandom,
        clock: Clock | None = None,
    ) -> Self:
        """Open a founded ledger with its keys.

        Raises:
            NotFounded, and what the store and the keyring raise.
        """
        store = EventStore.open(url, clock=clock)
        try:
            founded = _founding_payload(store)
            folder = keys or default_key_folder(url, str(founded["origin"]))
            keyring = Keyring.open(folder, str(founded["origin"]), randomness=randomness)
            try:
                return cls(store, keyring, founded)
            except BaseException:
                keyring.close()
                raise
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close database and keys."""
        super().close()
        self.keyring.close()
        self.store.close()

    # ---------------------------------------------------------------------------------- reading

    def events_of(self, stream: UUID, *, position: int | None = None) -> list[RecordedEvent]:
        """The events of one stream up to a position."""
        return self.store.stream(stream, lte_position=position)

    def history_of(self, stream: UUID, *, position: int | None = None) -> History:
        """The facts of one stream as known at a position."""
        return history(self.events_of(stream, position=position), position)

    def book_events(self, position: int | None = None) -> list[RecordedEvent]:
        """The events about the ledger itself up to a position; what was read once is not read
        again.
        """
        with self._book_lock:
            last = self._book[-1].originator_version if self._book else None
            self._book.extend(self.store.stream(self.stream, gt=last))
            if position is None:
                return list(self._book)
            return self._book[: bisect_right(self._book, position, key=attrgetter("id"))]

    def rulebook(self, position: int | None = None) -> Rulebook:
        """The instruments enacted and not repealed at a position."""
        return rulebook(self.book_events(position), position)

    def references(self, position: int | None = None) -> History:
        """Position references and calendars as known at a position."""
        return history(self.book_events(position), position)

    def units(self, position: int | None = None) -> UnitDirectory:
        """All units as known at a position."""
        streams = self.store.founded(UNIT_TOPIC, lte_position=position)
        return directory(self.store.streams(streams, lte_position=position), position)

    def registered(self, position: int | None = None) -> list[UUID]:
        """The streams of all people on record at a position, in order of registration."""
        return self.store.founded(PERSON_TOPIC, lte_position=position)

    def title_id(self, title: str) -> str:
        """The opaque id of a title of a post."""
        return sealing.title_id(self._titles, title)

    def first_position(self) -> int:
        """The position at which the ledger was founded with all of its first command."""
        return self.store.boundary(1)[1]

    def person(self, stream: UUID) -> dict[str, str | None]:
        """Number and name of a person as known now, unsealed; both None once erased."""
        return self.people([stream])[stream]

    def people(self, streams: Sequence[UUID]) -> dict[UUID, dict[str, str | None]]:
        """Numbers and names of many people at once."""
        found = self.names.people(streams)
        shown: dict[UUID, dict[str, str | None]] = {}
        for stream in streams:
            who = found.get(stream)
            number, name = (None, None) if who is None else (who.nip, who.name)
            shown[stream] = {"nip": number, "name": name}
        return shown

    # -------------------------------------------------------------------------------- appending

    def new_stream(self) -> UUID:
        """The id of a stream that does not exist yet."""
        return stream_id(self.keyring.randomness)

    def append_to(
        self,
        stream: UUID,
        version: int,
        events: Sequence[Encoded],
        context: Mapping[str, Any],
    ) -> Outcome:
        """Append events after a version of a stream, as one command.

        Raises:
            VersionConflict: somebody was faster; read again and decide again.
        """
        rows = self.rows_of(stream, version, events, context)
        return self.store.append(Command(rows))

    def rows_of(
        self,
        stream: UUID,
        version: int,
        events: Iterable[Encoded],
        context: Mapping[str, Any],
    ) -> tuple[NewEvent, ...]:
        """The rows of events that follow a version of a stream."""
        rows = self.rows
        return tuple(
            rows.new_event(stream, number, one, context)
            for number, one in enumerate(events, start=version + 1)
        )

    def append_to_book(self, events: Sequence[Encoded], actor: str) -> Outcome:
        """Append events about the ledger itself, after what others append to it meanwhile."""
        for _ in range(_RETRIES):
            try:
                return self._append_to_book(events, actor)
            except VersionConflict:
                continue
        return self._append_to_book(events, actor)

    def _append_to_book(self, events: Sequence[Encoded], actor: str) -> Outcome:
        last = self.book_events()[-1].originator_version
        return self.append_to(self.stream, last, events, {"actor": actor})


def _empty_store(url: str, *, randomness: Randomness, clock: Clock | None) -> EventStore:
    """A new store, or one that an interrupted founding left without a single event."""
    try:
        return EventStore.create(url, clock=clock, randomness=randomness)
    except LedgerExists:
        store = EventStore.open(url, clock=clock, randomness=randomness)
        if store.head().position:
            store.close()
            raise
        return store


def _fresh_keyring(
    url: str, agency_code: str, keys: Path | None, randomness: Randomness
) -> Keyring:
    """New keys, or those that an interrupted founding left unused."""
    origin = log_name("asn-ledger", agency_code, randomness(6).hex())
    folder = keys or default_key_folder(url, origin)
    left = origin_of(folder)
    if left is None:
        return Keyring.create(folder, origin, randomness=randomness)
    keyring = Keyring.open(folder, left, randomness=randomness)
    if keyring.count() > 1:
        keyring.close()
        raise KeyFolderExists(folder)
    return keyring


def _founding_rows(
    founding: Founding, keyring: Keyring, stream: UUID, actor: str
) -> tuple[tuple[NewEvent, ...], Mapping[str, Any]]:
    """The first command of a ledger, and the payload of the founding event."""
    own = keyring.ensure([stream])[stream]
    event = LedgerFounded(
        agency_code=founding.agency_code,
        agency_name=founding.agency_name,
        origin=keyring.origin,
        timezone=founding.timezone,
        format=FORMAT,
        demo=founding.demo,
        ledger_stream=stream.hex,
        public_keys={keyring.origin: keyring.public_key.hex()},
        nip_index_key=keyring.secret_id("nip-index"),
        keys=dict(own.digests),
    )
    encoded = [encode(event), *(encode(one) for one in founding.instruments)]
    mapper = LedgerMapper(origin=keyring.origin, keyring=keyring)
    rows = tuple(
        mapper.new_event(stream, version, one, {"actor": actor})
        for version, one in enumerate(encoded, start=1)
    )
    return rows, encoded[0].opened


def _founding_payload(store: EventStore) -> Mapping[str, Any]:
    for recorded in store.read(1, 1):
        if recorded.topic == LedgerFounded.SPEC.topic:
            payload: Mapping[str, Any] = orjson.loads(recorded.state)
            return payload
    raise NotFounded(
        "This database was prepared but no ledger was founded in it.",
        next_step="Run `asn-ledger init`.",
    )


def today_in(zone_name: str, instant: datetime) -> date:
    """The legal day of an instant in the agency's zone."""
    return instant.astimezone(ZoneInfo(zone_name)).date()
