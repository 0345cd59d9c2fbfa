"""Differences with causes that add up, how scores went, and what would raise one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.policy import Action
from api.access.reach import reach
from api.access.readers import Reader
from api.desk import Desk
from api.http import coordinates, guard
from api.http.answers import answer
from api.http.caching import unchanged, validator
from api.http.coordinates import Asks, Instrument, KnownAt, Position
from api.http.guard import DeskHere, PersonRead, UnitRead
from api.http.looks import look_at_figures
from api.http.problems import NoRight
from api.http.shapes import Advice, Difference, Series, UnitSeries
from api.queries import differences, scores
from ledger.errors import Misuse
from projections.asking import inquiry
from projections.asking.asking_why import Stretch
from projections.asking.inquiry import Ask, Asked
from projections.question import check_day

router = APIRouter(tags=["differences"])
ReadRecord = Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))]
ReadUnit = Annotated[UnitRead, Depends(guard.read_unit(Action.READ_RECORD))]
Analyst = Annotated[Reader, Depends(guard.allow(Action.READ_RECORD))]


class Between:
    """Two coordinates: by day, by knowledge, by rules, or by several of them."""

    def __init__(
        self,
        instrument: Instrument,
        first: Annotated[
            date | None, Query(alias="from", description="Legal day to start from.")
        ] = None,
        last: Annotated[
            date | None, Query(alias="to", description="Legal day to end at; default today.")
        ] = None,
        as_of: Annotated[date | None, Query(description="Legal day of both sides.")] = None,
        known_from: KnownAt = None,
        known_to: KnownAt = None,
        position_from: Position = None,
        position_to: Position = None,
        rules_from: Annotated[str | None, Query(max_length=200)] = None,
        rules_to: Annotated[str | None, Query(max_length=200)] = None,
    ) -> None:
        if as_of is not None and (first is not None or last is not None):
            raise Misuse(
                "as_of and from or to both say which day is meant.",
                next_step="Give as_of when the day is the same on both sides.",
            )
        if last is not None and first is None:
            raise Misuse("to has no from.", next_step="Give the day to start from.")
        for one in (known_from, known_to):
            if one is not None and one.tzinfo is None:
                raise Misuse(
                    "An instant has no offset from UTC.",
                    next_step="Write it as 2026-11-22T11:04:05+08:00, or with Z.",
                )
        for day in (as_of, first, last):
            if day is not None:
                check_day(day)
        days = (as_of, as_of) if as_of is not None else (first, last)
        self.asks = tuple(
            differences.asks_between(
                Ask(instrument),
                days,
                (known_from, known_to),
                (position_from, position_to),
                (rules_from, rules_to),
            )
        )


Ends = Annotated[Between, Depends()]


@router.get("/people/{pid}/difference", response_model=Difference)
def person_difference(
    request: Request, person: ReadRecord, desk: DeskHere, between: Ends
) -> Response:
    """Why one person's score differs between two days, or between what was known then and now."""
    ends = differences.sides(desk, between.asks)
    named = guard.may_see(person, Action.READ_IDENTITY)
    basis = [part for asked in ends for part in scores.basis(desk, asked, person.stream, named)]
    tag = validator(("difference", *basis))
    found = unchanged(request, tag)
    if found is None:
        found = answer(differences.of_person(desk, ends, person.stream, named=named), tag=tag)
    coordinates.say_rules(found, ends[1])
    return found


@router.get("/units/{code}/difference", response_model=Difference)
def unit_difference(request: Request, unit: ReadUnit, desk: DeskHere, between: Ends) -> Response:
    """Why a unit's own score differs, or the mean of its people and all below it."""
    ends = differences.sides(desk, between.asks)
    if inquiry.measures_units(ends[1]):
        shown = differences.of_unit(desk, ends, unit.stream)
    else:
        look_at_ends(request, unit.reader, ends, unit.stream)
        shown = differences.of_group(desk, ends, unit.stream.hex)
    found = answer(shown)
    coordinates.say_rules(found, ends[1])
    return found


