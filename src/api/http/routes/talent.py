"""Talent: people ranked, with the requirements that each meets."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access.policy import Action
from api.access.reach import reach
from api.access.readers import Reader
from api.http import coordinates, guard
from api.http.answers import answer
from api.http.coordinates import Asks
from api.http.guard import DeskHere
from api.http.paging import Page, Pages, link_next
from api.http.routes.units import part_of, pinned
from api.http.shapes_units import Talent
from api.naming import unit_of
from api.queries import talent
from api.queries.talent import Whom
from api.queries.within import people_within
from ledger.access.access_entry import of_list
from ledger.errors import UnitUnknown
from ledger.vocabulary_agency import ReadingPurpose, TieRule
from projections.asking.inquiry import Asked

router = APIRouter(tags=["talent"])
TalentReader = Annotated[Reader, Depends(guard.allow(Action.READ_TALENT))]


class Ranking:
    """Who is ranked, and how."""

    def __init__(
        self,
        unit: Annotated[
            str | None, Query(max_length=200, description="Code or id: that unit and all below it.")
        ] = None,
        require: Annotated[
            list[str] | None,
            Query(max_length=10, description="Instruments of requirements besides."),
        ] = None,
        tie_rule: Annotated[
            TieRule, Query(description="Who comes first of equal totals.")
        ] = TieRule.SHARED,
        box: Annotated[str | None, Query(max_length=64, description="As KOTAK_9.")] = None,
        qualified: Annotated[
            bool, Query(description="Only who is known to meet every requirement.")
        ] = False,
    ) -> None:
        self.unit = unit or None
        self.require = [one for one in require or () if one]
        self.tie_rule = tie_rule
        self.box = box or None
        self.qualified = qualified


Rankings = Annotated[Ranking, Depends()]


@router.get("/talent", response_model=Talent)
def ranked(
    request: Request,
    reader: TalentReader,
    desk: DeskHere,
    asking: Asks,
    ranking: Rankings,
    page: Pages,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """People ranked by an instrument, among those whom the reader may see; each requirement met,
    not met or unknown, with its article; and the nine boxes. Each who is shown finds the look in
    his access log.
    """
    asked = desk.resolve(pinned(asking, page).ask())
    given = purpose or purpose_header
    shown, cursor = listed(request, reader, asked, ranking, page, given)
    found = answer(shown)
    link_next(request, found, cursor)
    coordinates.say_rules(found, asked)
    return found


def listed(
    request: Request,
    reader: Reader,
    asked: Asked,
    ranking: Ranking,
    page: Page,
    given: ReadingPurpose | None,
) -> tuple[dict[str, Any], str | None]:
    """One part of the ranking, written down as read, and the cursor of the next."""
    desk = guard.desk_of(request)
    why = guard.purpose_of(request, reader, None, given)
    unit = None if ranking.unit is None else _unit(asked, ranking.unit)
    among = people_within(desk, guard.standing_of(request), reader, Action.READ_TALENT)
    whom = Whom(unit, among, ranking.box, ranking.qualified, ranking.tie_rule)
    required = talent.required_of(desk, asked, ranking.require)
    everybody, head = talent.ranking(desk, asked, required, whom)
    rows, cursor = part_of(page, everybody, asked)
    told = {"instrument": asked.plan.instrument, "as_of": asked.question.as_of.isoformat()}
    people = [UUID(one.answer.subject) for one in rows]
    guard.access_of(request).record(*of_list(reader.account, why, people, told))
    named = reach(reader, Action.READ_IDENTITY).anything
    lines = talent.told(desk, asked, rows, named=named)
    return {**head, "count": len(everybody), "candidates": lines}, cursor


def _unit(asked: Asked, named: str) -> UUID:
    try:
        return unit_of(asked.units, named, asked.question.as_of)
    except UnitUnknown:
        raise guard.no_unit_here() from None
