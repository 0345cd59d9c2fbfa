"""Why answers differ, how they went, and what would raise them: people, units, everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import refuse_person, unit_json, unit_of
from ledger.canonical import instant_text
from ledger.errors import Misuse, PersonUnknown, UnitUnknown
from projections.asking import asking_why, inquiry
from projections.asking.asking_why import Stretch
from projections.asking.inquiry import Ask, Asked
from projections.differences import causes_json
from projections.differences.series_people import Month
from projections.differences.units_why import UnitMonth

Json = dict[str, Any]


def sides(desk: Desk, asks: Sequence[Ask]) -> tuple[Asked, Asked]:
    """Both ends of a difference, resolved.

    Raises:
        Misuse: both are the same question; what resolving raises.
    """
    first, last = asks
    if first == last:
        raise Misuse(
            "Both sides are the same question.",
            next_step="Give two days, two instants or positions, or two decrees.",
        )
    return desk.resolve(first), desk.resolve(last)


def of_person(desk: Desk, ends: tuple[Asked, Asked], stream: UUID, *, named: bool) -> Json:
    """Why one person's answers differ: causes that add up.

    Raises:
        Misuse: the instrument measures units. PersonUnknown: on record at neither position.
    """
    if inquiry.measures_units(ends[1]):
        refuse_person(ends[1].plan.instrument, stream)
    if not any(inquiry.is_known(desk.ledger, asked, stream) for asked in ends):
        raise PersonUnknown(
            "This person was not on record at either position.", next_step="Ask at a later one."
        )
    shown = causes_json.of_difference(asking_why.difference(desk.ledger, *ends, stream))
    if named:
        shown["person"] = desk.ledger.person(stream)
    return shown


def of_group(desk: Desk, ends: tuple[Asked, Asked], unit: str | None) -> Json:
    """Why sum and mean differ: of a unit with all below it, or of everybody.

    Raises:
        UnitUnknown: no such unit on one of the days.
    """
    units, about = None, None
    if unit is not None:
        first, last = (unit_of(one.units, unit, one.question.as_of) for one in ends)
        units = (first, last)
        about = unit_json(ends[1].units, last, ends[1].question.as_of)
    found = asking_why.group_difference(desk.table().frame(), *ends, units)
    return causes_json.of_group(found) | {"unit": about}


def of_unit(desk: Desk, ends: tuple[Asked, Asked], unit: UUID) -> Json:
    """Why the answers about one unit differ, for an instrument that measures units.

    Raises:
        UnitUnknown: not described on either side.
    """
    last = ends[1]
    found = asking_why.unit_difference(desk.table().frame(), *ends, unit)
    if found is None:
        raise UnitUnknown(
            "This unit was not on record on either side.", next_step="Check the days."
        )
    about = unit_json(last.units, unit, last.question.as_of)
    shown = causes_json.of_unit_difference(found)
    shown["named"] = {key: about[key] for key in ("code", "name", "path")}
    return shown


def stretch(
    desk: Desk,
    instrument: str,
    first: date,
    last: date | None,
    *,
    position: int | None,
    known_at: datetime | None,
) -> Stretch:
    """A question about a stretch of legal days, placed in the log; without a last day up to today.

    Raises:
        Misuse, BeforeFirstRecord, PositionRefused.
    """
    today = desk.today()
    return asking_why.stretch(
        desk.ledger,
        instrument,
        first,
        today if last is None else last,
        position=position,
        known_at=known_at,
        today=today,
        now=desk.now(),
    )


def stretch_json(asked: Stretch) -> Json:
    """The days of a series and what was known."""
    return {
        "instrument": asked.instrument,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "position": asked.position,
        "known_at": instant_text(asked.known_at),
        "hypothetical": {"forecast": True} if asked.forecast else None,
    }


def series_of_person(desk: Desk, asked: Stretch, stream: UUID, *, named: bool) -> Json:
    """One person's score on the first day, and every day on which it changed, with why.

    Raises:
        Misuse: the instrument measures units. PersonUnknown: not on record at that position.
    """
    if asking_why.measures_units(desk.ledger, asked):
        refuse_person(asked.instrument, stream)
    if not desk.ledger.events_of(stream, position=asked.position):
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    points = causes_json.of_series(asking_why.person_series(desk.ledger, asked, stream))
    shown = {
        **stretch_json(asked),
        "subject": stream.hex,
        "start": points[0],
        "changes": points[1:],
    }
    if named:
        shown["person"] = desk.ledger.person(stream)
    return shown


def series_of_units(
    desk: Desk, asked: Stretch, unit: str | None, *, below: str | None = None
) -> Json:
    """At the end of each month: the mean of a unit's people, or the unit's own answer; of one unit
    or of all, and of an instrument that measures units also of those below one.

    Raises:
        UnitUnknown: no such unit, or none with anybody in these days.
    """
    units = desk.units(asked.position)
    only, top = (
        None if named is None else unit_of(units, named, asked.last) for named in (unit, below)
    )
    frame = desk.table().frame()
    told: list[Json]
    if asking_why.measures_units(desk.ledger, asked):
        scores = asking_why.unit_scores(desk.ledger, frame, asked, one=only, top=top)
        own = sorted(scores, key=lambda month: month.answer.subject)
        told = [
            {**unit_json(units, UUID(one), asked.last), "months": [_own(row) for row in rows]}
            for one, rows in groupby(own, key=lambda month: month.answer.subject)
        ]
    else:
        means = asking_why.unit_series(desk.ledger, frame, asked, only)
        found = sorted(means, key=lambda month: month.unit)
        told = [
            {**unit_json(units, UUID(one), asked.last), "months": [_mean(row) for row in rows]}
            for one, rows in groupby(found, key=lambda month: month.unit)
        ]
    if not told:
        raise UnitUnknown("No unit has anybody in these days.", next_step="Check the days.")
    return {**stretch_json(asked), "units": told}


def _own(month: UnitMonth) -> Json:
    return causes_json.of_unit_month(month)


def _mean(month: Month) -> Json:
    return {
        "on": month.on.isoformat(),
        "decree": month.rules.plan.decree,
        "enacted": month.rules.enacted,
        **causes_json.of_counts(month.counts),
    }


def advice(desk: Desk, asked: Asked, stream: UUID, *, named: bool) -> Json:
    """Which facts are missing from one person's score, and the points each would bring.

    Raises:
        Misuse: the instrument measures units. PersonUnknown: not on record at that position.
    """
    if inquiry.measures_units(asked):
        refuse_person(asked.plan.instrument, stream)
    if not inquiry.is_known(desk.ledger, asked, stream):
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    shown = causes_json.of_advice(asking_why.advice(desk.ledger, asked, stream))
    if named:
        shown["person"] = desk.ledger.person(stream)
    return shown


def asks_between(
    ask: Ask,
    days: tuple[date | None, date | None],
    known: tuple[datetime | None, datetime | None],
    positions: tuple[int | None, int | None],
    rules: tuple[str | None, str | None],
) -> Iterator[Ask]:
    """The two questions of a difference, from one with what differs."""
    for place in range(2):
        yield replace(
            ask,
            as_of=days[place],
            known_at=known[place],
            position=positions[place],
            rules=rules[place],
        )
