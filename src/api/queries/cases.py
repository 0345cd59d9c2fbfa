"""Discipline cases: where they stand, what is due, what they do to scores, and absences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MINYEAR, date, datetime
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import fact_root
from api.queries.sight import EVERYTHING, Sight, name
from ledger.canonical import instant_text
from ledger.domain.case import CaseState
from ledger.errors import Misuse
from projections.asking import inquiry
from projections.asking.inquiry import Ask
from projections.discipline import asking_absences, asking_cases, asking_effect, cases_json
from projections.discipline.asking_cases import CaseUnknown, When

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases of a list; nothing given is all of them."""

    unit: UUID | None = None
    state: CaseState | None = None
    overdue: bool = False


def when(desk: Desk, on: date | None, known_at: datetime | None, position: int | None) -> When:
    """The day and position asked about.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused.
    """
    at, _ = desk.placed(position, known_at)
    return asking_cases.when(desk.ledger, on or desk.today(), at)


def coordinates(desk: Desk, asked: When) -> Json:
    """Day, position and instant of a question, as every answer says them."""
    return {
        "as_of": asked.as_of.isoformat(),
        "position": asked.position,
        "known_at": instant_text(desk.recorded_at(asked.position)),
    }


def listed(
    desk: Desk,
    asked: When,
    wanted: Wanted,
    *,
    sight: Sight = EVERYTHING,
    named: Sight = EVERYTHING,
) -> list[Json]:
    """Cases with their state and what is due next, by person and beginning.

    Args:
        sight: whose cases are told. named: whose number and name are.
    """
    known = _lines(desk, asked, wanted.unit)
    rows = [
        dict(one)
        for one in known
        if sight.sees(one["subject"])
        and (wanted.state is None or one["state"] == wanted.state.value)
        and (one["overdue"] or not wanted.overdue)
    ]
    name(desk, rows, named)
    return rows


def _lines(desk: Desk, asked: When, unit: UUID | None) -> list[Json]:
    """Every case of everybody or of a unit, remembered until something is recorded."""

    def work() -> list[Json]:
        every = asking_cases.everybodys(desk.ledger, asked, unit=unit)
        return [cases_json.line(one) for one in every]

    found: list[Json] = desk.remembered("cases", (asked.as_of, asked.position, unit), work)
    return found


def of_person(desk: Desk, stream: UUID, asked: When, *, named: bool) -> list[Json]:
    """The cases of one person, as in a list."""
    rows = [cases_json.line(one) for one in asking_cases.cases_of(desk.ledger, stream, asked)]
    name(desk, rows, EVERYTHING if named else Sight(people=frozenset()))
    return rows


def whole(desk: Desk, stream: UUID, case: str | None, asked: When, *, named: bool) -> Json:
    """One case: steps with both dates, clocks, findings and sanctions.

    Raises:
        CaseUnknown: he has none of that name, or several and none is named.
    """
    known = asking_cases.cases_of(desk.ledger, stream, asked)
    shown = cases_json.whole(asking_cases.case_named(known, case), asked)
    return {**shown, "person": desk.ledger.person(stream) if named else None}


def one(desk: Desk, stream: UUID, case: str | None, asked: When, *, named: bool) -> Json:
    """The same with its instant, and `version`: what a command names that was decided on it.

    Raises:
        CaseUnknown.
    """
    return {
        **whole(desk, stream, case, asked, named=named),
        "known_at": coordinates(desk, asked)["known_at"],
        "version": desk.version_of(stream),
    }


def effect(desk: Desk, stream: UUID, fact: str | None, asked: When, *, named: bool) -> Json:
    """What every instrument says as recorded, without a case or any fact of a person, and with a
    sanction reduced; a simulation, stored nowhere.

    Raises:
        CaseUnknown, TargetUnknown.
    """
    case, roots = _meant(desk, stream, asked, fact)
    ask = Ask("", asked.as_of, position=asked.position)
    found = asking_effect.effect(
        desk.ledger,
        stream,
        roots,
        ask,
        today=desk.today(),
        now=desk.now(),
        resolve=desk.resolve,
    )
    return {**found, "case": case, "person": desk.ledger.person(stream) if named else None}


def _meant(desk: Desk, stream: UUID, asked: When, fact: str | None) -> tuple[str | None, list[int]]:
    """The id of a case and its facts, or None and the fact that is named."""
    known = asking_cases.cases_of(desk.ledger, stream, asked)
    try:
        found = asking_cases.case_named(known, fact)
    except CaseUnknown:
        if fact is None:
            raise
        return None, [root for _, root in fact_root(desk.ledger, stream, [fact])]
    case = f"{stream.hex}/{found.case.root}"
    return case, sorted(one.root for one in asking_cases.facts_in(found.case))


def absences(desk: Desk, stream: UUID, year: int | None, asked: When, *, named: bool) -> Json:
    """What the absences of a person in a year come to; in that of the day asked about by default.

    Raises:
        Misuse: the year has not begun.
    """
    chosen = asked.as_of.year if year is None else year
    if not MINYEAR < chosen <= asked.as_of.year:
        raise Misuse(
            f"{chosen} has not begun on {asked.as_of.isoformat()}, or is no year.",
            next_step="Name the year of the day asked about, or one before.",
        )
    facts = inquiry.facts_of(desk.ledger, stream, asked.position)
    told = asking_absences.told_absences(stream, facts, asked, chosen)
    shown = cases_json.absences(told, asked)
    return {**shown, "person": desk.ledger.person(stream) if named else None}


def key_of(case: Mapping[str, Any]) -> str:
    """By which lists of cases are in order: person, then the fact that the case begins with."""
    stream, _, root = str(case["case"]).partition("/")
    return f"{stream}/{int(root):012}"
