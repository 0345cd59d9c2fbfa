"""Answers about many people, told to the access log before the first of them leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from starlette.requests import Request

from api.access.readers import Reader
from api.http import guard
from api.queries.within import those_of
from ledger.access.access_entry import Look, of_list, of_set
from ledger.vocabulary_agency import ReadingPurpose


def look_at_people(
    request: Request,
    reader: Reader,
    why: ReadingPurpose,
    unit: UUID | None,
    *,
    on: date,
    position: int,
    among: Collection[str] | None = None,
    **asked: object,
) -> None:
    """People of a unit with all below it, or everybody, are about to be told of.

    Args:
        on, position: the legal day and what was known, by which they are in that unit.
        among: ids of those whom the reader may see; the log then names each of them. None is
            everybody, and the log names the unit, the day and how many they are.

    Raises:
        StoreError: the look could not be kept, so there is no answer.
    """
    desk = guard.desk_of(request)
    units = desk.units(position)
    below = None if unit is None else {one.hex for one in units.subtree(unit, on) | {unit}}
    people = those_of(desk, on, position, below)
    question = {
        "what": guard.route_of(request),
        "as_of": on.isoformat(),
        "position": position,
        **asked,
    }
    looks: tuple[Look, ...]
    if among is None:
        looks = (of_set(reader.account, why, unit, {**question, "people": len(people)}),)
    else:
        told = question if unit is None else {**question, "unit": unit.hex}
        seen = [UUID(one) for one in people if one in among]
        looks = of_list(reader.account, why, seen, told)
    guard.access_of(request).record(*looks)


def look_at_figures(
    request: Request, reader: Reader, unit: UUID | None, *, on: date, position: int, instrument: str
) -> None:
    """Sums or means over people are about to be told of. They are figures and no records, but those
    of a unit with one person are his: so they are kept, as reporting where nothing else was said.

    Raises:
        StoreError: the look could not be kept, so there is no answer.
    """
    said = request.app.state.sign_in.purpose(request)
    why = ReadingPurpose.REPORTING if said is None else ReadingPurpose(said)
    look_at_people(request, reader, why, unit, on=on, position=position, instrument=instrument)
