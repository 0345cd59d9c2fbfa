"""People: search, who somebody is, and everything on record about one."""

from __future__ import annotations

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.access import policy
from api.access.policy import Action
from api.access.readers import Reader
from api.http import guard
from api.http.answers import answer
from api.http.caching import unchanged, validator
from api.http.coordinates import Whens
from api.http.guard import DeskHere, PersonRead
from api.http.paging import Pages, link_next
from api.http.shapes import History, People, Person
from api.naming import unit_of
from api.queries import people
from api.queries.within import people_within
from ledger.access.access_entry import of_list
from ledger.errors import BadValue, Misuse
from ledger.fields import IDENTITY, RESTRICTED

router = APIRouter(tags=["people"])
Searcher = Annotated[Reader, Depends(guard.allow(Action.SEARCH_PEOPLE))]


class Number(BaseModel):
    """A number to look for; it is posted, so that it stands in no address and no log."""

    nip: str = Field(max_length=40, description="18 digits; spaces are no matter.")


@router.get("/people", response_model=People)
def find_people(
    request: Request,
    reader: Searcher,
    desk: DeskHere,
    page: Pages,
    name: Annotated[
        str | None, Query(min_length=2, max_length=100, description="Beginnings of words.")
    ] = None,
    unit: Annotated[
        str | None, Query(max_length=200, description="Everybody in a unit and below it today.")
    ] = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """People by name or unit, of those whose record the reader may see."""
    if (name is None) == (unit is None):
        raise Misuse("Say by what to look, once.", next_step="Give name or unit.")
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    among = people_within(desk, guard.standing_of(request), reader, Action.READ_RECORD)
    if name is not None:
        rows = people.by_name(desk, name, among, limit=people.SEARCHED_MAX)
        rows.sort(key=lambda one: str(one["id"]))
    else:
        today = desk.today()
        top = unit_of(desk.units(), unit or "", today)
        below = {one.hex for one in desk.units().subtree(top, today) | {top}}
        rows = people.of_unit(desk, below, among)
    position = desk.head()
    shown, cursor = page.of(rows, lambda one: str(one["id"]), position)
    guard.access_of(request).record(
        *of_list(
            reader.account,
            why,
            [UUID(one["id"]) for one in shown],
            {"what": guard.route_of(request), "by": _by(name)},
        )
    )
    found = answer({"position": position, "people": shown})
    link_next(request, found, cursor)
    return found


def _by(name: str | None) -> str:
    return "unit" if name is None else "name"


@router.post("/people/search", response_model=People)
def find_number(
    request: Request,
    reader: Searcher,
    desk: DeskHere,
    number: Annotated[Number, Body()],
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """The person who holds or ever held a number; nobody is an empty list, as is who may not be
    seen. So many searches a minute as the settings allow.
    """
    begun = time.monotonic()
    request.app.state.searches.check(reader.account, "searches by number")
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    try:
        stream = people.by_number(desk, number.nip)
    except BadValue as fault:
        raise Misuse(
            "The number cannot be read as a NIP.", next_step="It has 18 digits."
        ) from fault
    seen = stream if stream is not None and _may_see(request, reader, stream) else None
    access = guard.access_of(request)
    asked = {"what": guard.route_of(request), "by": "number"}
    if seen is None:
        access.record_unknown(reader.account, why, number.nip, asked)
        guard.wait_evenly(request, begun)
        return answer({"position": desk.head(), "people": []})
    access.record(*of_list(reader.account, why, [seen], asked))
    unit = desk.serving().get(seen.hex)
    row = {"id": seen.hex, **desk.ledger.person(seen), "unit": people.unit_named(desk, unit)}
    return answer({"position": desk.head(), "people": [row]})


def _may_see(request: Request, reader: Reader, stream: UUID) -> bool:
    today = guard.desk_of(request).today()
    target = guard.standing_of(request).of_person(stream, today)
    return target is not None and policy.may(reader, Action.READ_RECORD, target)


ReadRecord = Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))]


@router.get("/people/{pid}", response_model=Person)
def who(request: Request, person: ReadRecord, desk: DeskHere, when: Whens) -> Response:
    """Who somebody is on a legal day, as known at a position: post, unit, rank, employment."""
    position, _ = desk.placed(when.position, when.known_at)
    on = when.as_of or desk.today()
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = validator(("who", _basis(desk, person.stream, position), on, named))
    found = unchanged(request, tag)
    if found is None:
        shown = people.described(desk, person.stream, position=position, on=on, named=named)
        found = answer(shown, tag=tag)
    found.headers["Ledger-Position"] = str(position)
    return found


@router.get("/people/{pid}/history", response_model=History)
def history(request: Request, person: ReadRecord, desk: DeskHere, when: Whens) -> Response:
    """Every event about somebody, in the order recorded, with what replaced what; sealed fields as
    far as the reader may see them.
    """
    position, _ = desk.placed(when.position, when.known_at)
    classes = {
        key_class
        for key_class, action in (
            (IDENTITY, Action.READ_IDENTITY),
            (RESTRICTED, Action.READ_RESTRICTED),
        )
        if guard.may_see(person, action)
    }
    tag = validator(("history", _basis(desk, person.stream, position), *sorted(classes)))
    found = unchanged(request, tag)
    if found is None:
        rows = people.recorded(desk, person.stream, position=position, classes=classes)
        found = answer(
            {
                "subject": person.stream.hex,
                "purpose": person.purpose,
                "position": position,
                "events": rows,
            },
            tag=tag,
        )
    found.headers["Ledger-Position"] = str(position)
    return found


def _basis(desk: Any, stream: UUID, position: int) -> tuple[object, ...]:
    return (stream, desk.surrounding(position), desk.last_of(stream, position))
