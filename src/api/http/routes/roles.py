"""Roles: who holds which, and how one is granted or revoked by two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import granting, proposing
from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.granting import Wish
from api.http import guard
from api.http.answers import answer
from api.http.guard import DeskHere
from api.http.shapes_access import RoleChange, Roles
from api.naming import unit_of
from api.queries import roles
from ledger import second_person
from ledger.errors import BadValue, Misuse
from ledger.fields import DAY, IDENT, WORD, read_open_text, read_sealed_text
from ledger.proposals import Proposal, ProposalUnknown, confirmable
from ledger.vocabulary_agency import Role

router = APIRouter(tags=["roles"])
Proposer = Annotated[Reader, Depends(guard.allow(Action.PROPOSE_ROLE))]
Confirmer = Annotated[Reader, Depends(guard.allow(Action.CONFIRM_ROLE))]
Lister = Annotated[Reader, Depends(guard.allow(Action.READ_ROLES))]
Dry = Annotated[bool, Query(description="Check everything and record nothing.")]
Ident = Annotated[int, Path(ge=1, le=2**53, description="Of the proposal.")]


class RestsOn(BaseModel):
    """The document that a proposal rests on."""

    model_config = ConfigDict(extra="forbid")
    kind: str = Field(max_length=40, examples=["SK"])
    number: str = Field(max_length=100, examples=["800/12/2024"])
    date: str = Field(max_length=10, examples=["2024-02-01"])


class Revocation(BaseModel):
    """A role that an account shall lose."""

    model_config = ConfigDict(extra="forbid")
    account: str = Field(min_length=1, max_length=200, examples=["acc-0123456789abcdef"])
    role: Role
    unit: str | None = Field(
        None, max_length=200, description="Code or id; null is the whole agency."
    )
    document: RestsOn | None = None
    reason: str | None = Field(None, max_length=4_000, description="Kept sealed.")


class Granting(Revocation):
    """A role that an account shall hold."""

    person: UUID | None = Field(None, description="Holds only while it is this person's account.")
    until: date | None = Field(None, description="The first day without the role.")


class Closing(BaseModel):
    """Why a proposal is not carried out."""

    model_config = ConfigDict(extra="forbid")
    reason: str | None = Field(None, max_length=4_000, description="Kept sealed.")


@router.get("/roles", response_model=Roles)
def all_roles(
    reader: Lister,  # noqa: ARG001 - checked
    desk: DeskHere,
    account: Annotated[
        str | None, Query(max_length=200, description="Only what this account holds.")
    ] = None,
) -> Response:
    """Who holds which role, over which unit, since when, until when; and what waits."""
    return answer(roles.listed(desk.ledger, today=desk.today(), account=account))


# A dry run says what would be proposed, and proposes nothing.
DRY: dict[int | str, dict[str, Any]] = {200: {"model": RoleChange, "description": "A dry run"}}


@router.post(
    "/roles/grants", response_model=RoleChange, status_code=HTTPStatus.CREATED, responses=DRY
)
def propose_grant(
    reader: Proposer, desk: DeskHere, wanted: Annotated[Granting, Body()], dry_run: Dry = False
) -> Response:
    """Propose that an account gets a role. Nothing holds until somebody else confirms it; the same
    proposal twice is one.
    """
    wish = _wish(desk, wanted, wanted.person, wanted.until)
    if dry_run:
        granting.check_grant(desk.ledger, wish, today=desk.today())
        return _checked(desk, granting.GRANT, wish)
    one, new = granting.propose_grant(
        desk.ledger,
        wish,
        actor=reader.account,
        today=desk.today(),
        document=_document(wanted.document),
        reason=_reason(wanted.reason),
    )
    return _proposed(desk, one, new=new)


@router.post(
    "/roles/revocations", response_model=RoleChange, status_code=HTTPStatus.CREATED, responses=DRY
)
def propose_revocation(
    reader: Proposer, desk: DeskHere, wanted: Annotated[Revocation, Body()], dry_run: Dry = False
) -> Response:
    """Propose that an account loses a role, over one unit or, without unit, wherever it is held."""
    wish = _wish(desk, wanted)
    if dry_run:
        granting.check_revocation(desk.ledger, wish)
        return _checked(desk, granting.REVOKE, wish)
    one, new = granting.propose_revocation(
        desk.ledger,
        wish,
        actor=reader.account,
        document=_document(wanted.document),
        reason=_reason(wanted.reason),
    )
    return _proposed(desk, one, new=new)


@router.post("/roles/proposals/{ident}/confirm", response_model=RoleChange)
def confirm_role(reader: Confirmer, desk: DeskHere, ident: Ident, dry_run: Dry = False) -> Response:
    """Carry out what somebody else proposed about a role, checked again. Who would receive the role
    cannot.
    """
    one = about_role(desk, ident)
    effect = granting.effect(desk.ledger, one)
    if dry_run:
        confirmable(second_person.proposals_of(desk.ledger), ident, actor=reader.account)
        granting.check_confirming(one, actor=reader.account)
        granting.carried(desk.ledger, one, today=desk.today())
        shown = {"proposal": proposing.shown(one), "effect": effect, "dry_run": True}
        return answer(shown)
    done = proposing.carry_out(desk.ledger, ident, actor=reader.account, at=desk.now())
    closed = second_person.proposals_of(desk.ledger).by_id[ident]
    recorded = list(done.outcome.positions)[1:]
    return answer({"proposal": proposing.shown(closed), "effect": effect, "recorded": recorded})


@router.post("/roles/proposals/{ident}/reject", response_model=RoleChange)
def reject_role(
    reader: Confirmer, desk: DeskHere, ident: Ident, why: Annotated[Closing | None, Body()] = None
) -> Response:
    """Close a proposal about a role without carrying it out; the proposer may withdraw his own."""
    one = about_role(desk, ident)
    effect = granting.effect(desk.ledger, one)
    reason = None if why is None else _reason(why.reason)
    closed = proposing.reject(desk.ledger, ident, actor=reader.account, reason=reason)
    shown = {**effect, "after": effect["before"]}
    return answer({"proposal": proposing.shown(closed), "effect": shown})


def about_role(desk: Desk, ident: int) -> Proposal:
    """A proposal about a role: what waits of other kinds is closed elsewhere.

    Raises:
        ProposalUnknown.
    """
    one = second_person.proposals_of(desk.ledger).by_id.get(ident)
    if one is None or one.kind not in (granting.GRANT, granting.REVOKE):
        raise ProposalUnknown(
            f"There is no proposal {ident} about a role.", next_step="GET /api/v1/roles lists them."
        )
    return one


def _wish(
    desk: Desk, wanted: Revocation, person: UUID | None = None, until: date | None = None
) -> Wish:
    unit = None if wanted.unit is None else unit_of(desk.units(), wanted.unit, desk.today())
    account = _read(read_open_text, wanted.account, "account")
    return Wish(account, wanted.role, unit, person, until)


def _document(given: RestsOn | None) -> dict[str, str] | None:
    if given is None:
        return None
    return {
        "kind": _read(WORD.read, given.kind, "document.kind"),
        "number": _read(IDENT.read, given.number, "document.number"),
        "date": _read(DAY.read, given.date, "document.date"),
    }


def _reason(text: str | None) -> str | None:
    return None if text is None else _read(read_sealed_text, text, "reason")


def _read(reads: Callable[[Any], Any], value: str, field: str) -> Any:
    try:
        return reads(value)
    except BadValue as fault:
        raise Misuse(f"{field}: {fault.message}", next_step=fault.next_step) from fault


def _proposed(desk: Desk, one: Proposal, *, new: bool) -> Response:
    effect = granting.effect(desk.ledger, one)
    status = HTTPStatus.CREATED if new else HTTPStatus.OK
    shown = {"proposal": proposing.shown(one), "effect": effect, "new": new}
    return answer(shown, status=status)


def _checked(desk: Desk, kind: str, wish: Wish) -> Response:
    effect = granting.effect_of(desk.ledger, kind, wish)
    return answer({"proposal": None, "effect": effect, "dry_run": True})
