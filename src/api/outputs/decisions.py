"""Decisions as the objects of docs/command-line.md, keys in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.commands.decision_desk import reasons_at
from ledger.domain.decision import Decision, Step
from ledger.vocabulary_agency import DecisionKind


def listed(one: Decision) -> dict[str, Any]:
    """One decision in a list: without candidates, reasons and names."""
    draft = one.draft
    chosen = None if one.chosen is None else len(one.chosen)
    if draft.chosen is None and draft.kind is DecisionKind.PENETAPAN:
        chosen = draft.number  # it is about all of them
    return {
        "id": draft.id,
        "kind": draft.kind.value,
        "state": one.state,
        "instrument": draft.instrument,
        "as_of": draft.as_of.isoformat(),
        "basis_position": draft.basis_position,
        "candidates": draft.number,
        "chosen": chosen,
        "drafted_by": one.drafted.actor,
        "number": None if one.issued is None else one.issued.number,
    }


def whole(ledger: Ledger, one: Decision) -> dict[str, Any]:
    """A decision with all that it pins, and with names where the keys are at hand."""
    draft = one.draft
    return {
        "id": draft.id,
        "kind": draft.kind.value,
        "state": one.state,
        "instrument": draft.instrument,
        "requirements": list(draft.requirements),
        "unit": draft.unit,
        "listed": draft.listed,
        "as_of": draft.as_of.isoformat(),
        "tie_rule": draft.tie_rule.value,
        "basis": {
            "position": draft.basis_position,
            "known_at": instant_text(draft.known_at),
            "checkpoint": draft.checkpoint,
            "instruments": dict(draft.instruments),
            "engine": draft.engine,
            "digest": draft.answer_digest,
        },
        "drafted": _step(ledger, one.drafted),
        "recommended": [
            {"body": step.body, "in_favour": step.in_favour, **_step(ledger, step)}
            for step in one.recommended
        ],
        "issued": _decreed(ledger, one.issued, against=True),
        "revoked": _decreed(ledger, one.revoked, against=False),
        "candidates": list(_candidates(ledger, one)),
    }


def _step(ledger: Ledger, step: Step) -> dict[str, Any]:
    return {
        "position": step.position,
        "by": step.actor,
        "recorded_at": instant_text(step.recorded_at),
        "reasons": reasons_at(ledger, step.position) if step.reasoned else None,
    }


def _decreed(ledger: Ledger, step: Step | None, *, against: bool) -> dict[str, Any] | None:
    if step is None:
        return None
    day = None if step.decided_on is None else step.decided_on.isoformat()
    shown: dict[str, Any] = {"number": step.number, "decided_on": day}
    if against:
        shown["against_ranking"] = step.against_ranking
    return shown | _step(ledger, step)


def _candidates(ledger: Ledger, one: Decision) -> Iterator[dict[str, Any]]:
    chosen = set(one.chosen or ())
    people = ledger.people([UUID(each.subject) for each in one.draft.candidates])
    for each in one.draft.candidates:
        yield {
            "subject": each.subject,
            "rank": each.rank,
            "total": each.total,
            "band": each.band,
            "status": each.status,
            "requirements": dict(each.requirements),
            "why": list(each.why),
            "chosen": each.subject in chosen,
            "digest": each.digest,
            "person": people[UUID(each.subject)],
        }
