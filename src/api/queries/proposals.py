"""What waits for a second person: who may see it, what it would do, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from api import enacting, proposing, recording
from api.access import policy
from api.access.policy import Action, Target
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.enacting import Text
from api.intake import desk as imports
from api.proposing import Done
from ledger import second_person
from ledger.errors import LedgerError
from ledger.proposals import Proposal, ProposalState, ProposalUnknown
from ledger.rulebook import Enactment, Rulebook
from projections.asking import rule_change

Json = dict[str, Any]
# Who confirms what; a kind that is not here nobody confirms over HTTP.
CONFIRMED_BY: Mapping[str, Action] = MappingProxyType(
    {
        enacting.ENACT: Action.CONFIRM_RULES,
        enacting.REPEAL: Action.CONFIRM_RULES,
        imports.IMPORT: Action.CONFIRM_IMPORT,
        recording.FACT: Action.VERIFY_FACT,
    }
)
# What is recorded of a fact that stands already, and of a case.
_MENDING = frozenset({"correct", "annul", "end"})
_RULING = "ruling"
_RULES = frozenset({enacting.ENACT, enacting.REPEAL})


class NotYours(LedgerError):
    """Somebody may not confirm or reject this proposal."""

    code = "no_right"


def version(desk: Desk) -> int:
    """What a command about rules or proposals names that was decided on things as they are now."""
    return desk.version_of(desk.ledger.stream)


def pending(desk: Desk, standing: Standing, reader: Reader) -> Json:
    """Everything that waits and that a reader may see, oldest first."""
    position = desk.head()
    waiting = second_person.proposals_of(desk.ledger, position).pending()
    seen = [one for one in waiting if may_see(desk, standing, reader, one)]
    return {
        "position": position,
        "version": version(desk),
        "pending": [_shown(desk, standing, reader, one) for one in seen],
    }


def proposal(desk: Desk, standing: Standing, reader: Reader, ident: int) -> Json:
    """One proposal, and what it would do as things stand: `effect`, or `fault` where it no longer
    fits, or neither for a reader who may not see that.

    Raises:
        ProposalUnknown: there is none, or none that the reader may see.
    """
    one = named(desk, standing, reader, ident)
    shown = {"version": version(desk), **_shown(desk, standing, reader, one)}
    shown |= {"effect": None, "fault": None}
    if one.state is not ProposalState.PENDING or not _may_see_effect(desk, standing, reader, one):
        return shown
    try:
        kind = proposing.kind_of(one)
        shown["effect"] = kind.effect(desk.ledger, one, desk.today(), _quiet)
    except LedgerError as fault:
        shown["fault"] = {
            "code": fault.code,
            "message": fault.message,
            "next_step": fault.next_step,
        }
    return shown


def _quiet(_: str) -> None:
    """The facts table mends itself; nobody waits to be told here."""


def named(desk: Desk, standing: Standing, reader: Reader, ident: int) -> Proposal:
    """A proposal that a reader may see, open or closed.

    Raises:
        ProposalUnknown: absent and hidden alike.
    """
    one = second_person.proposals_of(desk.ledger).by_id.get(ident)
    if one is None or not may_see(desk, standing, reader, one):
        raise ProposalUnknown(
            f"There is no proposal {ident}, or none that you may see.",
            next_step="The list of what waits names the proposals.",
        )
    return one


def _shown(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> Json:
    mine = proposed_by(one, reader)
    able = one.state is ProposalState.PENDING and may_confirm(desk, standing, reader, one)
    return {
        **proposing.shown(one),
        "may_confirm": able and not mine,
        "may_reject": one.state is ProposalState.PENDING and (able or mine),
        "proposed_by_me": mine,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by,
    }


def may_confirm(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> bool:
    """Whether somebody's roles let him confirm it; that he proposed it himself is not asked."""
    action = _action(one)
    target = _target(desk, standing, one)
    return action is not None and target is not None and policy.may(reader, action, target)


