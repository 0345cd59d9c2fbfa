"""Persons of a small ledger, appended as events: for tests of who somebody is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ledger.events.base import Encoded, Event, encode
from ledger.events.corrections import EmployeeFactAnnulled, EmployeeFactCorrected
from ledger.events.employment import EmployeeRegistered, IdentityChanged
from ledger.events.oversight import IdentityErased
from ledger.keys.keyring import Keyring
from ledger.mapper import LedgerMapper
from ledger.records import Command
from ledger.storage.store import EventStore
from ledger.vocabulary import EmploymentStatus
from tests.keys import ORIGIN, stream

DAY = date(2020, 12, 1)


def nip(number: int) -> str:
    """A synthetic NIP that shows its number."""
    return f"19900115202012{1 + number % 2}{number:03d}"


@dataclass
class Persons:
    """Appends what is said of persons; their streams are numbered from 1."""

    store: EventStore
    keyring: Keyring
    versions: dict[UUID, int] = field(default_factory=dict)

    def register(
        self, number: str, name: str, *, on: date = DAY, digests: dict[str, str] | None = None
    ) -> UUID:
        """A new person; gives the stream."""
        one = stream(len(self.versions) + 1)
        keys = self.keyring.ensure([one])[one]
        event = EmployeeRegistered(
            effective_on=on,
            nip=number,
            name=name,
            employment=EmploymentStatus.PNS,
            keys=digests or dict(keys.digests),
        )
        self.append(one, event)
        return one

    def register_many(self, people: list[tuple[str, str]]) -> list[UUID]:
        """Many new persons in one bulk append."""
        first = len(self.versions) + 1
        streams = [stream(first + place) for place in range(len(people))]
        keys = self.keyring.ensure(streams)
        mapper = LedgerMapper(origin=ORIGIN, keyring=self.keyring)
        commands = []
        for one, (number, name) in zip(streams, people, strict=True):
            event = EmployeeRegistered(
                effective_on=DAY,
                nip=number,
                name=name,
                employment=EmploymentStatus.PNS,
                keys=dict(keys[one].digests),
            )
            commands.append(Command((mapper.new_event(one, 1, encode(event), {"actor": "t"}),)))
            self.versions[one] = 1
        self.store.append_many(commands)
        return streams

    def change(
        self, one: UUID, *, number: str | None = None, name: str | None = None, on: date = DAY
    ) -> int:
        """An identity fact; gives its root."""
        return self.append(one, IdentityChanged(effective_on=on, new_nip=number, name=name))

    def correct(
        self,
        one: UUID,
        root: int,
        *,
        fact: str = "identity",
        sealed: dict[str, Any] | None = None,
        on: date = DAY,
    ) -> int:
        """The complete replacement of a fact; gives the version of the correction."""
        event = EmployeeFactCorrected(
            root=root,
            replaces=root,
            fact=fact,
            effective_on_=on,
            fields={},
            sealed=sealed,
        )
        return self.append(one, event)

    def annul(self, one: UUID, root: int) -> int:
        """A fact was never so."""
        return self.append(one, EmployeeFactAnnulled(root=root, replaces=root))

    def erase(self, one: UUID) -> int:
        """The event that orders the erasure."""
        return self.append(one, IdentityErased(ground="UU 27/2022 Pasal 43"))

    def append(self, one: UUID, event: Event | Encoded) -> int:
        """One event; gives its version."""
        encoded = event if isinstance(event, Encoded) else encode(event)
        version = self.versions.get(one, 0) + 1
        mapper = LedgerMapper(origin=ORIGIN, keyring=self.keyring)
        row = mapper.new_event(one, version, encoded, {"actor": "t"})
        self.store.append(Command((row,)))
        self.versions[one] = version
        return version
