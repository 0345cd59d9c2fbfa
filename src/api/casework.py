"""Recording steps of discipline cases: what the law forbids is refused before it is recorded.

An import records what others did; these rows are what somebody is about to do. They are one
command: all of them stand, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from api.intake.case_flags import as_if
from api.intake.decided import Decided
from api.intake.importing import import_files
from api.intake.needs import Need, SecondPersonRequired, Why, need_of, needs_of
from api.intake.report import ImportReport
from api.intake.rows import Place
from ledger.application import Ledger, today_in
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE
from ledger.events.reading import Draft
from ledger.records import NewEvent, RecordedEvent
from projections import question
from projections.discipline import asking_cases, cases_json, finding_words
from projections.discipline.asking_cases import Told
from projections.discipline.case_findings import Found

_NAMED_MAX = 5


class Placed(NamedTuple):
    """A finding, the case it is in, and the row that states its step; None where none does."""

    told: Told
    found: Found
    place: Place | None


class CaseStepRefused(LedgerError):
    """A step that the law forbids."""

    code = "case_step_refused"

    def __init__(self, found: Sequence[Placed]) -> None:
        named = "; ".join(_says(one) for one in found[:_NAMED_MAX])
        more = f"; and {len(found) - _NAMED_MAX} more" if len(found) > _NAMED_MAX else ""
        remedies = finding_words.remedies(one.found for one in found)
        super().__init__(
            f"The law does not allow it: {named}{more}. Nothing was recorded.",
            next_step=" ".join(remedies)
            + " What happened all the same is recorded by `import`, which flags it.",
            findings=[_shown(one) for one in found],
        )


@dataclass(slots=True)
class CaseGate:
    """What rows would put out of order, looked at before they are recorded."""

    ledger: Ledger
    at: datetime
    unusual: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, decided: Sequence[Decided]) -> None:
        """Refuse what the law forbids; keep what is late or unusual.

        Raises:
            CaseStepRefused.
        """
        head = self.ledger.store.head().position
        asked = asking_cases.when(self.ledger, question.LATEST, head)
        rows = ((one, row) for one in decided for row in one.rows)
        of_person: dict[UUID, list[RecordedEvent]] = {}
        places: dict[int, Place] = {}
        for number, (one, row) in enumerate(rows, start=head + 1):
            places[number] = one.row.place
            if row.topic.startswith(f"{EMPLOYEE}."):
                of_person.setdefault(row.originator_id, []).append(as_if(row, number, self.at))
        found = [
            Placed(told, what, places.get(what.step.fact.position))
            for stream, more in of_person.items()
            for told, what in asking_cases.added(self.ledger, stream, more, asked)
        ]
        refused = [one for one in found if one.found.refuses]
        if refused:
            raise CaseStepRefused(refused)
        self.unusual = [_shown(one) for one in found]


@dataclass(frozen=True, slots=True)
class NeedsSecond:
    """A row that nobody records alone: its number, why, and the decisions that rest on it."""

    row: int
    why: Why
    decisions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As the public contract has it."""
        decisions = list(self.decisions)
        return {"row": self.row, "why": self.why.value, "decisions": decisions}


def record(
    ledger: Ledger, files: Sequence[Path], *, actor: str, at: datetime, dry: bool, rejects: Path
) -> tuple[ImportReport, list[dict[str, Any]], list[NeedsSecond]]:
    """Record the rows of facts files as one command, after a look at the cases they belong to.

    Args:
        at: the present instant, for rows not yet recorded. dry: look and record nothing.

    Returns:
        What became of the rows, what is late or unusual and was recorded all the same, and, of a
        dry run, the rows that need a second person.

    Raises:
        CaseStepRefused: the law forbids a step. SecondPersonRequired: nobody records a row alone;
        but not in a dry run. What an import raises.
    """
    cases = CaseGate(ledger, at)
    today = today_in(str(ledger.founded["timezone"]), at)
    needed: list[NeedsSecond] = []

    def need(draft: Draft, rows: Sequence[NewEvent]) -> Need:
        return need_of(ledger, draft, rows, today=today, at=at)

    def gate(decided: Sequence[Decided]) -> None:
        cases(decided)
        for one, found in needs_of(decided, need):
            if found.why is not None:
                needed.append(NeedsSecond(one.row.place.row, found.why, found.decisions))
        if needed and not dry:
            raise _not_alone(needed)

    report = import_files(
        ledger, files, actor=actor, dry=dry, strict=True, rejects=rejects, gate=gate
    )
    return report, cases.unusual, needed


def _not_alone(needed: Sequence[NeedsSecond]) -> SecondPersonRequired:
    said = "; ".join(f"row {one.row}: {_why(one)}" for one in needed[:_NAMED_MAX])
    more = f"; and {len(needed) - _NAMED_MAX} more" if len(needed) > _NAMED_MAX else ""
    return SecondPersonRequired(
        f"Nobody records this alone: {said}{more}. Nothing was recorded.",
        next_step="Propose it: asn-ledger import FILE --propose; a second person confirms it with"
        " asn-ledger confirm. What was signed elsewhere is recorded by `import`, on its document.",
        needed=[one.as_json() for one in needed],
    )


def _why(one: NeedsSecond) -> str:
    if one.why is Why.DECISION:
        return f"it mends a fact on which a decision rests ({', '.join(one.decisions)})"
    return {Why.RULING: "a ruling", Why.ESTABLISHED: "an assessment DITETAPKAN"}[one.why]


def _shown(one: Placed) -> dict[str, Any]:
    """A finding with its row of a file; null where none of these rows states its step."""
    shown = {"case": f"{one.told.subject.hex}/{one.told.case.root}"}
    shown |= cases_json.finding(one.found)
    del shown["position"]
    place = one.place
    return shown | {"row": place.row if place is not None and place.file else None}


def _says(one: Placed) -> str:
    """A finding in a line; the case by its own id, which an agency gave."""
    told, found, place = one
    named = told.case.ident or f"{told.subject.hex}/{told.case.root}"
    where = f", row {place.row}" if place is not None and place.file else ""
    step = found.step
    return (
        f"{found.finding} in case {named}{where}, {step.kind} of {step.on.isoformat()}:"
        f" {finding_words.said(found)} ({found.cite})"
    )
