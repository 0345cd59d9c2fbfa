"""Discipline cases: where they stand, what is due, and what they do to scores.

Their steps are recorded by the commands that state facts (`/people/{pid}/commands/…`), which hold
them to the law; a ruling waits there for a second person.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.http import coordinates, guard
from api.http.answers import answer
from api.http.caching import unchanged, validator
from api.http.coordinates import Whens
from api.http.guard import DeskHere, PersonRead
from api.http.paging import Pages, link_next
from api.http.shapes_cases import Absences, Cases, CaseWhole, Effects
from api.naming import unit_of
from api.queries import cases
from api.queries.cases import Wanted
from api.queries.sight import sight
from ledger.access.access_entry import of_list
from ledger.domain.case import CaseState
from projections.discipline.asking_cases import When

router = APIRouter(tags=["cases"])
ReadsCases = Annotated[Reader, Depends(guard.allow(Action.READ_CASES))]
ReadCases = Annotated[PersonRead, Depends(guard.read_person(Action.READ_CASES))]
Root = Annotated[
    int, Path(ge=1, le=2**53, description="The number after the stroke of the case's id.")
]


@router.get("/cases", response_model=Cases)
def case_list(
    request: Request,
    reader: ReadsCases,
    desk: DeskHere,
    when: Whens,
    page: Pages,
    unit: Annotated[
        str | None, Query(max_length=200, description="Code or id: that unit and all below it.")
    ] = None,
    state: Annotated[CaseState | None, Query(description="Only these.")] = None,
    overdue: Annotated[bool, Query(description="Only where a step is late.")] = False,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Discipline cases of those whom the reader may see, with their state and what is due next."""
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    asked = cases.when(desk, when.as_of, when.known_at, page.position or when.position)
    top = None if unit is None else unit_of(desk.units(asked.position), unit, asked.as_of)
    standing = guard.standing_of(request)
    rows = cases.listed(
        desk,
        asked,
        Wanted(top, state, overdue),
        sight=sight(desk, standing, reader, Action.READ_CASES),
        named=sight(desk, standing, reader, Action.READ_IDENTITY),
    )
    shown, cursor = page.of(rows, cases.key_of, asked.position)
    people = [UUID(one["subject"]) for one in shown]
    guard.access_of(request).record(*of_list(reader.account, why, people, {"what": "cases"}))
    found = answer({**cases.coordinates(desk, asked), "cases": shown})
    link_next(request, found, cursor)
    return _placed(found, desk, asked)


@router.get("/people/{pid}/cases", response_model=Cases)
def cases_of_one(request: Request, person: ReadCases, desk: DeskHere, when: Whens) -> Response:
    """The discipline cases of one person."""
    asked = cases.when(desk, when.as_of, when.known_at, when.position)
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = _tag("cases", person, asked, named)
    found = unchanged(request, tag)
    if found is None:
        rows = cases.of_person(desk, person.stream, asked, named=named)
        found = answer({**cases.coordinates(desk, asked), "cases": rows}, tag=tag)
    return _placed(found, desk, asked)


@router.get("/people/{pid}/cases/{root}", response_model=CaseWhole)
def case(request: Request, person: ReadCases, root: Root, desk: DeskHere, when: Whens) -> Response:
    """One case: its steps with both dates, every statutory clock, what is out of order by which
    article, and its sanctions.
    """
    asked = cases.when(desk, when.as_of, when.known_at, when.position)
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = _tag("case", person, asked, named, root, desk.version_of(person.stream))
    found = unchanged(request, tag)
    if found is None:
        which = f"{person.stream.hex}/{root}"
        found = answer(cases.one(desk, person.stream, which, asked, named=named), tag=tag)
    return _placed(found, desk, asked)


@router.get("/people/{pid}/effect", response_model=Effects)
def effect(
    request: Request,
    person: ReadCases,
    desk: DeskHere,
    when: Whens,
    fact: Annotated[
        str | None,
        Query(
            max_length=200,
            description="A case by id, or any fact by position, stream/version or key; the only"
            " case by default.",
        ),
    ] = None,
) -> Response:
    """Every instrument as recorded, without a case or fact, and with a sanction reduced: a
    simulation, stored nowhere.
    """
    asked = cases.when(desk, when.as_of, when.known_at, when.position)
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = _tag("effect", person, asked, named, fact)
    found = unchanged(request, tag)
    if found is None:
        found = answer(cases.effect(desk, person.stream, fact, asked, named=named), tag=tag)
    return _placed(found, desk, asked)


@router.get("/people/{pid}/absences", response_model=Absences)
def absences(
    request: Request,
    person: ReadCases,
    desk: DeskHere,
    when: Whens,
    year: Annotated[
        int | None, Query(ge=1900, le=9999, description="Calendar year; that of the day.")
    ] = None,
) -> Response:
    """Working days absent without valid reason in a year, the longest row of them, and the rung of
    the ladder that they reach; a sanction follows from a case only.
    """
    asked = cases.when(desk, when.as_of, when.known_at, when.position)
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = _tag("absences", person, asked, named, year)
    found = unchanged(request, tag)
    if found is None:
        found = answer(cases.absences(desk, person.stream, year, asked, named=named), tag=tag)
    return _placed(found, desk, asked)


def _tag(what: str, person: PersonRead, asked: When, *more: Any) -> str:
    """A case rests on calendars and on the golongan of others: the position stands for all."""
    return validator((what, person.stream, asked.as_of, asked.position, *more))


def _placed(response: Response, desk: Desk, asked: When) -> Response:
    known = desk.recorded_at(asked.position)
    coordinates.say_when(response, asked.as_of, asked.position, known)
    return response
