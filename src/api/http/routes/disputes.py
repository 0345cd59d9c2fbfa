"""Disputes: what is contested, contesting a fact, and deciding it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.http import commanding, finding, guard
from api.http.answers import answer
from api.http.commanding import After
from api.http.guard import DeskHere, PersonRead, UnitRead
from api.http.shapes import Recorded
from api.http.shapes_cases import Contesting, Disputes, DisputeWhole, Resolving
from api.naming import unit_of
from api.queries import contesting, disputes
from api.queries.contesting import Contested
from api.queries.sight import people_in, sight
from api.queries.stating import Author
from ledger.access.access_entry import of_list, of_person

router = APIRouter(tags=["disputes"])
Reads = Annotated[Reader, Depends(guard.allow(Action.READ_CASES))]
Number = Annotated[int, Path(ge=1, le=2**53, description="Its `position`, as the list shows it.")]


@router.get("/disputes", response_model=Disputes)
def dispute_list(
    request: Request,
    reader: Reads,
    desk: DeskHere,
    everything: Annotated[bool, Query(alias="all", description="Ended ones too.")] = False,
    unit: Annotated[
        str | None,
        Query(max_length=200, description="Of a unit, those below it and their members today."),
    ] = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """What is contested about whom the reader may see, in order of opening."""
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    standing, streams = guard.standing_of(request), None
    if unit is not None:
        top = unit_of(desk.units(), unit, desk.today())
        below = {one.hex for one in desk.units().subtree(top, desk.today()) | {top}}
        members = {one for one, serves in desk.serving().items() if serves in below}
        streams = frozenset(below | members)
    position = desk.head()
    rows = disputes.listed(
        desk,
        position=position,
        everything=everything,
        streams=streams,
        sight=sight(desk, standing, reader, Action.READ_CASES),
        named=sight(desk, standing, reader, Action.READ_IDENTITY),
    )
    people = people_in(desk, [one["subject"] for one in rows])
    guard.access_of(request).record(*of_list(reader.account, why, people, {"what": "disputes"}))
    return answer({"position": position, "disputes": rows})


@router.get("/disputes/{number}", response_model=DisputeWhole)
def dispute(
    request: Request,
    number: Number,
    reader: Reads,
    desk: DeskHere,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """One dispute with its reasons, the fact as it stands, and what is left to do."""
    standing = guard.standing_of(request)
    found = finding.dispute(request, reader, number, Action.READ_CASES, purpose or purpose_header)
    for one in people_in(desk, [found.stream]):
        why = guard.purpose_of(request, reader, one, purpose or purpose_header)
        guard.access_of(request).record(of_person(reader.account, why, one, {"what": "dispute"}))
    restricted = sight(desk, standing, reader, Action.READ_RESTRICTED)
    shown = disputes.one(
        desk,
        found,
        named=sight(desk, standing, reader, Action.READ_IDENTITY),
        reasoned=disputes.reached(desk, found, restricted),
    )
    return answer(shown)


@router.post(
    "/people/{pid}/disputes", response_model=Recorded, responses=commanding.statuses(Recorded)
)
def contest(
    request: Request,
    person: Annotated[PersonRead, Depends(guard.read_person(Action.DISPUTE))],
    sent: After,
    given: Annotated[Contesting, Body()],
) -> Response:
    """Contest a fact about a person: it counts on, flagged wherever it counts, until somebody else
    decides. If-Match takes the `version` of the person.
    """
    return _contested(request, person.reader, person.stream, sent, given)


@router.post(
    "/units/{code}/disputes", response_model=Recorded, responses=commanding.statuses(Recorded)
)
def contest_of_unit(
    request: Request,
    unit: Annotated[UnitRead, Depends(guard.read_unit(Action.DISPUTE))],
    sent: After,
    given: Annotated[Contesting, Body()],
) -> Response:
    """Contest a fact about a unit. If-Match takes the `version` of the unit."""
    return _contested(request, unit.reader, unit.stream, sent, given)


def _contested(
    request: Request, reader: Reader, stream: UUID, sent: After, given: Contesting
) -> Response:
    desk = guard.desk_of(request)

    def do() -> Contested:
        return contesting.contest(
            Author(desk, guard.standing_of(request), reader),
            stream,
            given.fact,
            ident=given.id,
            reason=given.reason,
            document=given.document.as_dict(),
            by=given.by,
        )

    said = {"do": "contest", "about": stream.hex, **given.model_dump(mode="json")}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=stream)
    return commanding.responded(desk, done)


@router.post(
    "/disputes/{number}/resolve", response_model=Recorded, responses=commanding.statuses(Recorded)
)
def resolve(
    request: Request,
    number: Number,
    reader: Annotated[Reader, Depends(guard.allow(Action.DISPUTE))],
    desk: DeskHere,
    sent: After,
    given: Annotated[Resolving, Body()],
) -> Response:
    """Decide a dispute; whoever opened it may only withdraw it. An upheld one is carried out by a
    correction or annulment of the fact. If-Match takes the `version` of the dispute.
    """
    standing = guard.standing_of(request)
    found = finding.dispute(request, reader, number, Action.DISPUTE)

    def do() -> Contested:
        return contesting.resolve(
            Author(desk, standing, reader),
            found,
            outcome=given.outcome,
            reason=given.reason,
            document=given.document.as_dict(),
        )

    said = {"do": "resolve", "dispute": number, **given.model_dump(mode="json")}
    about = UUID(found.stream)
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=about)
    return commanding.responded(desk, done)
