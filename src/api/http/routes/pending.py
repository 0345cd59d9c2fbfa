"""What waits for a second person, of every kind: seen, confirmed, rejected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.policy import Action
from api.access.readers import Reader
from api.http import commanding, guard
from api.http.answers import answer
from api.http.commanding import After
from api.http.guard import DeskHere
from api.http.routes.rules import reason_of
from api.http.shapes import Pending, Recorded, WaitingWhole
from api.queries import proposals
from ledger.access_entry import of_person
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter(tags=["pending"])
Ident = Annotated[int, Path(ge=1, le=2**53, description="As the list shows it.")]
ReadsPending = Annotated[Reader, Depends(guard.allow(Action.READ_PENDING))]


class Confirming(BaseModel):
    """What is confirmed beside the proposal itself."""

    model_config = ConfigDict(extra="forbid")
    outcome: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="Of an import whose outcome changed since it was proposed: the digest seen.",
    )


class Rejecting(BaseModel):
    """Why a proposal is not carried out."""

    model_config = ConfigDict(extra="forbid")
    reason: str | None = Field(None, max_length=2_000)


@router.get("/pending", response_model=Pending)
def pending(request: Request, reader: ReadsPending, desk: DeskHere) -> Response:
    """What waits for a second person and that the reader may see, oldest first."""
    return answer(proposals.pending(desk, guard.standing_of(request), reader))


@router.get("/pending/{ident}", response_model=WaitingWhole)
def proposal(
    request: Request,
    ident: Ident,
    reader: ReadsPending,
    desk: DeskHere,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """One proposal, and what it would do as things stand now."""
    standing = guard.standing_of(request)
    log_look(request, reader, ident, purpose or purpose_header)
    return answer(proposals.proposal(desk, standing, reader, ident))


def log_look(request: Request, reader: Reader, ident: int, why: ReadingPurpose | None) -> None:
    """Write down who looks at a proposal about somebody, before anything of it leaves.

    Raises:
        ProposalUnknown, PurposeNeeded.
    """
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    stream = proposals.about(proposals.named(desk, standing, reader, ident))
    if stream is not None and standing.of_person(stream, desk.today()) is not None:
        purpose = guard.purpose_of(request, reader, stream, why)
        asked = {"what": "pending", "proposal": ident}
        guard.access_of(request).record(of_person(reader.account, purpose, stream, asked))


@router.post(
    "/pending/{ident}/confirm", response_model=Recorded, responses=commanding.statuses(Recorded)
)
def confirm(
    request: Request,
    ident: Ident,
    reader: ReadsPending,
    desk: DeskHere,
    sent: After,
    given: Annotated[Confirming | None, Body()] = None,
) -> Response:
    """Carry out what somebody else proposed, checked again as things stand: all of it or nothing.
    Which right is needed depends on what was proposed. If-Match takes the `version` of the list.
    """
    standing = guard.standing_of(request)
    outcome = None if given is None else given.outcome

    def do() -> object:
        return proposals.confirm(desk, standing, reader, ident, agreed=outcome)

    said = {"do": "confirm", "proposal": ident, "outcome": outcome}
    more = {}
    if sent.dry:
        more = {"effect": proposals.proposal(desk, standing, reader, ident)["effect"]}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=desk.ledger.stream)
    return commanding.responded(desk, done, **more)


@router.post(
    "/pending/{ident}/reject", response_model=Recorded, responses=commanding.statuses(Recorded)
)
def reject(
    request: Request,
    ident: Ident,
    reader: ReadsPending,
    desk: DeskHere,
    sent: After,
    given: Annotated[Rejecting | None, Body()] = None,
) -> Response:
    """Close a proposal without carrying it out; whoever proposed may withdraw his own."""
    standing = guard.standing_of(request)
    reason = reason_of(None if given is None else given.reason)

    def do() -> object:
        return proposals.reject(desk, standing, reader, ident, reason=reason)

    said = {"do": "reject", "proposal": ident, "reason": reason}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=desk.ledger.stream)
    return commanding.responded(desk, done)
