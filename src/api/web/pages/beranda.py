"""Beranda: search, what waits for the reader, and how fresh the last checkpoint is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import policy
from api.access.policy import Action
from api.access.reach import reach
from api.access.readers import Reader
from api.http import guard
from api.http.answers import answer
from api.http.guard import DeskHere
from api.queries import home, people, searching
from api.queries.within import people_within
from api.web.render import page
from ledger.access.access_entry import of_list
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter()
SHOWN = 50
SUGGESTED = 8
_SEE_OTHER = 303
_HOUR = 60 * 60
# Where a task is done; what waits for a second person waits on one page, whatever it is.
_DONE_AT = {"cases": "/kasus", "disputes": "/kasus", "decisions": "/keputusan"}
_PENDING = "/tertunda"
Searcher = Annotated[Reader, Depends(guard.allow(Action.READ_UNITS))]
Text = Annotated[str, Form(max_length=100)]
PurposeGiven = Annotated[ReadingPurpose | None, Form()]


@router.get("/", dependencies=[Depends(guard.allow(None))])
@router.get("/beranda.json", dependencies=[Depends(guard.allow(None))])
def start(request: Request, desk: DeskHere) -> Response:
    """What waits for whoever reads; for nobody, what this place is."""
    reader = request.app.state.sign_in.reader(request)
    shown = home.start(desk, guard.standing_of(request), reader)
    if request.url.path.endswith(".json"):
        return answer(shown)
    tasks = [{**one, "address": _DONE_AT.get(one["code"], _PENDING)} for one in shown["tasks"]]
    return page(request, "beranda.html", {**shown, "tasks": tasks, "age": age_of(shown)})


def age_of(shown: dict[str, Any]) -> dict[str, int] | None:
    """How old the last checkpoint is, in whole days and hours; None where there is none."""
    if shown["checkpoint"] is None:
        return None
    since = datetime.fromisoformat(shown["checkpoint"]["at"])
    passed = datetime.fromisoformat(shown["now"]) - since
    return {"days": max(passed.days, 0), "hours": max(passed.seconds // _HOUR, 0)}


@router.get("/cari")
def form(
    request: Request,
    _: Searcher,
    purpose: Annotated[ReadingPurpose | None, Query()] = None,
) -> Response:
    """The search by itself; what is looked for is posted, so that it stands in no address."""
    shown: dict[str, Any] = {
        "asked": "",
        "purpose": purpose,
        "people": [],
        "units": [],
        "searched": False,
    }
    return page(request, "cari.html", shown)


@router.post("/cari")
def search(
    request: Request,
    reader: Searcher,
    desk: DeskHere,
    q: Text = "",
    purpose: PurposeGiven = None,
) -> Response:
    """People by name or number and units by name or code; one alone is opened at once."""
    found = _found(request, reader, desk, q, purpose, limit=SHOWN)
    only = [*found["people"], *found["units"]]
    if len(only) == 1:
        return RedirectResponse(only[0]["address"], _SEE_OTHER)
    shown = {**found, "asked": q, "purpose": purpose, "searched": True}
    return page(request, "cari.html", shown)


@router.post("/cari.json")
def suggest(
    request: Request,
    reader: Searcher,
    desk: DeskHere,
    q: Text = "",
    purpose: PurposeGiven = None,
) -> Response:
    """The first of what a search would find, while somebody types."""
    if people.looks_like_number(q):  # numbers are searched when asked for, not while typed
        return answer({"found": []})
    found = _found(request, reader, desk, q, purpose, limit=SUGGESTED)
    rows = [*found["people"], *found["units"]][:SUGGESTED]
    told = [{key: one[key] for key in ("address", "label", "note")} for one in rows]
    return answer({"found": told})


def _found(
    request: Request,
    reader: Reader,
    desk: DeskHere,
    text: str,
    purpose: ReadingPurpose | None,
    *,
    limit: int,
) -> dict[str, list[dict[str, Any]]]:
    asked = " ".join(text.split())
    units = searching.units(desk, asked, limit=limit)
    rows: list[dict[str, Any]] = []
    if len(asked) > 1 and reach(reader, Action.SEARCH_PEOPLE).anything:
        why = guard.purpose_of(request, reader, None, purpose)
        if people.looks_like_number(asked):
            rows = _by_number(request, reader, desk, asked, why)
        else:
            among = people_within(desk, guard.standing_of(request), reader, Action.READ_RECORD)
            rows = people.by_name(desk, asked, among, limit=limit)
            looks = of_list(
                reader.account, why, [UUID(one["id"]) for one in rows], {"what": "name"}
            )
            guard.access_of(request).record(*looks)
    asking = "" if purpose is None else f"?purpose={purpose}"
    return {
        "people": [
            {
                **one,
                "address": f"/asn/{one['id']}{asking}",
                "label": one["name"],
                "note": "" if one["unit"] is None else one["unit"]["name"],
            }
            for one in rows
        ],
        "units": units,
    }


def _by_number(
    request: Request, reader: Reader, desk: DeskHere, number: str, why: ReadingPurpose
) -> list[dict[str, Any]]:
    """Whoever holds or held a number, if the reader may see him; so many searches a minute."""
    request.app.state.searches.check(reader.account, "searches by number")
    stream = people.by_number(desk, number)
    access = guard.access_of(request)
    target = None
    if stream is not None:
        target = guard.standing_of(request).of_person(stream, desk.today())
    if stream is None or target is None or not policy.may(reader, Action.READ_RECORD, target):
        access.record_unknown(reader.account, why, number, {"what": "number"})
        return []
    access.record(*of_list(reader.account, why, [stream], {"what": "number"}))
    unit = people.unit_named(desk, desk.serving().get(stream.hex))
    return [{"id": stream.hex, **desk.ledger.person(stream), "unit": unit}]
