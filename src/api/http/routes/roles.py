"""Roles: who holds which, and how one is granted or revoked by two people: proposed here, confirmed
like everything that waits (`api.http.routes.proposals`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import granting
from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.granting import Wish
from api.http import commanding, guard
from api.http.answers import answer
from api.http.commanding import After, SentAfter
from api.http.guard import DeskHere
from api.http.shapes import Recorded
from api.http.shapes_access import Roles
from api.naming import unit_of
from api.queries import roles
from ledger.errors import BadValue, Misuse
from ledger.fields import DAY, IDENT, WORD, read_open_text, read_sealed_text
from ledger.vocabulary_agency import Role

router = APIRouter(tags=["roles"])
Proposer = Annotated[Reader, Depends(guard.allow(Action.PROPOSE_ROLE))]
Lister = Annotated[Reader, Depends(guard.allow(Action.READ_ROLES))]


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


@router.post("/roles/grants", response_model=Recorded, responses=commanding.statuses(Recorded))
def propose_grant(
    reader: Proposer, desk: DeskHere, sent: After, wanted: Annotated[Granting, Body()]
) -> Response:
    """Propose that an account gets a role. Nothing holds until somebody else confirms it, who does
    not receive it, under `/proposals/{id}/confirm`; the same proposal twice is one. A dry run says
    what the account would hold. If-Match takes the `version` of the list of roles.
    """
    wish = _wish(desk, wanted, wanted.person, wanted.until)
    document, reason = _document(wanted.document), _reason(wanted.reason)

    def do() -> object:
        return granting.propose_grant(
            desk.ledger,
            wish,
            actor=reader.account,
            today=desk.today(),
            document=document,
            reason=reason,
        )

    said = {"do": granting.GRANT, "wish": wish.command(), "document": document, "reason": reason}
    return _proposed(desk, sent, reader, do, said, granting.GRANT, wish)


@router.post("/roles/revocations", response_model=Recorded, responses=commanding.statuses(Recorded))
def propose_revocation(
    reader: Proposer, desk: DeskHere, sent: After, wanted: Annotated[Revocation, Body()]
) -> Response:
    """Propose that an account loses a role, over one unit or, without unit, wherever it is held.
    Confirmed like a grant. If-Match takes the `version` of the list of roles.
    """
    wish = _wish(desk, wanted)
    document, reason = _document(wanted.document), _reason(wanted.reason)

    def do() -> object:
        return granting.propose_revocation(
            desk.ledger, wish, actor=reader.account, document=document, reason=reason
        )

    said = {"do": granting.REVOKE, "wish": wish.command(), "document": document, "reason": reason}
    return _proposed(desk, sent, reader, do, said, granting.REVOKE, wish)


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


def _proposed(
    desk: Desk,
    sent: SentAfter,
    reader: Reader,
    do: Callable[[], object],
    said: Mapping[str, Any],
    kind: str,
    wish: Wish,
) -> Response:
    about = desk.ledger.stream
    done = commanding.run(desk, sent, do, actor=reader.account, said=said, about=about)
    more = {"effect": granting.effect_of(desk.ledger, kind, wish)} if sent.dry else {}
    return commanding.responded(desk, done, **more)
