"""The streams an import writes to: who a number belongs to, and what each stream holds so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from api.intake.unit_book import UnitBook
from ledger.application import Ledger
from ledger.domain import employee, org_unit
from ledger.domain.employee import Employee
from ledger.domain.org_unit import OrgUnit
from ledger.domain.stream_state import StreamState, replay
from ledger.errors import PersonUnknown
from ledger.keys.stream_keys import StreamKeys


@dataclass(slots=True)
class Memory:
    """States of people that imports one after the other hand on, so that none is read again.

    For whoever alone writes to the ledger. A row that another's fact overtook is refused by the
    store and decided anew, but a row that adds nothing would be judged by the old state. Some
    20 kB a person.
    """

    people: dict[UUID, Employee] = field(default_factory=dict)


@dataclass(slots=True)
class Subjects:
    """People by number, units by name, states by stream; also the `References` of statements.

    Attributes:
        dry: nothing is appended at all.
        keeps: nothing is appended before the end, so states that went on must be kept.
        remembers: people at hand stay at hand; see `Memory`.
    """

    ledger: Ledger
    units: UnitBook
    dry: bool = False
    keeps: bool = False
    remembers: Memory | None = None
    people: dict[str, UUID] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    _held: dict[UUID, Employee] = field(default_factory=dict)
    _changed: dict[UUID, Employee] = field(default_factory=dict)
    _units_held: dict[UUID, OrgUnit] = field(default_factory=dict)
    _book: StreamState | None = None
    _keys: dict[UUID, StreamKeys] = field(default_factory=dict)
    _made: dict[UUID, StreamKeys] = field(default_factory=dict)
    _ahead: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.remembers is not None:
            self._held = self.remembers.people

    # ------------------------------------------------------------------ References of statements

    def person(self, number: str) -> UUID:
        """The person of a NIP ever held, or of an id.

        Raises:
            PersonUnknown.
        """
        stream = self.people.get(number)
        if stream is None and not number.isdecimal():
            stream = UUID(number)
            stream = stream if self.employee(stream).registered else None
        if stream is None:
            raise PersonUnknown(
                "No person of this ledger ever held this number.",
                next_step="Register the person first, or correct the number.",
            )
        return stream

    def unit(self, name: str, on: str) -> UUID:
        """The unit of a code, name or path on a day; raises UnitUnknown."""
        return self.units.require(name, on)

    def title_id(self, title: str) -> str:
        """The opaque id of a title."""
        return self.ledger.title_id(title)

    # ------------------------------------------------------------------------------ fetching ahead

    def let_go(self) -> None:
        """Of the people at hand; rows come person by person, so the next rows are about others."""
        if self.remembers is None:
            self._held.clear()

    def fetch_people(self, numbers: Iterable[str]) -> None:
        """Look up many numbers at once; unknown ones are remembered as unknown."""
        fresh = [n for n in dict.fromkeys(numbers) if n not in self.people and n.isdecimal()]
        if not fresh:
            return
        found = self.ledger.index.find_many(fresh, annulled=True)
        self.people.update(found)
        self.unknown.update(n for n in fresh if n not in found)

    def fetch_states(self, streams: Sequence[UUID]) -> None:
        """Read the streams of many people at once."""
        missing = [
            stream
            for stream in dict.fromkeys(streams)
            if stream not in self._held and stream not in self._changed
        ]
        if not missing:
            return
        events = self.ledger.store.streams(missing)
        for stream in missing:
            self._held[stream] = employee.replay(employee.nobody(stream), events.get(stream, []))

    def fetch_keys(self, streams: Sequence[UUID], fresh: Sequence[UUID]) -> None:
        """Hold the keys of these streams until the next call; those of fresh ones are made."""
        made = self._new_keys(fresh)
        known = [stream for stream in streams if stream not in self._made]
        self._keys = self.ledger.keyring.keys_many(known) | made

    def found_person(self, number: str) -> UUID:
        """A stream for a person who is not on record; his keys come with `fetch_keys`."""
        stream = self.ledger.new_stream()
        self.people[number] = stream
        self.unknown.discard(number)
        self._held[stream] = employee.nobody(stream)
        return stream

    def fetch_unit_keys(self, count: int) -> None:
        """Make streams with durable keys for so many units that are about to be founded."""
        fresh = [self.ledger.new_stream() for _ in range(count - len(self._ahead))]
        self._new_keys(fresh)
        self._ahead.extend(fresh)

    def _new_keys(self, fresh: Sequence[UUID]) -> dict[UUID, StreamKeys]:
        """Keys of streams to be founded: durable, but in a dry run, which keeps them only here."""
        if not self.dry:
            return self.ledger.keyring.ensure(fresh)
        made = {stream: self.ledger.keyring.new_keys() for stream in fresh}
        self._made |= made
        return made

    def found_unit(self) -> UUID:
        """A stream for a unit that is not on record."""
        self.fetch_unit_keys(1)
        stream = self._ahead.pop(0)
        self._units_held[stream] = org_unit.no_unit(stream)
        return stream

    # ------------------------------------------------------------------------------------- states

    def employee(self, stream: UUID) -> Employee:
        """The state of a person."""
        state = self._changed.get(stream) or self._held.get(stream)
        if state is None:
            events = self.ledger.events_of(stream)
            state = self._held[stream] = employee.replay(employee.nobody(stream), events)
        return state

    def keys(self, stream: UUID) -> StreamKeys:
        """The keys of a stream.

        Raises:
            KeyDestroyed: erased.
        """
        held = self._keys.get(stream) or self._made.get(stream)
        return held or self.ledger.keyring.keys(stream)

    def unit_state(self, stream: UUID) -> OrgUnit:
        """The state of a unit."""
        state = self._units_held.get(stream)
        if state is None:
            state = org_unit.replay(org_unit.no_unit(stream), self.ledger.events_of(stream))
            self._units_held[stream] = state
        return state

    def book(self) -> StreamState:
        """The state of the ledger stream, as far as its facts go."""
        if self._book is None:
            state = StreamState(self.ledger.stream)
            replay(state, self.ledger.events_of(self.ledger.stream))
            self._book = state
        return self._book

    def changed(self, stream: UUID) -> None:
        """A state went on; without appending it can be found nowhere else."""
        if self.keeps and stream in self._held:
            self._changed[stream] = self._held[stream]

    def forget(self, streams: Iterable[UUID]) -> None:
        """States that the store did not take; they are read again."""
        for stream in streams:
            self._held.pop(stream, None)
            self._units_held.pop(stream, None)
            if stream == self.ledger.stream:
                self._book = None
