"""What waits for a second person: who may see it, what it would do, and closing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
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
from ledger import second_person
from ledger.errors import LedgerError
from ledger.proposals import Proposal, ProposalState, ProposalUnknown
from ledger.rulebook import Enactment, Rulebook
from projections.asking import rule_change

Json = dict[str, Any]
Propose = Callable[[], tuple[Proposal, bool]]
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
    mine = one.actor.casefold() == reader.account.casefold()
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
    if one.kind in _RULES or one.actor.casefold() == reader.account.casefold():
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


def would_enact(desk: Desk, text: Text) -> tuple[Rulebook, Rulebook, Any]:
    """The rule book before and after a text, and the first day that can differ.

    Raises:
        AlreadyEnacted, InstrumentNotInForce, InstrumentsInCircle, MeasureUnknown.
    """
    book = desk.ledger.rulebook()
    return book, enacting.check_joins(book, text, desk.head() + 1), text.plan.in_force_from


def would_repeal(desk: Desk, found: Enactment) -> tuple[Rulebook, Rulebook, Any]:
    """The rule book before and after a repeal, and the first day that can differ.

    Raises:
        MeasureUnknown, InstrumentsInCircle.
    """
    book = desk.ledger.rulebook()
    return book, enacting.check_leaves(book, found), found.in_force_from


def enact(
    desk: Desk,
    text: Text,
    *,
    actor: str,
    document: Mapping[str, Any],
    reason: str | None,
    dry: bool,
) -> Json:
    """Propose that a text comes into force: {proposal, new, effect}; dry, only the effect.

    Raises:
        AlreadyEnacted, InstrumentNotInForce, InstrumentsInCircle, MeasureUnknown.
    """
    effect = _effect(desk, would_enact(desk, text))

    def propose() -> tuple[Proposal, bool]:
        return enacting.propose_enactment(
            desk.ledger, text, actor=actor, document=document, reason=reason
        )

    return _proposed(effect, None if dry else propose)


def repeal(
    desk: Desk,
    found: Enactment,
    *,
    actor: str,
    document: Mapping[str, Any],
    reason: str | None,
    dry: bool,
) -> Json:
    """Propose that an enactment no longer holds: {proposal, new, effect}; dry, only the effect.

    Raises:
        MeasureUnknown, InstrumentsInCircle.
    """
    effect = _effect(desk, would_repeal(desk, found))

    def propose() -> tuple[Proposal, bool]:
        return enacting.propose_repeal(
            desk.ledger, found, actor=actor, document=document, reason=reason
        )

    return _proposed(effect, None if dry else propose)


def _effect(desk: Desk, changed: tuple[Rulebook, Rulebook, Any]) -> Json:
    found = enacting.effect(desk.ledger, changed, today=desk.today(), report=_quiet)
    return rule_change.as_json(found)


def _proposed(effect: Json, propose: Propose | None) -> Json:
    if propose is None:
        return {"proposal": None, "new": False, "effect": effect}
    one, new = propose()
    return {"proposal": proposing.shown(one), "new": new, "effect": effect}


def repeated(one: Proposal, actor: str, state: ProposalState) -> Json | None:
    """What to answer who has closed this proposal in this way already: the same again."""
    if one.state is not state or (one.closed_by or "").casefold() != actor.casefold():
        return None
    return {
        "proposal": proposing.shown(one),
        "position": one.closed_at,
        "recorded": None,
        "effect": None,
        "repeated": True,
    }


def confirm(
    desk: Desk,
    standing: Standing,
    reader: Reader,
    ident: int,
    *,
    agreed: str | None,
    now: datetime,
    dry: bool,
) -> Json:
    """Carry out what somebody else proposed: {proposal, position, recorded, effect, repeated}.

    Raises:
        NotYours, SecondPersonNeeded, ProposalUnknown, ProposalClosed, and what the kind raises.
    """
    one = named(desk, standing, reader, ident)
    if not may_confirm(desk, standing, reader, one):
        raise _no_right()
    actor, ledger = reader.account, desk.ledger
    _, effect = proposing.effect_before(
        ledger, ident, actor=actor, today=desk.today(), report=_quiet
    )
    if dry:
        return _closed(desk, ident, None, [], effect)
    done = proposing.carry_out(ledger, ident, actor=actor, agreed=agreed, at=now)
    recorded = list(done.outcome.positions)[1:]
    return _closed(desk, ident, done.outcome.first_position, recorded, effect)


def reject(
    desk: Desk, standing: Standing, reader: Reader, ident: int, *, reason: str | None
) -> Json:
    """Close a proposal without carrying it out, or withdraw one's own.

    Raises:
        NotYours, ProposalUnknown, ProposalClosed.
    """
    one = named(desk, standing, reader, ident)
    mine = one.actor.casefold() == reader.account.casefold()
    if not mine and not may_confirm(desk, standing, reader, one):
        raise _no_right()
    proposing.reject(desk.ledger, ident, actor=reader.account, reason=reason)
    closed = second_person.proposals_of(desk.ledger).by_id[ident]
    return _closed(desk, ident, closed.closed_at, [], None)


def _closed(
    desk: Desk, ident: int, position: int | None, recorded: list[int], effect: Json | None
) -> Json:
    one = second_person.proposals_of(desk.ledger).by_id[ident]
    return {
        "proposal": proposing.shown(one),
        "position": position,
        "recorded": recorded,
        "effect": effect,
        "repeated": False,
    }


def _no_right() -> NotYours:
    return NotYours(
        "Your roles do not let you close this proposal.",
        next_step="Let somebody with the right to confirm it do so.",
    )
