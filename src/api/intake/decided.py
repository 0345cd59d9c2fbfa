"""One row decided: its verdict and the events that follow, sealed and ready to append."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from api.intake.cells import is_blank, plain
from api.intake.spool import Prepared
from api.intake.subjects import Subjects
from ledger.application import Ledger
from ledger.commands.merging import refuse_merge, restate
from ledger.domain import employee, org_unit, stream_state
from ledger.domain.deciding import Decision, Verdict, decide_statement
from ledger.domain.employee import Employee
from ledger.domain.org_unit import OrgUnit
from ledger.domain.statement import Source, Statement, state_draft
from ledger.domain.stream_state import StreamState
from ledger.errors import NotAllowed, NumberTaken
from ledger.events.base import EMPLOYEE, ORG_UNIT, Encoded
from ledger.events.reading import Draft
from ledger.fields import RESTRICTED
from ledger.keys.stream_keys import StreamKeys
from ledger.records import NewEvent

_WEIGHT = {Verdict.SAME: 0, Verdict.CONFIRMED: 1, Verdict.NEW: 2, Verdict.CORRECTS: 3}


Owner = Employee | OrgUnit | StreamState  # as deciding sees a stream; the last is the ledger's own


class Decided(NamedTuple):
    """A row, what it turned out to be, and its events in their streams."""

    row: Prepared
    verdict: Verdict
    rows: tuple[NewEvent, ...]
    streams: tuple[UUID, ...]


def decide_row(row: Prepared, ledger: Ledger, subjects: Subjects, source: Source) -> Decided:
    """Decide all facts of a row against the stream they go to, then let its state go on.

    Nothing has changed when this raises: the row is refused whole.

    Raises:
        LedgerError: the first reason against the row.
    """
    first = row.drafts[0]
    stream = _stream_of(first, ledger, subjects)
    owner = _owner(first, stream, subjects)
    facts = owner if isinstance(owner, StreamState) else owner.facts
    keys = subjects.keys(stream)
    verdict = Verdict.SAME
    accepted: list[tuple[Encoded, dict[str, Any]]] = []
    founds = facts.version == 0 and owner is not facts
    for draft, optional in zip(row.drafts, row.if_none_known, strict=True):
        if optional and facts.has(draft.fact):
            continue
        statement = state_draft(
            draft, state=facts, match_key=keys.match_key, references=subjects, source=source
        )
        if founds and draft is not first:
            decision = decide_statement(facts, statement)
        else:
            decision = _decide(owner, statement)
        if decision.events:
            _refuse_taken_number(draft, stream, subjects)
        if draft.fact == "merged" and decision.events:
            _refuse_merge(statement, stream, ledger, subjects)
        if _WEIGHT[decision.verdict] > _WEIGHT[verdict]:
            verdict = decision.verdict
        accepted += [(event, statement.context()) for event in decision.events]
    if accepted:
        event, context = accepted[0]
        event = _with_keys(event, keys) if founds else event
        accepted[0] = (_with_source_row(event, row), context)
    rows = []
    for event, context in accepted:
        row_of = ledger.rows.new_event
        rows.append(row_of(stream, facts.version + 1, event, context, keys=keys))
        _evolve(owner, event, context)
    streams = [stream]
    if rows and first.fact == "merged":
        streams.append(UUID(accepted[0][0].opened["into"]))
        if not subjects.dry:
            rows.extend(_stated_again(accepted[0], stream, ledger, subjects))
    if rows:
        subjects.changed(stream)
        _note_names(row, stream, subjects)
    return Decided(row, verdict, tuple(rows), tuple(streams))


def _refuse_taken_number(draft: Draft, stream: UUID, subjects: Subjects) -> None:
    """A number belongs to one person; who finds that two records are one states `merged`."""
    number = (draft.replacement or draft).fields.get("new_nip")
    if number is not None and subjects.people.get(number, stream) != stream:
        raise NumberTaken(
            "Another person of this ledger holds the new number.",
            next_step="If both are one person, send merged; else correct the number.",
            field="new_nip",
        )


def _refuse_merge(statement: Statement, stream: UUID, ledger: Ledger, subjects: Subjects) -> None:
    """Before anything changes; a merge reads what the closed record holds, so that must be stored.

    Raises:
        NotAllowed.
    """
    refuse_merge(stream, subjects.employee(UUID(statement.encoded.opened["into"])))
    if subjects.keeps and not subjects.dry:
        stored = len(ledger.events_of(stream))
        if stored != subjects.employee(stream).facts.version:
            raise NotAllowed(
                "A record cannot be merged by the strict import that adds to it.",
                next_step="Import its facts first and the merge after them.",
            )


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
        stream = subjects.found_unit()
    return stream


def _owner(draft: Draft, stream: UUID, subjects: Subjects) -> Owner:
    if draft.owner == EMPLOYEE:
        return subjects.employee(stream)
    return subjects.unit_state(stream) if draft.owner == ORG_UNIT else subjects.book()


def _decide(owner: Owner, statement: Statement) -> Decision:
    if isinstance(owner, Employee):
        return employee.decide_fact(owner, statement)
    if isinstance(owner, OrgUnit):
        return org_unit.decide_fact(owner, statement)
    return decide_statement(owner, statement)


def _evolve(owner: Owner, event: Encoded, context: dict[str, Any]) -> None:
    shape, payload = event.spec, event.opened
    on = None if event.effective_on is None else event.effective_on.isoformat()
    if isinstance(owner, Employee):
        employee.evolve(owner, shape=shape, payload=payload, context=context, on=on)
    elif isinstance(owner, OrgUnit):
        org_unit.evolve(owner, shape=shape, payload=payload, context=context, on=on)
    else:
        stream_state.evolve(owner, shape=shape, payload=payload, context=context, on=on)


def _with_keys(event: Encoded, keys: StreamKeys) -> Encoded:
    """The founding event of a stream commits to its keys."""
    opened = dict(event.opened)
    opened["keys"] = dict(keys.digests)
    return event._replace(opened=opened)


def _with_source_row(event: Encoded, row: Prepared) -> Encoded:
    """The first event of a foreign row keeps the whole row, sealed: nothing that was sent is
    lost.
    """
    if row.is_line or not row.kept or not event.spec.is_fact:
        return event
    raw = row.raw_row()
    cells = {
        header: plain(cell)
        for header, cell in zip(raw.headers, raw.cells, strict=False)
        if header and not is_blank(cell)
    }
    sealed = {key_class: dict(fields) for key_class, fields in event.sealed.items()}
    sealed.setdefault(RESTRICTED, {})["source_row"] = cells
    return event._replace(sealed=sealed)


def _note_names(row: Prepared, stream: UUID, subjects: Subjects) -> None:
    """A new number finds the person from now on, a unit its code and name: also in this import."""
    for draft in row.drafts:
        stated = draft.replacement or draft
        if stated.fact == "unit":
            code, name = str(stated.fields["code"]), str(stated.fields["name"])
            subjects.units.add(stream, code=code, name=name, since=str(stated.on))
        number = draft.fields.get("new_nip") if draft.fact == "identity" else None
        if number is not None:
            subjects.people[number] = stream
            subjects.unknown.discard(number)
