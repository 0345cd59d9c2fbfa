"""Proposing, confirming and rejecting in a ledger: what needs a second person, of any kind.

A proposal is an event without effect. Its confirmation and what it says are appended as one
command: a crash leaves both or neither. The decision is made again after every conflict, on what
was recorded meanwhile, so that two who confirm at once do not both succeed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from ledger.application import Ledger
from ledger.domain.proposals import (
    Proposal,
    Proposals,
    confirmable,
    decide_confirm,
    decide_propose,
    decide_reject,
    digest_of,
    proposals,
)
from ledger.events.base import Encoded
from ledger.keys.key_errors import KeyDestroyed
from ledger.records import Command, NewEvent, Outcome
from ledger.storage.store_errors import VersionConflict

_RETRIES = 9


class Elsewhere(NamedTuple):
    """Events that are carried out in another stream, after a version of it."""

    stream: UUID
    version: int
    events: tuple[Encoded, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What a confirmed proposal records: in the ledger stream, and in those of people or units.

    `rows` are events of other streams that are ready to be appended, after a version decided upon.
    """

    events: tuple[Encoded, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    rows: tuple[NewEvent, ...] = ()


Carry = Callable[[Proposal], Carried]


def proposals_of(ledger: Ledger, position: int | None = None) -> Proposals:
    """The proposals of a ledger as known at a position."""
    return proposals(ledger.book_events(position), position)


def reason_of(ledger: Ledger, proposal: Proposal) -> str | None:
    """The sealed reason of a proposal; None where there is none, or its key is gone."""
    return reason_at(ledger, proposal.id)


def reason_at(ledger: Ledger, position: int) -> str | None:
    """The sealed reason of the event at a position; None where there is none, or its key is
    gone.
    """
    for recorded in ledger.store.read(position, position):
        parts = ledger.store.sealed([position]).get(position, ())
        if recorded.sealed_digest is None or not parts:
            return None
        try:
            opened = ledger.rows.unseal(recorded, parts)
        except KeyDestroyed:
            return None
        return next((part["reason"] for part in opened.values() if "reason" in part), None)
    return None


def propose(
    ledger: Ledger,
    kind: str,
    command: Mapping[str, Any],
    *,
    actor: str,
    document: Mapping[str, Any] | None = None,
    reason: str | None = None,
    verbatim: Collection[str] = (),
) -> tuple[Proposal, bool]:
    """Record a proposal; gives it and whether it is new: one that waits already is not repeated.

    Args:
        command: an open JSON object, without floats and without personal data.
        document: {kind, number, date} that it rests on.
        verbatim: fields of the command that hold a text as its file is.

    Raises:
        BadValue, EntryTooLarge, and what the store raises.
    """
    context = _context(actor, document)

    def decided(state: Proposals, last: int) -> tuple[NewEvent, ...]:
        events = decide_propose(state, kind, command, reason=reason, verbatim=verbatim)
        return ledger.rows_of(ledger.stream, last, events, context)

    outcome = _append(ledger, decided)
    state = proposals_of(ledger)
    if outcome.first_position is not None:
        return state.by_id[outcome.first_position], True
    return state.by_id[_waiting(state, digest_of(kind, command))], False


def confirm(ledger: Ledger, ident: int, *, actor: str, carry: Carry) -> tuple[Proposal, Outcome]:
    """Carry a proposal out, in one command with its confirmation.

    Args:
        carry: what is recorded; it checks again, on the ledger as it is at that moment, and raises
            where the proposal no longer stands. It is called again after a conflict.

    Returns:
        The proposal as it was, and where its events lie: the confirmation first.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded, and what `carry` raises.
    """
    found: list[Proposal] = []

    def decided(state: Proposals, last: int) -> tuple[NewEvent, ...]:
        one = confirmable(state, ident, actor=actor)
        found[:] = [one]
        carried = carry(one)
        events = decide_confirm(state, ident, actor=actor, carried=carried.events)
        context = _context(actor, one.document)
        rows = ledger.rows_of(ledger.stream, last, events, context)
        for part in carried.elsewhere:
            rows += ledger.rows_of(part.stream, part.version, part.events, context)
        return rows + carried.rows

    outcome = _append(ledger, decided)
    return found[0], outcome


def reject(ledger: Ledger, ident: int, *, actor: str, reason: str | None = None) -> Proposal:
    """Close a proposal without carrying it out; the proposer may withdraw his own.

    Raises:
        ProposalUnknown, ProposalClosed.
    """

    def decided(state: Proposals, last: int) -> tuple[NewEvent, ...]:
        events = decide_reject(state, ident, reason=reason)
        return ledger.rows_of(ledger.stream, last, events, _context(actor, None))

    _append(ledger, decided)
    return proposals_of(ledger).by_id[ident]


def _waiting(state: Proposals, digest: str) -> int:
    """The id of the proposal of this content that waits, or that was closed a moment ago."""
    return max(one.id for one in state.by_id.values() if one.digest == digest)


def _context(actor: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"actor": actor} if document is None else {"actor": actor, "document": dict(document)}


def _append(ledger: Ledger, decided: Callable[[Proposals, int], tuple[NewEvent, ...]]) -> Outcome:
    """Decide and append as one command, and decide again where somebody was faster."""
    for _ in range(_RETRIES):
        try:
            return _append_once(ledger, decided)
        except VersionConflict:
            continue
    return _append_once(ledger, decided)


def _append_once(
    ledger: Ledger, decided: Callable[[Proposals, int], tuple[NewEvent, ...]]
) -> Outcome:
    """The version is that of the events decided upon: what `decided` reads afterwards may be newer,
    and then the append conflicts.
    """
    events = ledger.book_events()
    rows = decided(proposals(events), events[-1].originator_version)
    return ledger.store.append(Command(rows))