@router.get("/differences", response_model=Difference)
def everybodys_difference(
    request: Request, reader: Analyst, desk: DeskHere, between: Ends
) -> Response:
    """Why sum and mean of everybody differ, by class of cause."""
    ends = differences.sides(desk, between.asks)
    _whole_agency(reader)
    look_at_ends(request, reader, ends, None)
    found = answer(differences.of_group(desk, ends, None))
    coordinates.say_rules(found, ends[1])
    return found


def look_at_ends(
    request: Request, reader: Reader, ends: tuple[Asked, Asked], unit: UUID | None
) -> None:
    """Both sides of a difference of many are about to be told of, which is kept.

    Raises:
        StoreError: the look could not be kept, so there is no answer.
    """
    for question in {(one.question.as_of, one.question.position) for one in ends}:
        on, position = question
        instrument = ends[1].plan.instrument
        look_at_figures(request, reader, unit, on=on, position=position, instrument=instrument)


def _whole_agency(reader: Reader) -> None:
    if not reach(reader, Action.READ_RECORD).everything:
        raise NoRight(
            "Your roles do not reach the whole agency.", next_step="Ask about a unit of yours."
        )


@router.get("/people/{pid}/series", response_model=Series)
def person_series(
    request: Request,
    person: ReadRecord,
    desk: DeskHere,
    instrument: Instrument,
    first: Annotated[date, Query(alias="from", description="First legal day.")],
    last: Annotated[
        date | None, Query(alias="to", description="Last legal day; default today.")
    ] = None,
    known_at: KnownAt = None,
    position: Position = None,
) -> Response:
    """One person's score on the first day, and every day on which it changed, with why."""
    asked = _stretch(desk, instrument, first, last, position, known_at)
    named = guard.may_see(person, Action.READ_IDENTITY)
    around, own = desk.surrounding(asked.position), desk.last_of(person.stream, asked.position)
    tag = validator(
        ("series", person.stream, around, own, asked.instrument, asked.first, asked.last, named)
    )
    found = unchanged(request, tag)
    if found is None:
        shown = differences.series_of_person(desk, asked, person.stream, named=named)
        found = answer(shown, tag=tag)
    found.headers["Ledger-Position"] = str(asked.position)
    return found


@router.get("/units/{code}/series", response_model=UnitSeries)
def unit_series(
    request: Request,
    unit: ReadUnit,
    desk: DeskHere,
    instrument: Instrument,
    first: Annotated[date, Query(alias="from", description="First legal day.")],
    last: Annotated[
        date | None, Query(alias="to", description="Last legal day; default today.")
    ] = None,
    known_at: KnownAt = None,
    position: Position = None,
) -> Response:
    """At the end of each month: the mean of the unit's people, or the unit's own answer."""
    asked = _stretch(desk, instrument, first, last, position, known_at)
    look_at_figures(
        request,
        unit.reader,
        unit.stream,
        on=asked.last,
        position=asked.position,
        instrument=asked.instrument,
    )
    found = answer(differences.series_of_units(desk, asked, unit.stream.hex))
    found.headers["Ledger-Position"] = str(asked.position)
    return found


def _stretch(
    desk: Desk,
    instrument: str,
    first: date,
    last: date | None,
    position: int | None,
    known_at: datetime | None,
) -> Stretch:
    if known_at is not None and position is not None:
        raise Misuse(
            "known_at and position both say what was known.", next_step="Give one of them."
        )
    if known_at is not None and known_at.tzinfo is None:
        raise Misuse(
            "known_at has no offset from UTC.",
            next_step="Write it as 2026-11-22T11:04:05+08:00, or with Z.",
        )
    return differences.stretch(desk, instrument, first, last, position=position, known_at=known_at)


@router.get("/people/{pid}/advice", response_model=Advice)
def advice(request: Request, person: ReadRecord, desk: DeskHere, asking: Asks) -> Response:
    """Which facts are missing from one person's score, and the points each would bring; stamped
    hypothetical, stored nowhere.
    """
    asked: Asked = desk.resolve(asking.ask())
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = validator(("advice", *scores.basis(desk, asked, person.stream, named)))
    found = unchanged(request, tag)
    if found is None:
        found = answer(differences.advice(desk, asked, person.stream, named=named), tag=tag)
    coordinates.say_rules(found, asked)
    return found
