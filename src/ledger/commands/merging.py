"""Two records that turn out to be one person: what the closed one holds is stated again in the
other.

Each fact keeps its own legal day and counts in its new record from the day of the merge on; asked
about an earlier day, they were two persons (docs/facts.md, merged).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.domain import employee
from ledger.domain.employee import Employee
from ledger.domain.facts import Fact, history
from ledger.domain.natural import Marks, marks
from ledger.errors import NotAllowed
from ledger.events.base import EMPLOYEE, Encoded
from ledger.events.registry import CORRECTIONS, FACT_SPECS, spec
from ledger.records import NewEvent, RecordedEvent

_STAYS = frozenset({"registered", "identity", "merged"})
FORM = "merge"


@dataclass(frozen=True, slots=True)
class _Whole:
    """A fact with its sealed fields by key class."""

    fact: Fact
    sealed: Mapping[str, Mapping[str, Any]]
    document: Mapping[str, Any] | None


def refuse_merge(closed: UUID, into: Employee) -> None:
    """Refuse to close a record where its facts cannot go on in the other.

    Raises:
        NotAllowed: it is the same record, nobody's, an erased one, or closed itself.
    """
    if into.facts.stream == closed or not into.registered:
        raise NotAllowed(
            "A record can only be merged into another person's record.",
            next_step="Name the number under which the person goes on.",
        )
    if into.erased or into.merged_into is not None:
        raise NotAllowed(
            "The record named was erased or merged into another one itself.",
            next_step="Name the record that is still open.",
        )


def restate(
    ledger: Ledger, closed: UUID, into: Employee, *, on: date, context: Mapping[str, Any]
) -> tuple[NewEvent, ...]:
    """The rows that state the facts of a closed record again in another; `into` goes on with them.

    Acts that the other record holds already are left out, so that nothing counts twice.

    Raises:
        NotAllowed: see `refuse_merge`.
    """
    refuse_merge(closed, into)
    key = ledger.keyring.keys(into.facts.stream).match_key
    roots: dict[int, int] = {}
    rows = []
    for whole in _facts_of(ledger, closed):
        shape = FACT_SPECS[EMPLOYEE, whole.fact.kind]
        fields = _fields(whole, roots, on)
        row = marks(
            key,
            fact=whole.fact.kind,
            on=whole.fact.effective_on.isoformat(),
            fields=fields | _flat(whole.sealed),
            open_names=shape.open_names,
            document=whole.document,
        )
        known = into.facts.matching(row.match, row.loose)
        if known is not None:
            roots[whole.fact.root] = known.root
            continue
        event = Encoded(shape, whole.fact.effective_on, fields, whole.sealed)
        said = _context(context, row, whole.document)
        version = into.facts.version + 1
        roots[whole.fact.root] = version
        rows.append(ledger.rows.new_event(into.facts.stream, version, event, said))
        employee.evolve(
            into,
            shape=shape,
            payload=fields,
            context=said,
            on=whole.fact.effective_on.isoformat(),
        )
    return tuple(rows)


def _facts_of(ledger: Ledger, stream: UUID) -> Iterator[_Whole]:
    """What a record holds, annulled facts left out, in the order in which it was first stated."""
    events = ledger.events_of(stream)
    by_version = {recorded.originator_version: recorded for recorded in events}
    facts = [fact for kind in history(events).facts.values() for fact in kind]
    sealed = ledger.store.sealed([by_version[fact.version].id for fact in facts])
    for fact in sorted(facts, key=lambda one: one.root):
        if fact.kind not in _STAYS:
            recorded = by_version[fact.version]
            opened = ledger.rows.unseal(recorded, sealed.get(recorded.id, ()))
            said = ledger.rows.to_domain_event(recorded).context
            yield _Whole(fact, own_sealed(recorded, opened), said.get("document"))


def own_sealed(
    recorded: RecordedEvent, opened: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """The sealed fields of the fact itself: a correction carries those of its replacement
    inside.
    """
    if spec(recorded.topic).name not in CORRECTIONS:
        return dict(opened)
    inner = {
        "identity": opened.get("identity", {}).get("sealed"),
        "restricted": opened.get("restricted", {}).get("restricted"),
    }
    return {name: fields for name, fields in inner.items() if fields}


def _fields(whole: _Whole, roots: Mapping[int, int], on: date) -> dict[str, Any]:
    fields = dict(whole.fact.fields)
    for part in FACT_SPECS[EMPLOYEE, whole.fact.kind].fields:
        if part.type.reference == "target" and part.name in fields:
            fields[part.name] = roots.get(fields[part.name], fields[part.name])
    if whole.fact.until is not None:
        fields["until"] = whole.fact.until.isoformat()
    earlier = whole.fact.counts_from
    fields["counts_from"] = (on if earlier is None else max(on, earlier)).isoformat()
    return fields


def _flat(sealed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for fields in sealed.values() for name, value in fields.items()}


def _context(
    context: Mapping[str, Any], row: Marks, document: Mapping[str, Any] | None
) -> dict[str, Any]:
    said = {name: context[name] for name in ("actor", "origin") if name in context}
    if document is not None:
        said["document"] = document
    said |= {"match": row.match, "content": row.content, "gist": row.gist}
    if row.loose is not None:
        said["loose"] = row.loose
    return said
