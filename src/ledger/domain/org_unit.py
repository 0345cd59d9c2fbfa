"""One unit (perangkat daerah or a part of it): state, `evolve`, `decide_*`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.domain.deciding import Decision, decide_statement
from ledger.domain.statement import Statement
from ledger.domain.stream_state import StreamState, happening
from ledger.domain.stream_state import evolve as evolve_facts
from ledger.errors import NotAllowed
from ledger.events.base import EventSpec
from ledger.records import RecordedEvent


@dataclass(slots=True)
class OrgUnit:
    """What deciding about a unit needs to know; `closed_on` is ISO, None while it lives."""

    facts: StreamState
    key_digests: Mapping[str, str] | None = None
    closed_on: str | None = None

    @property
    def founded(self) -> bool:
        """Whether the unit is in the ledger at all."""
        return self.facts.version > 0


def no_unit(stream: UUID) -> OrgUnit:
    """The state before the first event."""
    return OrgUnit(StreamState(stream))


def evolve(
    state: OrgUnit,
    *,
    shape: EventSpec,
    payload: Mapping[str, Any],
    context: Mapping[str, Any],
    on: str | None,
    position: int | None = None,
) -> OrgUnit:
    """The state after one more event."""
    evolve_facts(
        state.facts, shape=shape, payload=payload, context=context, on=on, position=position
    )
    if shape.name == "unit" and state.key_digests is None:
        state.key_digests = payload.get("keys")
    elif shape.name == "unit_closed":
        state.closed_on = on
    return state


def replay(state: OrgUnit, events: Iterable[RecordedEvent]) -> OrgUnit:
    """The state after events of the store."""
    for recorded in events:
        evolve(state, **happening(recorded))
    return state


def decide_fact(state: OrgUnit, statement: Statement) -> Decision:
    """State, correct, annul or end a fact about a unit.

    Raises:
        NotAllowed: the unit does not exist yet, or would be its own parent.
        and what `decide_statement` raises.
    """
    if not state.founded and statement.fact != "unit":
        raise NotAllowed("The unit does not exist yet.", next_step="Send its unit fact first.")
    if statement.encoded.opened.get("parent") == state.facts.stream.hex:
        raise NotAllowed("A unit cannot be its own parent.", next_step="Name the unit above it.")
    return decide_statement(state.facts, statement)
