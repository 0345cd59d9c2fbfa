"""Decisions that were issued: which answers they made official, and of whom.

A reader only: what a decision pins is what its draft and its issue say. `candidates` of a draft
are objects whose key `subject` is the id of a person or unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from ledger.events.oversight import DecisionDrafted, DecisionIssued, DecisionRevoked
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import DecisionKind

DRAFTED = DecisionDrafted.SPEC.topic
ISSUED = DecisionIssued.SPEC.topic
REVOKED = DecisionRevoked.SPEC.topic


@dataclass(frozen=True, slots=True)
class IssuedDecision:
    """A decision that was issued and not revoked.

    Attributes:
        id, number: its own id and the number of its decree. position: of the event that issued it.
        instrument, as_of, basis_position: the question it answers.
        subjects: ids of those it decides about, as hex digits.
    """

    id: str
    kind: DecisionKind
    number: str
    instrument: str
    as_of: date
    basis_position: int
    decided_on: date
    position: int
    subjects: frozenset[str]


def issued_decisions(
    events: Iterable[RecordedEvent], position: int | None = None
) -> tuple[IssuedDecision, ...]:
    """Fold the events of the ledger stream, in order, up to a position."""
    drafts: dict[str, Mapping[str, Any]] = {}
    standing: dict[str, IssuedDecision] = {}
    for recorded in events:
        if position is not None and recorded.id > position:
            break
        if recorded.topic not in (DRAFTED, ISSUED, REVOKED):
            continue
        payload = orjson.loads(recorded.state)
        ident = payload["id"]
        if recorded.topic == DRAFTED:
            drafts[ident] = payload
        elif recorded.topic == REVOKED:
            standing.pop(ident, None)
        elif ident in drafts:
            standing[ident] = _issued(recorded.id, drafts[ident], payload)
    return tuple(standing.values())


def penetapan(
    events: Iterable[RecordedEvent], instrument: str, position: int | None = None
) -> tuple[IssuedDecision, ...]:
    """The decisions that made answers of an instrument official."""
    return tuple(
        one
        for one in issued_decisions(events, position)
        if one.instrument == instrument and one.kind is DecisionKind.PENETAPAN
    )


def _issued(position: int, draft: Mapping[str, Any], payload: Mapping[str, Any]) -> IssuedDecision:
    chosen = payload.get("chosen", draft.get("chosen"))
    if chosen is None:
        chosen = [one["subject"] for one in draft["candidates"] if "subject" in one]
    return IssuedDecision(
        id=payload["id"],
        kind=DecisionKind(draft["kind"]),
        number=payload["number"],
        instrument=draft["instrument"],
        as_of=date.fromisoformat(draft["as_of"]),
        basis_position=draft["basis_position"],
        decided_on=date.fromisoformat(payload["decided_on"]),
        position=position,
        subjects=frozenset(chosen),
    )
