"""Granting and revoking roles: what is proposed, how it is checked, what it records.

Who may do what is a fact of the ledger, made by two people: one proposes it, another confirms, and
whoever would receive a role is not the one who confirms it. Both moments check it on the roles and
units as they are then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from api.access.readers import Grant, GrantEntry, Grants, grants
from ledger.application import Ledger
from ledger.commands import second_person
from ledger.commands.second_person import Carried
from ledger.domain.proposals import Proposal
from ledger.errors import BadValue, LedgerError, Misuse, PersonUnknown, UnitUnknown
from ledger.events.base import encode
from ledger.events.book import RoleGranted, RoleRevoked
from ledger.fields import read_open_text
from ledger.records import Outcome
from ledger.vocabulary_agency import Role

GRANT = "role.grant"
REVOKE = "role.revoke"
Json = dict[str, Any]


class RoleHeld(LedgerError):
    """The account holds this role already, over the same unit, for the same person and time."""

    code = "role_held"


class RoleNotHeld(LedgerError):
    """The account does not hold the role that would be taken from it."""

    code = "role_not_held"


class OwnRole(LedgerError):
    """Whoever would receive a role confirms it himself."""

    code = "own_role"


@dataclass(frozen=True, slots=True)
class Wish:
    """A role that an account shall hold, or hold no more.

    Attributes:
        unit: over which unit and all below it; None is the whole agency, and where it is revoked
            every unit over which it is held.
        person: whose account it must be for the role to hold; None leaves that open.
        until: the first day without it; None is without end.
    """

    account: str
    role: Role
    unit: UUID | None = None
    person: UUID | None = None
    until: date | None = None

    def command(self) -> Json:
        """As a proposal says it; what is not said is left out."""
        said: Json = {"account": self.account, "role": self.role.value}
        if self.unit is not None:
            said["unit"] = self.unit.hex
        if self.person is not None:
            said["person"] = self.person.hex
        if self.until is not None:
            said["until"] = self.until.isoformat()
        return said

    @classmethod
    def of(cls, command: Mapping[str, Any]) -> Wish:
        """What a proposal says."""
        unit, person, until = (command.get(name) for name in ("unit", "person", "until"))
        return cls(
            command["account"],
            Role(command["role"]),
            None if unit is None else UUID(unit),
            None if person is None else UUID(person),
            None if until is None else date.fromisoformat(until),
        )


def propose_grant(
    ledger: Ledger,
    wish: Wish,
    *,
    actor: str,
    today: date,
    document: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> tuple[Proposal, bool]:
    """Propose that an account gets a role; gives the proposal and whether it is new.

    Raises:
        Misuse, RoleHeld, UnitUnknown, PersonUnknown.
    """
    check_grant(ledger, wish, today=today)
    return second_person.propose(
        ledger, GRANT, wish.command(), actor=actor, document=document, reason=reason
    )


def propose_revocation(
    ledger: Ledger,
    wish: Wish,
    *,
    actor: str,
    document: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> tuple[Proposal, bool]:
    """Propose that an account loses a role; gives the proposal and whether it is new.

    Raises:
        Misuse, RoleNotHeld.
    """
    check_revocation(ledger, wish)
    return second_person.propose(
        ledger, REVOKE, wish.command(), actor=actor, document=document, reason=reason
    )


def check_grant(ledger: Ledger, wish: Wish, *, today: date) -> None:
    """Refuse what would record nothing, or a role that nobody could hold.

    Raises:
        Misuse, RoleHeld, UnitUnknown, PersonUnknown.
    """
    _check_account(wish)
    if wish.role is Role.ASN:
        raise Misuse(
            "The role of an ASN is not granted: whose account it is says so.",
            next_step="Give the account its person (`account add --person`).",
        )
    if wish.until is not None and wish.until <= today:
        raise Misuse(
            f"The first day without the role, {wish.until.isoformat()}, is not after today.",
            next_step="Give a later day, or revoke the role.",
        )
    if wish.unit is not None and wish.unit not in ledger.units().units:
        raise UnitUnknown("There is no such unit.", next_step="Check its code.")
    if wish.person is not None and not ledger.history_of(wish.person).known("registered"):
        raise PersonUnknown("There is no such person.", next_step="Check the number or id.")
    for one in _held(ledger, wish.account):
        if (one.grant, one.person) == (_grant(wish), wish.person):
            raise RoleHeld(
                f"{wish.account} holds the role {wish.role} so already, since position"
                f" {one.position}.",
                next_step="`asn-ledger role list` shows who holds what.",
            )


def check_revocation(ledger: Ledger, wish: Wish) -> None:
    """Refuse to take what is not held.

    Raises:
        Misuse, RoleNotHeld.
    """
    _check_account(wish)
    if wish.person is not None or wish.until is not None:
        raise Misuse(
            "A role is revoked by account, role and unit, from the day it is confirmed.",
            next_step="Leave the person and the last day out.",
        )
    if not any(_loses(one, wish) for one in _held(ledger, wish.account)):
        raise RoleNotHeld(
            f"{wish.account} does not hold the role {wish.role} there.",
            next_step="`asn-ledger role list` shows who holds what.",
        )


def carried(ledger: Ledger, proposal: Proposal, *, today: date) -> Carried:
    """What confirming records, checked again.

    Raises:
        What proposing it raises: meanwhile it may no longer fit.
    """
    wish = Wish.of(proposal.command)
    if proposal.kind == REVOKE:
        check_revocation(ledger, wish)
        revoked = RoleRevoked(account=wish.account, role=wish.role, unit=wish.unit)
        return Carried((encode(revoked),))
    check_grant(ledger, wish, today=today)
    granted = RoleGranted(
        account=wish.account,
        role=wish.role,
        unit=wish.unit,
        person=wish.person,
        until=wish.until,
    )
    return Carried((encode(granted),))


def carry_out(
    ledger: Ledger, proposal: Proposal, *, actor: str, today: date
) -> tuple[Proposal, Outcome]:
    """Confirm a proposal about a role and record it, as one command.

    Raises:
        OwnRole: who confirms would receive the role. SecondPersonNeeded, ProposalClosed, and what
            proposing it raises.
    """
    check_confirming(proposal, actor=actor)
    return second_person.confirm(
        ledger,
        proposal.id,
        actor=actor,
        carry=lambda one: carried(ledger, one, today=today),
    )


def check_confirming(proposal: Proposal, *, actor: str) -> None:
    """Refuse whoever would receive the role.

    Raises:
        OwnRole.
    """
    if proposal.kind == GRANT and proposal.command["account"].casefold() == actor.casefold():
        raise OwnRole(
            f"{actor} would confirm a role of his own.",
            next_step="Let somebody confirm it who does not receive it.",
        )


def effect(ledger: Ledger, proposal: Proposal) -> Json:
    """What a proposal would do; see `effect_of`."""
    return effect_of(ledger, proposal.kind, Wish.of(proposal.command))


def effect_of(ledger: Ledger, kind: str, wish: Wish) -> Json:
    """What an account holds, and what it would hold: {account, before, after}, lists of
    {role, unit, person, until}.
    """
    before = _held(ledger, wish.account)
    if kind == REVOKE:
        after = [one for one in before if not _loses(one, wish)]
    else:
        kept = [one for one in before if _place(one.grant) != _place(_grant(wish))]
        after = [*kept, GrantEntry(_grant(wish), 0, wish.person)]
    return {"account": wish.account, "before": shown(before), "after": shown(after)}


def says(proposal: Proposal) -> str:
    """What is proposed, in one line."""
    wish = Wish.of(proposal.command)
    where = "the whole agency" if wish.unit is None else f"unit {wish.unit.hex}"
    until = "" if wish.until is None else f", until {wish.until.isoformat()}"
    if proposal.kind == REVOKE:
        where = "every unit" if wish.unit is None else where
        return f"take the role {wish.role} over {where} from {wish.account}"
    return f"give {wish.account} the role {wish.role} over {where}{until}"


def shown(entries: Iterable[GrantEntry]) -> list[Json]:
    """Grants as objects of the public contract."""
    return [
        {
            "role": one.grant.role.value,
            "unit": None if one.grant.unit is None else one.grant.unit.hex,
            "person": None if one.person is None else one.person.hex,
            "until": None if one.grant.until is None else one.grant.until.isoformat(),
        }
        for one in entries
    ]


def granted_in(ledger: Ledger, position: int | None = None) -> Grants:
    """All grants of a ledger as known at a position."""
    events = ledger.book_events()
    return grants(one for one in events if position is None or one.id <= position)


def _held(ledger: Ledger, account: str) -> tuple[GrantEntry, ...]:
    return tuple(granted_in(ledger).by_account.get(account, ()))


def _grant(wish: Wish) -> Grant:
    return Grant(wish.role, wish.unit, wish.until)


def _place(grant: Grant) -> tuple[Role, UUID | None]:
    return grant.role, grant.unit


def _loses(one: GrantEntry, wish: Wish) -> bool:
    return one.grant.role is wish.role and wish.unit in (None, one.grant.unit)


def _check_account(wish: Wish) -> None:
    try:
        read_open_text(wish.account)
    except BadValue as fault:
        raise Misuse(f"The account cannot stand there. {fault.message}") from fault
