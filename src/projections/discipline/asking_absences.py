"""What somebody's absences come to: the facts, the calendars and the text that governs him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.domain.facts import History
from projections.discipline.absence import Absences, absences
from projections.discipline.asking_cases import When, workdays_of
from projections.discipline.regimes import Regime, in_force

GROUND = "TIDAK_MASUK_KERJA"


@dataclass(frozen=True, slots=True)
class ToldAbsences:
    """Absences of a year on a day, by the text under which he stood; None where none is at hand,
    and then nobody knows on which days of the week he works. `cases` were opened about them.
    """

    subject: UUID
    on: date
    regime: Regime | None
    absences: Absences
    cases: tuple[str, ...]


def told_absences(stream: UUID, facts: History, asked: When, year: int) -> ToldAbsences:
    """The absences of a calendar year up to the day asked about, or to the year's end."""
    on = min(asked.as_of, date(year, 12, 31))
    regime = in_force(facts, on)
    reports = tuple(
        str(one.fields["id"])
        for one in facts.visible("case", asked.as_of)
        if one.fields["ground"] == GROUND and one.fields["act_on"].startswith(f"{year}-")
    )
    if regime is None:
        return ToldAbsences(stream, on, None, Absences(year, (), (), None), reports)
    days = workdays_of(asked, regime)
    return ToldAbsences(
        stream, on, regime, absences(facts, regime.procedure, days, year, on), reports
    )


def reported_since(facts: History, on: date, upto: date) -> bool:
    """Whether a case of absence from work was opened about acts of a day or later."""
    return any(
        one.fields["ground"] == GROUND and date.fromisoformat(one.fields["act_on"]) >= on
        for one in facts.visible("case", upto)
    )
