"""Units: all of a day, one with its figures, and the people behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access import policy
from api.access.policy import Action
from api.access.readers import Reader
from api.http import coordinates, guard
from api.http.answers import answer
from api.http.coordinates import Asking, Asks
from api.http.guard import DeskHere, UnitRead
from api.http.paging import Page, Pages, link_next
from api.http.shapes_units import Members, UnitFigures, Units
from api.queries import units
from api.queries.units import Wanted
from api.queries.within import people_within
from ledger.access.access_entry import of_list
from ledger.errors import Misuse
from ledger.vocabulary_agency import ReadingPurpose
from projections.asking.inquiry import Asked

router = APIRouter(tags=["units"])
_DIGITS = 30


class Behind:
    """Which people behind a unit's figures are asked for."""

    def __init__(
        self,
        low: Annotated[
            Decimal | None, Query(alias="from", max_digits=_DIGITS, description="Totals from this.")
        ] = None,
        high: Annotated[
            Decimal | None,
            Query(alias="to", max_digits=_DIGITS, description="Below this; the maximum with it."),
        ] = None,
        band: Annotated[str | None, Query(max_length=64, description="In this band.")] = None,
        why: Annotated[
            str | None, Query(max_length=64, description="Without an answer for this reason.")
        ] = None,
    ) -> None:
        if any(one is not None and not one.is_finite() for one in (low, high)):
            raise Misuse("from and to are numbers of points.", next_step="Write them as 62.5.")
        self.wanted = Wanted(low, high, band, why)


Behinds = Annotated[Behind, Depends()]


@router.get("/units", response_model=Units)
def all_units(
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_UNITS))],
    desk: DeskHere,
    asking: Asks,
) -> Response:
    """All units of a day, with how many people they have and the mean of those measured; figures of
    few people are hidden from whoever may not read their records.
    """
    asked = desk.resolve(asking.ask())
    found = answer(units.listed(desk, reader, asked))
    coordinates.say_rules(found, asked)
    return found


@router.get("/units/{code}", response_model=UnitFigures)
def one_unit(
    unit: Annotated[UnitRead, Depends(guard.read_unit(Action.READ_UNITS))],
    desk: DeskHere,
    asking: Asks,
) -> Response:
    """One unit: its people counted, how their totals spread, its parts, and its own scores."""
    asked = desk.resolve(asking.ask())
    found = answer(units.of_unit(desk, unit.reader, asked, unit.stream))
    coordinates.say_rules(found, asked)
    return found


@router.get("/units/{code}/members", response_model=Members)
def members(
    request: Request,
    unit: Annotated[UnitRead, Depends(guard.read_unit(Action.READ_RECORD))],
    desk: DeskHere,
    asking: Asks,
    behind: Behinds,
    page: Pages,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """The people behind a unit's figures on a day, the greatest total first, of those whose record
    the reader may see today. Each who is shown finds the look in his access log.
    """
    asked = desk.resolve(pinned(asking, page).ask())
    given = purpose or purpose_header
    shown, cursor = listed(request, unit, asked, behind.wanted, page, given)
    found = answer(shown)
    link_next(request, found, cursor)
    coordinates.say_rules(found, asked)
    return found


def listed(
    request: Request,
    unit: UnitRead,
    asked: Asked,
    wanted: Wanted,
    page: Page,
    given: ReadingPurpose | None,
) -> tuple[dict[str, Any], str | None]:
    """One part of the list, written down as read, and the cursor of the next."""
    desk = guard.desk_of(request)
    units.refuse_units(asked)
    why = guard.purpose_of(request, unit.reader, None, given)
    standing = guard.standing_of(request)
    target = standing.of_unit(unit.stream, desk.today())
    named = policy.may(unit.reader, Action.READ_IDENTITY, target)
    among = people_within(desk, standing, unit.reader, Action.READ_RECORD)
    everybody = units.members(desk, asked, unit.stream, wanted, among)
    rows, cursor = part_of(page, everybody, asked)
    told = {"instrument": asked.plan.instrument, "as_of": asked.question.as_of.isoformat()}
    people = [UUID(one.subject) for one in rows]
    guard.access_of(request).record(*of_list(unit.reader.account, why, people, told))
    shown = {
        **units.coordinates(asked),
        "unit": units.short(asked, unit.stream),
        "count": len(everybody),
        "members": units.told(desk, asked, rows, named=named),
    }
    return shown, cursor


def pinned(asking: Asking, page: Page) -> Asking:
    """The question of a list at the position at which it was begun."""
    if page.position is not None and asking.known_at is None and asking.position is None:
        asking.position = page.position
    return asking


def part_of(page: Page, rows: list[Any], asked: Asked) -> tuple[list[Any], str | None]:
    """The rows of one page of a list in an order of its own, and the cursor of the next."""
    placed = [(f"{place:09d}", one) for place, one in enumerate(rows)]
    shown, cursor = page.of(placed, lambda pair: pair[0], asked.question.position)
    return [one for _, one in shown], cursor
