"""What waits for a second person: seen, confirmed, rejected. One address for every kind."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import proposing
from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.http import commanding, finding, guard
from api.http.answers import answer
from api.http.commanding import Sending
from api.http.guard import DeskHere
from api.http.problems import NoRight
from api.http.shapes import Proposed, Proposeds, Recorded
from api.intake.desk import IMPORT
from api.queries import proposals
from api.queries.imports import Asker, about_oneself, not_confirmable
from api.recording import FACT
from ledger.access.access_entry import of_list, of_person
from ledger.domain.proposals import Proposal, ProposalState
from ledger.events.base import EMPLOYEE
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter(tags=["proposals"])
Closer = Annotated[Reader, Depends(guard.allow(Action.READ_PENDING))]
Ident = Annotated[int, Path(ge=1, le=2**53, description="Of the proposal.")]


class Confirming(BaseModel):
    """What is confirmed."""

    model_config = ConfigDict(extra="forbid")
    outcome: str | None = Field(
        None,
        max_length=100,
        description="Digest of the outcome that was seen, where it is no longer the one proposed.",
    )


class Rejecting(BaseModel):
    """Why it is not carried out."""

    model_config = ConfigDict(extra="forbid")
    reason: str | None = Field(None, max_length=4_000, description="Kept sealed.")


@router.get("/proposals", response_model=Proposeds)
def waiting(
    request: Request,
    reader: Closer,
    every: Annotated[bool, Query(alias="all", description="Also what was closed.")] = False,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """What waits, oldest first, of what the reader proposed, may close, or reads the like of. Where
    people stand in it, that is reading about them, for a purpose, and it is logged.
    """
    return answer({"proposals": listed(request, reader, purpose or purpose_header, every=every)})


def listed(
    request: Request, reader: Reader, given: ReadingPurpose | None, *, every: bool = False
) -> list[dict[str, Any]]:
    """What waits of what the reader may see; those whom it is about find the look.

    Raises:
        PurposeNeeded: people stand in it, others than the reader, and nothing was said.
    """
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    found = proposals.seen(desk, standing, reader, every=every)
    people = proposals.people_of(found)
    if people:
        whose = people[0] if people == [reader.person] else None
        why = guard.purpose_of(request, reader, whose, given)
        looks = of_list(reader.account, why, people, {"what": "proposals"})
        guard.access_of(request).record(*looks)
    return [proposals.shown(desk, standing, reader, one) for one in found]


@router.get("/proposals/{ident}", response_model=Proposed)
def one_proposal(
    request: Request,
    reader: Closer,
    desk: DeskHere,
    ident: Ident,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """A proposal, and what it would do as things stand. Of a fact about a person its fields, as far
    as the reader may see them: that is reading his record, for a purpose, and it is logged.
    """
    standing = guard.standing_of(request)
    one = finding.proposal(request, reader, ident, purpose or purpose_header)
    shown = proposals.shown(desk, standing, reader, one)
    fact = looked_at(request, reader, one, purpose or purpose_header)
    return answer(shown | {"effect": proposals.effect(desk, one), "fact": fact})


def looked_at(
    request: Request, reader: Reader, one: Proposal, purpose: ReadingPurpose | None
) -> dict[str, Any] | None:
    """The fields of a fact that waits, as far as the reader may see them; the look is logged before
    they are read, and of a closed one too. None for anything else.

    Raises:
        PurposeNeeded.
    """
    log_look(request, reader, one, purpose)
    if one.kind != FACT or one.state is not ProposalState.PENDING:
        return None
    desk, standing = guard.desk_of(request), guard.standing_of(request)
    return proposals.fact_of(desk, standing, reader, one)


@router.post(
    "/proposals/{ident}/confirm",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def confirm(
    request: Request,
    reader: Closer,
    desk: DeskHere,
    ident: Ident,
    sent: Sending,
    agreed: Annotated[Confirming | None, Body()] = None,
) -> Response:
    """Confirm what somebody else proposed, and carry it out; an import that was interrupted goes
    on.
    """
    confirmable(request, reader, desk, ident)
    outcome = None if agreed is None else agreed.outcome

    def do() -> proposing.Done:
        return proposing.carry_out(
            desk.ledger, ident, actor=reader.account, agreed=outcome, at=desk.now()
        )

    said = {"do": "confirm", "proposal": ident, "outcome": outcome}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, resumes=True)
    return commanding.responded(desk, done)


@router.post(
    "/proposals/{ident}/reject",
    response_model=Recorded,
    responses=commanding.statuses(Recorded),
)
def reject(
    request: Request,
    reader: Closer,
    desk: DeskHere,
    ident: Ident,
    sent: Sending,
    why: Annotated[Rejecting | None, Body()] = None,
) -> Response:
    """Close what is not carried out; the proposer may withdraw his own."""
    closable(request, reader, desk, ident, also_own=True)
    reason = None if why is None else why.reason

    def do() -> Proposal:
        return proposing.reject(desk.ledger, ident, actor=reader.account, reason=reason)

    said = {"do": "reject", "proposal": ident, "reason": reason}
    done = commanding.run(desk, sent, do, actor=reader.account, said=said)
    return commanding.responded(desk, done)


def log_look(request: Request, reader: Reader, one: Proposal, given: ReadingPurpose | None) -> None:
    """Write down who looks at a proposal about a person, before anything of it leaves.

    Raises:
        PurposeNeeded.
    """
    subject = one.command.get("subject")
    if subject is None or one.command.get("owner") != EMPLOYEE:
        return
    stream = UUID(hex=subject)
    purpose = guard.purpose_of(request, reader, stream, given)
    asked = {"what": "proposal", "proposal": one.id, "found": True}
    guard.access_of(request).record(of_person(reader.account, purpose, stream, asked))


def closable(
    request: Request, reader: Reader, desk: Desk, ident: int, *, also_own: bool = False
) -> Proposal:
    """A proposal that the reader's roles let him close.

    Raises:
        ProposalUnknown: there is none that he may see. NoRight.
    """
    standing = guard.standing_of(request)
    one = finding.proposal(request, reader, ident)
    own = also_own and one.actor == reader.account
    if not own and not proposals.may_close(desk, standing, reader, one):
        raise NoRight(
            "Your roles do not let you close this proposal.",
            next_step="Ask somebody whose role it is; the list of proposals says what waits.",
        )
    if not own and one.kind == IMPORT and about_oneself(desk, reader, one):
        raise NoRight(
            "Some of its rows are about yourself.",
            next_step="Let somebody else close it: nobody decides about himself.",
        )
    return one


def confirmable(request: Request, reader: Reader, desk: Desk, ident: int) -> Proposal:
    """A proposal that the reader's roles let him confirm: of an import with rows that need a second
    person, by the right to each of those over whom it is about too.

    Raises:
        ProposalUnknown, NoRight, UploadUnknown.
    """
    one = closable(request, reader, desk, ident)
    if one.kind == IMPORT:
        lacks = not_confirmable(Asker(desk, guard.standing_of(request), reader), one)
        if lacks:
            raise NoRight(
                "Some of its rows need a second person with a right that your roles do not give"
                f" you over those they are about: {', '.join(lacks)}.",
                next_step="Let somebody confirm it who may confirm those rows, or let them be sent"
                " in a file of their own.",
                needs=lacks,
            )
    return one
