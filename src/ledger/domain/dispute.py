"""Contested facts: who contests which fact, and how it ended.

State, fold, decisions, in this order; pure. A dispute lies in the stream of the fact. Until it is
resolved the fact counts on, flagged wherever it counts; what follows from an upheld dispute is a
correction or annulment of its own, with its own document. A fact has one open dispute at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from ledger.errors import LedgerError, NotAllowed
from ledger.events.base import EMPLOYEE, ORG_UNIT, Encoded, encode
from ledger.events.oversight import (
    EmployeeDisputeResolved,
    EmployeeFactDisputed,
    UnitDisputeResolved,
    UnitFactDisputed,
)
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import DisputeOutcome

_DISPUTED = {EMPLOYEE: EmployeeFactDisputed, ORG_UNIT: UnitFactDisputed}
_RESOLVED = {EMPLOYEE: EmployeeDisputeResolved, ORG_UNIT: UnitDisputeResolved}
OPENED = frozenset(one.SPEC.topic for one in _DISPUTED.values())
RESOLVED = frozenset(one.SPEC.topic for one in _RESOLVED.values())


class DisputeUnknown(LedgerError):
    """No open dispute has this id."""

    code = "dispute_unknown"


class FactAlreadyDisputed(LedgerError):
    """Somebody contests the fact already."""

    code = "fact_already_disputed"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute.

    Attributes:
        root: of the fact, within its stream. by: who contests, as the agency writes it.
        position, recorded_at, actor: of the event that opened it.
        document: what it rests on; None where nothing was named.
        outcome, resolved_at, resolved_by, decided_on: None while it is open; positions are of the
        log, `decided_on` is the document on which it was decided.
    """

    id: str
    stream: str
    root: int
    by: str
    position: int
    recorded_at: datetime
    actor: str
    document: Mapping[str, Any] | None = None
    outcome: DisputeOutcome | None = None
    resolved_at: int | None = None
    resolved_by: str | None = None
    decided_on: Mapping[str, Any] | None = None

    @property
    def open(self) -> bool:
        """Whether it waits."""
        return self.outcome is None


def disputes(events: Iterable[RecordedEvent], position: int | None = None) -> list[Dispute]:
    """The disputes of one or more streams as known at a position, in order of opening."""
    found: dict[tuple[str, str], Dispute] = {}
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        if recorded.topic not in OPENED | RESOLVED:
            continue
        payload = orjson.loads(recorded.state)
        context = _context(recorded)
        actor = str(context.get("actor", ""))
        stream = recorded.originator_id.hex
        key = (stream, payload["id"])
        if recorded.topic in OPENED:
            found[key] = Dispute(
                payload["id"],
                stream,
                payload["root"],
                payload["by"],
                recorded.id,
                recorded.recorded_at,
                actor,
                context.get("document"),
            )
        elif key in found:
            found[key] = replace(
                found[key],
                outcome=DisputeOutcome(payload["outcome"]),
                resolved_at=recorded.id,
                resolved_by=actor,
                decided_on=context.get("document"),
            )
    return list(found.values())


def decide_dispute(
    known: Iterable[Dispute], *, owner: str, root: int, ident: str, by: str, reason: str
) -> tuple[Encoded, ...]:
    """Contest a fact; the same dispute again adds nothing.

    Args:
        known: the disputes of the stream. owner: "employee" or "org_unit".
        root: of a fact that stands. reason: free text, sealed.

    Raises:
        FactAlreadyDisputed: another dispute about it is open, or the id names another one.
    """
    for one in known:
        if one.id == ident and one.root == root and one.open:
            return ()
        if one.id == ident:
            raise FactAlreadyDisputed(
                f"The id {ident} names another dispute of this record, or one that ended.",
                next_step="Give this one an id of its own.",
            )
        if one.open and one.root == root:
            raise FactAlreadyDisputed(
                f"The fact is contested already, in dispute {one.id}.",
                next_step="Have that one resolved first, or add your document to it.",
            )
    return (encode(_DISPUTED[owner](root=root, id=ident, by=by, reason=reason)),)


def decide_resolve(
    known: Iterable[Dispute],
    *,
    owner: str,
    ident: str,
    outcome: DisputeOutcome,
    reason: str | None,
    actor: str,
) -> tuple[Encoded, ...]:
    """End a dispute. Who opened it may only withdraw it; the same outcome again adds nothing.

    Raises:
        DisputeUnknown: none of this id. NotAllowed: it ended otherwise, or its opener decides it.
    """
    found = next((one for one in known if one.id == ident), None)
    if found is None:
        raise DisputeUnknown(
            f"There is no dispute {ident} in this record.",
            next_step="`asn-ledger dispute list` shows those there are.",
        )
    if not found.open:
        if found.outcome is outcome:
            return ()
        raise NotAllowed(
            f"Dispute {ident} ended as {found.outcome}.",
            next_step="Contest the fact anew, with a new document.",
        )
    if outcome is not DisputeOutcome.DICABUT and found.actor.casefold() == actor.casefold():
        raise NotAllowed(
            f"Dispute {ident} was opened by {found.actor}, who cannot decide it too.",
            next_step="Let somebody else decide it (--actor), or withdraw it as DICABUT.",
        )
    event = _RESOLVED[owner](root=found.root, id=ident, outcome=outcome, reason=reason)
    return (encode(event),)


def _context(recorded: RecordedEvent) -> Mapping[str, Any]:
    found: Mapping[str, Any] = orjson.loads(recorded.context) if recorded.context else {}
    return found