def may_see(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> bool:
    """Rules are for whoever sees what waits; of people and files only what one may act upon, or
    proposed.
    """
    if one.kind in _RULES or proposed_by(one, reader):
        return True
    target = _target(desk, standing, one)
    if target is None:
        return False
    read = Action.READ_IMPORTS if one.kind == imports.IMPORT else Action.READ_RECORD
    return policy.may(reader, read, target) or may_confirm(desk, standing, reader, one)


def _may_see_effect(desk: Desk, standing: Standing, reader: Reader, one: Proposal) -> bool:
    return one.kind in _RULES or may_confirm(desk, standing, reader, one)


def about(one: Proposal) -> UUID | None:
    """The person or unit whose record a proposal is about; None for none, or somebody new."""
    subject = one.command.get("subject") if one.kind == recording.FACT else None
    return None if subject is None else UUID(hex=subject)


def _action(one: Proposal) -> Action | None:
    if one.kind == recording.FACT:
        if one.command.get("of") == _RULING:
            return Action.CONFIRM_RULING
        if one.command.get("fact") in _MENDING:
            return Action.CORRECT_FACT
    return CONFIRMED_BY.get(one.kind)


def _target(desk: Desk, standing: Standing, one: Proposal) -> Target | None:
    """Whom it is about; the agency as a whole where it names nobody."""
    stream = about(one)
    if stream is None:
        return Target()
    today = desk.today()
    found = standing.of_person(stream, today)
    if found is not None:
        return found
    return standing.of_unit(stream, today) if stream in desk.units().units else None


def effect_of_enacting(desk: Desk, text: Text) -> Json:
    """What a text would change if it came into force now; nothing is recorded.

    Raises:
        AlreadyEnacted, InstrumentNotInForce, InstrumentsInCircle, MeasureUnknown.
    """
    book = desk.ledger.rulebook()
    after = enacting.check_joins(book, text, desk.head() + 1)
    return _effect(desk, (book, after, text.plan.in_force_from))


def effect_of_repealing(desk: Desk, found: Enactment) -> Json:
    """What a repeal would change now; nothing is recorded.

    Raises:
        MeasureUnknown, InstrumentsInCircle.
    """
    book = desk.ledger.rulebook()
    return _effect(desk, (book, enacting.check_leaves(book, found), found.in_force_from))


def _effect(desk: Desk, changed: tuple[Rulebook, Rulebook, date]) -> Json:
    found = enacting.effect(desk.ledger, changed, today=desk.today(), report=_quiet)
    return rule_change.as_json(found)


def confirm(
    desk: Desk, standing: Standing, reader: Reader, ident: int, *, agreed: str | None = None
) -> Done:
    """Carry out what somebody else proposed, checked again as things stand.

    Args:
        agreed: of an import whose outcome changed, the digest of the one that is confirmed.

    Raises:
        ProposalUnknown, NotYours, SecondPersonNeeded, ProposalClosed, and what the kind raises.
    """
    one = named(desk, standing, reader, ident)
    if not may_confirm(desk, standing, reader, one):
        raise _not_yours()
    return proposing.carry_out(
        desk.ledger, ident, actor=reader.account, agreed=agreed, at=desk.now()
    )


def reject(
    desk: Desk, standing: Standing, reader: Reader, ident: int, *, reason: str | None = None
) -> Proposal:
    """Close a proposal without carrying it out, or withdraw one's own.

    Raises:
        ProposalUnknown, NotYours, ProposalClosed.
    """
    one = named(desk, standing, reader, ident)
    if not proposed_by(one, reader) and not may_confirm(desk, standing, reader, one):
        raise _not_yours()
    return proposing.reject(desk.ledger, ident, actor=reader.account, reason=reason)


def proposed_by(one: Proposal, reader: Reader) -> bool:
    """Whether somebody proposed it himself, in any spelling of upper and lower case."""
    return one.actor.casefold() == reader.account.casefold()


def _not_yours() -> NotYours:
    return NotYours(
        "Your roles do not let you close this proposal.",
        next_step="Let somebody with the right to confirm it do so.",
    )
