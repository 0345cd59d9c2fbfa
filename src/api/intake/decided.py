"""One row decided: its verdict and the events that follow, sealed and ready to append."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from api.intake.spool import Prepared
from api.intake.subjects import Subjects
from ledger import employee, org_unit, stream_state
from ledger.application import Ledger
from ledger.deciding import Decision, Verdict, decide_statement
from ledger.events.base import EMPLOYEE, ORG_UNIT, Encoded
from ledger.events.reading import Draft
from ledger.merging import restate
from ledger.records import NewEvent
from ledger.statement import Source, Statement, state_draft
from ledger.stream_state import StreamState

_WEIGHT = {Verdict.SAME: 0, Verdict.CONFIRMED: 1, Verdict.NEW: 2, Verdict.CORRECTS: 3}


@dataclass(frozen=True, slots=True)
class Decided:
    """A row, what it turned out to be, and its events in their streams."""

    row: Prepared
    verdict: Verdict
    rows: tuple[NewEvent, ...]
    streams: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class _Owner:
    """A stream as deciding sees it: one shape for people, units and the ledger stream.

    Attributes:
        founding: name of the fact with which such a stream begins, or None.
    """

    facts: StreamState
    decide: Callable[[Statement], Decision]
    evolve: Callable[[Encoded, dict[str, Any]], object]
    founding: str | None


def decide_row(row: Prepared, ledger: Ledger, subjects: Subjects, source: Source) -> Decided:
    """Decide all facts of a row against the stream they go to, then let its state go on.

    Nothing has changed when this raises: the row is refused whole.

    Raises:
        LedgerError: the first reason against the row.
    """
    first = row.drafts[0]
    stream = _stream_of(first, ledger, subjects)
    owner = _owner(first, stream, subjects)
    match_key = ledger.keyring.keys(stream).match_key
    verdict = Verdict.SAME
    accepted: list[tuple[Encoded, dict[str, Any]]] = []
    founds = owner.founding is not None and owner.facts.version == 0
    for draft, optional in zip(row.drafts, row.if_none_known, strict=True):
        if optional and owner.facts.has(draft.fact):
            continue
        statement = state_draft(
            draft, state=owner.facts, match_key=match_key, references=subjects, source=source
        )
        if founds and draft is not first:
            decision = decide_statement(owner.facts, statement)
        else:
            decision = owner.decide(statement)
        if _WEIGHT[decision.verdict] > _WEIGHT[verdict]:
            verdict = decision.verdict
        accepted.extend((event, statement.context()) for event in decision.events)
    if founds and accepted:
        accepted[0] = (_with_keys(accepted[0][0], ledger, stream), accepted[0][1])
    rows = []
    for event, context in accepted:
        rows.append(ledger.rows.new_event(stream, owner.facts.version + 1, event, context))
        owner.evolve(event, context)
    if rows and first.fact == "merged" and not subjects.dry:
        rows.extend(_stated_again(accepted[0], stream, ledger, subjects))
    if rows:
        subjects.changed(stream)
        _note_numbers(row, stream, subjects)
    return Decided(row, verdict, tuple(rows), (stream,))


def _stated_again(
    merged: tuple[Encoded, dict[str, Any]], stream: UUID, ledger: Ledger, subjects: Subjects
) -> tuple[NewEvent, ...]:
    """What a closed record held, in the record that goes on, as part of the same command."""
    event, context = merged
    into = subjects.employee(UUID(event.opened["into"]))
    on = event.effective_on or date.min
    return restate(ledger, stream, into, on=on, context=context)


def _stream_of(draft: Draft, ledger: Ledger, subjects: Subjects) -> UUID:
    if draft.owner == EMPLOYEE:
        return subjects.person(str(draft.subject))
    if draft.owner != ORG_UNIT:
        return ledger.stream
    code, on = str(draft.subject), draft.on or "9999-12-31"
    if draft.fact != "unit":
        return subjects.units.require(code, on)
    stream = subjects.units.find(code, on)
    if stream is None:
        stream = ledger.new_stream()
        ledger.keyring.ensure([stream])
        subjects.units.add(code, stream, on)
    return stream


def _owner(draft: Draft, stream: UUID, subjects: Subjects) -> _Owner:
    if draft.owner == EMPLOYEE:
        person = subjects.employee(stream)

        def person_evolves(event: Encoded, context: dict[str, Any]) -> object:
            return employee.evolve(person, **_happened(event, context))

        return _Owner(
            person.facts, lambda s: employee.decide_fact(person, s), person_evolves, "registered"
        )
    if draft.owner == ORG_UNIT:
        unit = subjects.unit_state(stream)

        def unit_evolves(event: Encoded, context: dict[str, Any]) -> object:
            return org_unit.evolve(unit, **_happened(event, context))

        return _Owner(unit.facts, lambda s: org_unit.decide_fact(unit, s), unit_evolves, "unit")
    book = subjects.book()

    def book_evolves(event: Encoded, context: dict[str, Any]) -> object:
        return stream_state.evolve(book, **_happened(event, context))

    return _Owner(book, lambda s: decide_statement(book, s), book_evolves, None)


def _happened(event: Encoded, context: dict[str, Any]) -> dict[str, Any]:
    on = event.effective_on
    return {
        "shape": event.spec,
        "payload": event.opened,
        "context": context,
        "on": None if on is None else on.isoformat(),
    }


def _with_keys(event: Encoded, ledger: Ledger, stream: UUID) -> Encoded:
    """The founding event of a stream commits to its keys."""
    opened = dict(event.opened)
    opened["keys"] = dict(ledger.keyring.keys(stream).digests)
    return replace(event, opened=opened)


def _note_numbers(row: Prepared, stream: UUID, subjects: Subjects) -> None:
    """A new number finds the person from now on, also later in this import."""
    for draft in row.drafts:
        number = draft.fields.get("new_nip") if draft.fact == "identity" else None
        if number is not None:
            subjects.people[number] = stream
            subjects.unknown.discard(number)
