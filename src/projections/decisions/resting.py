"""Which decisions rest on a fact: those issued, not revoked, whose answers counted it.

Asked as the decision asked: of the same people, on its legal day, with what was known at its basis.
A fact of a unit, a reference or a calendar may stand behind everybody's answer, so every decision
that knew it rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from ledger.application import Ledger
from ledger.decision import Decision
from ledger.decision_desk import decision_of, decisions_of
from ledger.events.base import EMPLOYEE
from ledger.stream_state import StreamState, replay
from projections.asking import inquiry
from projections.asking.inquiry import Ask


def decisions_on(
    ledger: Ledger, stream: UUID, root: int, *, today: date, now: datetime
) -> list[str]:
    """The ids of the decisions that rest on a fact, in the order in which they were drafted.

    Args:
        stream, root: the fact: where it lies, and the version of the event that first stated it.
    """
    found = []
    for one in decisions_of(ledger).by_id.values():
        if one.issued is None or one.revoked is not None:
            continue
        positions = _stated(ledger, stream, root, one.draft.basis_position)
        if positions and _rests(ledger, one, stream, positions, today=today, now=now):
            found.append(one.draft.id)
    return found


def _stated(ledger: Ledger, stream: UUID, root: int, position: int) -> dict[int, str]:
    """Position -> topic of each event by which the fact was stated up to a position."""
    events = ledger.events_of(stream, position=position)
    state = replay(StreamState(stream), events)
    return {one.id: one.topic for one in events if state.root_of.get(one.version) == root}


def _rests(
    ledger: Ledger,
    one: Decision,
    stream: UUID,
    positions: Mapping[int, str],
    *,
    today: date,
    now: datetime,
) -> bool:
    if not next(iter(positions.values())).startswith(f"{EMPLOYEE}."):
        return True
    draft = one.draft
    whole = decision_of(ledger, draft.id)  # the candidates lie in streams of their own (ADR 0027)
    if stream.hex not in {candidate.subject for candidate in whole.draft.candidates}:
        return False
    for name in (draft.instrument, *draft.requirements):
        ask = Ask(name, as_of=draft.as_of, position=draft.basis_position)
        asked = inquiry.resolve(ledger, ask, today=max(today, draft.as_of), now=now)
        answer = inquiry.one(ledger, asked, stream)
        counted = [*answer.who, *(use for part in answer.measures for use in part.every_use())]
        if any(use.used and use.position in positions for use in counted):
            return True
    return False
