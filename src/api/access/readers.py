"""Who asks: an account, the person it belongs to, and the roles it holds today.

Roles lie in the ledger as RoleGranted and RoleRevoked, so that who could do what on which day can
be proved like any other fact. A role once granted holds until it is revoked or its last day has
passed; a grant that names a person holds only while the account is that person's. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import orjson

from ledger.events.book import RoleGranted, RoleRevoked
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import Role

# What the id of an account begins with: an ordinary one, and one of the demo's.
ACCOUNT, DEMO = "acc-", "demo-"
GRANTED = RoleGranted.SPEC.topic
REVOKED = RoleRevoked.SPEC.topic


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over a unit and everything below it.

    Attributes:
        unit: None is the whole agency.
        until: the first day on which the role is no longer held; None is without end.
    """

    role: Role
    unit: UUID | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, with what he holds on the day he asks.

    Attributes:
        account: opaque id; stands as the actor in events and in the access log.
        person: the ASN this account belongs to, whose own record it may read; None for a machine
            or somebody from outside.
        grants: the roles held today.
        only: a token may carry some of its account's roles; None is all of them.
        home: the unit he serves in today and all above it: nobody assesses his own unit.
    """

    account: str
    person: UUID | None = None
    grants: tuple[Grant, ...] = ()
    only: frozenset[Role] | None = None
    home: frozenset[UUID] = frozenset()

    def held(self) -> tuple[Grant, ...]:
        """The grants that count: that of being an ASN is implied by being a person."""
        implied = (Grant(Role.ASN),) if self.person is not None else ()
        every = (*implied, *(one for one in self.grants if one not in implied))
        return every if self.only is None else tuple(g for g in every if g.role in self.only)

    def roles(self) -> frozenset[Role]:
        """The roles that count, wherever they reach."""
        return frozenset(one.role for one in self.held())


@dataclass(frozen=True, slots=True)
class GrantEntry:
    """A grant as it stands in the ledger.

    Attributes:
        position: of the event that granted it.
        person: whom the account must belong to for it to hold; None where the grant names nobody.
    """

    grant: Grant
    position: int
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Grants:
    """All grants not revoked, by account, as known at a position; ended ones are still in it."""

    by_account: Mapping[str, tuple[GrantEntry, ...]] = field(default_factory=dict)
    position: int = 0

    def on(self, account: str, person: UUID | None, day: date) -> tuple[Grant, ...]:
        """What an account holds on a day.

        Args:
            person: whom the account belongs to; a grant made to another person does not hold.
        """
        return tuple(
            one.grant
            for one in self.by_account.get(account, ())
            if (one.grant.until is None or day < one.grant.until)
            and (one.person is None or one.person == person)
        )


def grants(events: Iterable[RecordedEvent], since: Grants | None = None) -> Grants:
    """Fold the events of the ledger stream, in order; those that `since` knows are passed over.

    A role granted again over the same unit replaces the earlier grant. A revocation that names a
    unit ends the grant over that unit; one that names none ends the role wherever it was held.
    """
    begun = since or Grants()
    found = dict(begun.by_account)
    position = begun.position
    for recorded in events:
        if recorded.id <= position:
            continue
        position = recorded.id
        if recorded.topic == GRANTED:
            _grant(found, recorded)
        elif recorded.topic == REVOKED:
            _revoke(found, recorded)
    return Grants(found, position)


def _grant(found: dict[str, tuple[GrantEntry, ...]], recorded: RecordedEvent) -> None:
    payload = orjson.loads(recorded.state)
    until, person = payload.get("until"), payload.get("person")
    grant = Grant(
        Role(payload["role"]),
        _uuid(payload.get("unit")),
        None if until is None else date.fromisoformat(until),
    )
    others = tuple(
        one
        for one in found.get(payload["account"], ())
        if (one.grant.role, one.grant.unit) != (grant.role, grant.unit)
    )
    found[payload["account"]] = (*others, GrantEntry(grant, recorded.id, _uuid(person)))


def _revoke(found: dict[str, tuple[GrantEntry, ...]], recorded: RecordedEvent) -> None:
    payload = orjson.loads(recorded.state)
    unit = _uuid(payload.get("unit"))
    found[payload["account"]] = tuple(
        one
        for one in found.get(payload["account"], ())
        if one.grant.role != payload["role"] or (unit is not None and one.grant.unit != unit)
    )


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
