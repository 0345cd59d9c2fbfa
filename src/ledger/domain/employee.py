"""One person of the civil service: state, `evolve`, `decide_*`.

Decisions give events back and change nothing. What the law forbids is refused; what is merely
unusual is recorded and flagged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.domain.deciding import Decision, decide_statement
from ledger.domain.statement import Statement
from ledger.domain.stream_state import StreamState, happening
from ledger.domain.stream_state import evolve as evolve_facts
from ledger.errors import NotAllowed, StreamClosed
from ledger.events.base import Encoded, EventSpec, encode
from ledger.events.oversight import IdentityErased, LegalHoldLifted, LegalHoldPlaced
from ledger.records import RecordedEvent


@dataclass(slots=True)
class Employee:
    """What deciding about a person needs to know.

    Attributes:
        facts: the facts of the stream by root, key and natural key.
        key_digests: what the founding event commits to.
        merged_into: the stream on which this person goes on.
        holds: open legal holds by id.
        erased: the identity was destroyed.
    """

    facts: StreamState
    key_digests: Mapping[str, str] | None = None
    merged_into: UUID | None = None
    holds: set[str] = field(default_factory=set)
    erased: bool = False

    @property
    def registered(self) -> bool:
        """Whether the stream is that of a person: it began with his registration."""
        first = self.facts.roots.get(1)
        return first is not None and first.kind == "registered"


def nobody(stream: UUID) -> Employee:
    """The state before the first event."""
    return Employee(StreamState(stream))


def evolve(
    state: Employee,
    *,
    shape: EventSpec,
    payload: Mapping[str, Any],
    context: Mapping[str, Any],
    on: str | None,
    position: int | None = None,
) -> Employee:
    """The state after one more event."""
    evolve_facts(
        state.facts, shape=shape, payload=payload, context=context, on=on, position=position
    )
    name = shape.name
    if name == "registered" and state.key_digests is None:
        state.key_digests = payload.get("keys")
    elif name == "merged":
        state.merged_into = UUID(payload["into"])
    elif name == "hold_placed":
        state.holds.add(payload["id"])
    elif name == "hold_lifted":
        state.holds.discard(payload["id"])
    elif name == "erased":
        state.erased = True
    return state


def replay(state: Employee, events: Iterable[RecordedEvent]) -> Employee:
    """The state after events of the store."""
    for recorded in events:
        evolve(state, **happening(recorded))
    return state


def decide_fact(state: Employee, statement: Statement) -> Decision:
    """State, correct, annul or end a fact about a person.

    Raises:
        NotAllowed: the person is not registered yet, or his record was erased.
        StreamClosed: he was merged into another.
        and what `decide_statement` raises.
    """
    if not state.registered and statement.fact != "registered":
        raise NotAllowed(
            "The person is not registered yet.", next_step="Send his registered fact first."
        )
    if state.erased:
        raise NotAllowed(
            "The identity of this person was erased; nothing more can be recorded.",
            next_step="Register the person anew if he serves again.",
        )
    if state.merged_into is not None:
        decision = _decide_closed(state, statement)
        if decision is not None:
            return decision
    return decide_statement(state.facts, statement)


def _decide_closed(state: Employee, statement: Statement) -> Decision | None:
    """A closed record takes nothing new; what it held already is still the same."""
    row = statement.marks
    known = row is not None and state.facts.matching(row.match, row.loose) is not None
    again = statement.act is not None and statement.root in state.facts.roots
    if known or again:
        return decide_statement(state.facts, statement)
    raise StreamClosed(
        "This record was merged into another one.",
        next_step="Send the fact under the number of the record it was merged into.",
    )


def decide_hold(state: Employee, *, ident: str, ground: str) -> tuple[Encoded, ...]:
    """Place a legal hold (UU 27/2022 Pasal 44); a second one of the same id adds nothing."""
    if ident in state.holds:
        return ()
    return (encode(LegalHoldPlaced(id=ident, ground=ground)),)


def decide_lift(state: Employee, *, ident: str, ground: str | None) -> tuple[Encoded, ...]:
    """Lift a hold.

    Raises:
        NotAllowed: there is none of this id.
    """
    if ident not in state.holds:
        raise NotAllowed("There is no legal hold of this id.", next_step="Look at the history.")
    return (encode(LegalHoldLifted(id=ident, ground=ground)),)


def decide_erasure(state: Employee, *, ground: str) -> tuple[Encoded, ...]:
    """Erase the identity (UU 27/2022 Pasal 43, 44); a second time adds nothing.

    Raises:
        NotAllowed: under a legal hold.
    """
    if state.erased:
        return ()
    if state.holds:
        raise NotAllowed(
            f"The record is under {len(state.holds)} legal hold(s) and cannot be erased "
            "(UU 27/2022 Pasal 44: not while a legal case needs it).",
            next_step="Lift the holds first; `history` names them.",
        )
    return (encode(IdentityErased(ground=ground)),)
