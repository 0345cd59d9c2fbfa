"""Proposals that wait for a second person: what is open, and who may close it.

State, fold, decisions, in this order; pure. A proposal is named by the position of its event. Who
proposed never confirms; anybody, the proposer included, may reject. What is proposed, kind by
kind, is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from ledger.canonical import canonical_bytes, clean_text
from ledger.errors import BadValue, LedgerError
from ledger.events.base import Encoded, encode
from ledger.events.proposal import Confirmed, Proposed, Rejected
from ledger.records import RecordedEvent

PROPOSED = Proposed.SPEC.topic
CONFIRMED = Confirmed.SPEC.topic
REJECTED = Rejected.SPEC.topic


class ProposalUnknown(LedgerError):
    """No proposal has this id."""

    code = "proposal_unknown"


class ProposalClosed(LedgerError):
    """The proposal was confirmed or rejected before."""

    code = "proposal_closed"


class SecondPersonNeeded(LedgerError):
    """Who proposed something cannot be the one who confirms it."""

    code = "second_person_needed"


class ProposalState(StrEnum):
    """What became of a proposal."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal.

    Attributes:
        id: the position of its event. kind: what is proposed, as "enact".
        command: all that is to be recorded, an open JSON object. digest: SHA-256 of both, hex.
        actor: who proposed. document: {kind, number, date} it rests on, or None.
        closed_at, closed_by: position and actor of the confirmation or rejection, None if pending.
    """

    id: int
    kind: str
    command: Mapping[str, Any]
    digest: str
    actor: str
    recorded_at: datetime
    document: Mapping[str, Any] | None = None
    state: ProposalState = ProposalState.PENDING
    closed_at: int | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Proposals:
    """All proposals at a position, by id in the order in which they were made."""

    by_id: Mapping[int, Proposal]

    def pending(self) -> list[Proposal]:
        """Those that wait, oldest first."""
        return [one for one in self.by_id.values() if one.state is ProposalState.PENDING]

    def same(self, digest: str) -> Proposal | None:
        """The open proposal of the same content, if there is one."""
        return next((one for one in self.pending() if one.digest == digest), None)

    def open(self, ident: int) -> Proposal:
        """A proposal that waits.

        Raises:
            ProposalUnknown, ProposalClosed.
        """
        found = self.by_id.get(ident)
        if found is None:
            raise ProposalUnknown(
                f"There is no proposal {ident}.",
                next_step="`asn-ledger pending` lists what waits, with its ids.",
            )
        if found.state is not ProposalState.PENDING:
            raise ProposalClosed(
                f"Proposal {ident} was {found.state} at position {found.closed_at} and cannot be"
                " closed again.",
                next_step="Propose it anew if it is still wanted.",
            )
        return found


def proposals(events: Iterable[RecordedEvent], position: int | None = None) -> Proposals:
    """Fold the events of the ledger stream, in order, up to a position."""
    found: dict[int, Proposal] = {}
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        if recorded.topic not in (PROPOSED, CONFIRMED, REJECTED):
            continue
        payload = orjson.loads(recorded.state)
        context = orjson.loads(recorded.context) if recorded.context else {}
        if recorded.topic == PROPOSED:
            found[recorded.id] = _proposal(recorded, payload, context)
            continue
        one = found.get(payload["proposed"])
        if one is not None and one.state is ProposalState.PENDING:
            confirmed = recorded.topic == CONFIRMED
            found[one.id] = replace(
                one,
                state=ProposalState.CONFIRMED if confirmed else ProposalState.REJECTED,
                closed_at=recorded.id,
                closed_by=context.get("actor"),
            )
    return Proposals(found)


def _proposal(
    recorded: RecordedEvent, payload: Mapping[str, Any], context: Mapping[str, Any]
) -> Proposal:
    return Proposal(
        recorded.id,
        payload["kind"],
        payload["command"],
        payload["digest"],
        str(context.get("actor", "")),
        recorded.recorded_at,
        context.get("document"),
    )


def digest_of(kind: str, command: Mapping[str, Any]) -> str:
    """What a confirmation commits to: SHA-256 of the canonical object of kind and command, hex."""
    whole = canonical_bytes({"kind": kind, "command": dict(command)})
    return hashlib.sha256(whole).hexdigest()


def decide_propose(
    state: Proposals,
    kind: str,
    command: Mapping[str, Any],
    *,
    reason: str | None = None,
    verbatim: Collection[str] = (),
) -> tuple[Encoded, ...]:
    """The proposal; nothing where the same one already waits, whoever made it.

    Args:
        verbatim: fields of the command that hold a text as its file is, line breaks and all: only
            the text of an instrument (docs/event-format.md, 1).

    Raises:
        BadValue: another text of the command is none that the ledger stores.
    """
    _check_clean({name: part for name, part in command.items() if name not in verbatim})
    digest = digest_of(kind, command)
    if state.same(digest) is not None:
        return ()
    return (encode(Proposed(kind=kind, command=dict(command), digest=digest, reason=reason)),)


def _check_clean(value: object) -> None:
    """Text in a command is text as everywhere in the log, else verifying would call it damage."""
    if isinstance(value, Mapping):
        for part in value.values():
            _check_clean(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _check_clean(part)
    elif isinstance(value, str) and clean_text(value) != value:
        raise BadValue(
            "A text of the proposal has white space at its ends or is not in the normal form of"
            " Unicode (NFC).",
            next_step="Write it in NFC, without white space at its ends.",
        )


def decide_confirm(
    state: Proposals, ident: int, *, actor: str, carried: Sequence[Encoded]
) -> tuple[Encoded, ...]:
    """The confirmation and, behind it, what is carried out in the ledger stream.

    Raises:
        ProposalUnknown, ProposalClosed.
        SecondPersonNeeded: the one who confirms is the one who proposed.
    """
    one = confirmable(state, ident, actor=actor)
    return (encode(Confirmed(proposed=one.id, digest=one.digest)), *carried)


def confirmable(state: Proposals, ident: int, *, actor: str) -> Proposal:
    """The open proposal, if this actor may confirm it. An account is one person in any spelling of
    upper and lower case.

    Raises:
        ProposalUnknown, ProposalClosed, SecondPersonNeeded.
    """
    one = state.open(ident)
    if one.actor.casefold() == actor.casefold():
        raise SecondPersonNeeded(
            f"Proposal {ident} was made by {one.actor}, who cannot confirm it too.",
            next_step="Let a second person confirm it: --actor says who acts.",
        )
    return one


def decide_reject(
    state: Proposals, ident: int, *, reason: str | None = None
) -> tuple[Encoded, ...]:
    """The end of a proposal that is not carried out.

    Raises:
        ProposalUnknown, ProposalClosed.
    """
    return (encode(Rejected(proposed=state.open(ident).id, reason=reason)),)
