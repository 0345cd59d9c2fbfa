"""Recording steps of discipline cases: what the law forbids is refused before it is recorded.

An import records what others did; these rows are what somebody is about to do. They are one
command: all of them stand, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from api.intake.decided import Decided
from api.intake.importing import import_files
from api.intake.report import ImportReport
from ledger.application import Ledger
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE
from ledger.records import NewEvent, RecordedEvent
from projections import question
from projections.discipline import asking_cases, cases_json
from projections.discipline.asking_cases import Told
from projections.discipline.case_findings import Found

_NAMED_MAX = 5


class CaseStepRefused(LedgerError):
    """A step that the law forbids."""

    code = "case_step_refused"

    def __init__(self, found: Sequence[tuple[Told, Found]]) -> None:
        named = "; ".join(_says(one, what) for one, what in found[:_NAMED_MAX])
        more = f"; and {len(found) - _NAMED_MAX} more" if len(found) > _NAMED_MAX else ""
        super().__init__(
            f"The law does not allow it: {named}{more}. Nothing was recorded.",
            next_step="Mend the rows. What happened all the same is recorded by `import`, which"
            " flags it.",
            findings=[_shown(one, what) for one, what in found],
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
        rows = [row for one in decided for row in one.rows]
        of_person: dict[UUID, list[RecordedEvent]] = {}
        for number, row in enumerate(rows, start=head + 1):
            if row.topic.startswith(f"{EMPLOYEE}."):
                of_person.setdefault(row.originator_id, []).append(_as_if(row, number, self.at))
        found = [
            one
            for stream, more in of_person.items()
            for one in asking_cases.added(self.ledger, stream, more, asked)
        ]
        refused = [(one, what) for one, what in found if what.refuses]
        if refused:
            raise CaseStepRefused(refused)
        self.unusual = [_shown(one, what) for one, what in found]


def record(
    ledger: Ledger, files: Sequence[Path], *, actor: str, at: datetime, dry: bool, rejects: Path
) -> tuple[ImportReport, list[dict[str, Any]]]:
    """Record the rows of facts files as one command, after a look at the cases they belong to.

    Args:
        at: the present instant, for rows not yet recorded. dry: look and record nothing.

    Returns:
        What became of the rows, and what is late or unusual and was recorded all the same.

    Raises:
        CaseStepRefused: the law forbids a step; and what an import raises.
    """
    gate = CaseGate(ledger, at)
    report = import_files(
        ledger, files, actor=actor, dry=dry, strict=True, rejects=rejects, gate=gate
    )
    return report, gate.unusual


def _as_if(row: NewEvent, position: int, at: datetime) -> RecordedEvent:
    """An event as if it were recorded."""
    return RecordedEvent(
        originator_id=row.originator_id,
        originator_version=row.originator_version,
        topic=row.topic,
        state=row.state,
        id=position,
        effective_on=row.effective_on,
        recorded_at=at,
        context=row.context,
        salt=b"",
        sealed_digest=None,
        leaf=b"",
    )


def _shown(one: Told, what: Found) -> dict[str, Any]:
    shown = {"case": f"{one.subject.hex}/{one.case.root}", **cases_json.finding(what)}
    del shown["position"]
    return shown


def _says(one: Told, what: Found) -> str:
    """A finding in a line; the case by its own id, which an agency gave."""
    named = one.case.ident or f"{one.subject.hex}/{one.case.root}"
    step = what.step
    return f"{what.finding} in case {named}, {step.kind} of {step.on.isoformat()} ({what.cite})"
