"""Accounts and their tokens, for administrators. Identities and passwords are a matter of the
command line on the server, because with them one signs in as somebody else.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request
from starlette.responses import Response

from api.access.policy import Action
from api.access.readers import Reader
from api.access.refusals import TokenMisused
from api.http.answers import answer
from api.http.guard import DeskHere, allow, nobody_here, standing_of
from api.http.routes.signing_in import DoorsHere
from api.http.shapes_accounts import (
    Account,
    Accounts,
    AccountWanted,
    NewToken,
    Token,
    TokenWanted,
)
from api.queries.accounts import must_hold, shown, token_shown

router = APIRouter(tags=["accounts"])
Keeper = Annotated[Reader, Depends(allow(Action.MANAGE_ACCOUNTS))]
Ident = Annotated[str, Path(alias="id", max_length=64, description="Its id.")]


@router.get(
    "/accounts",
    response_model=Accounts,
    dependencies=[Depends(allow(Action.MANAGE_ACCOUNTS))],
)
def every_account(request: Request, doors: DoorsHere, desk: DeskHere) -> Response:
    """Every account with the roles it holds today and its tokens; no name and no number."""
    standing, tokens = standing_of(request), doors.office.tokens
    found = [shown(standing, tokens, one, desk.today()) for one in doors.office.accounts.all()]
    return answer({"accounts": found})


@router.post("/accounts", response_model=Account)
def make_account(
    request: Request,
    keeper: Keeper,
    doors: DoorsHere,
    desk: DeskHere,
    wanted: Annotated[AccountWanted, Body()],
) -> Response:
    """Make an account of a person, who may then read his own record, or of a machine. It holds no
    role until the ledger grants one, and opens once an identity is linked or a token made.
    """
    standing = standing_of(request)
    if wanted.person is not None and standing.of_person(wanted.person, desk.today()) is None:
        raise nobody_here()
    one = doors.office.accounts.add(
        person=wanted.person, label=wanted.label, actor=keeper.account, at=desk.now()
    )
    return answer(shown(standing, doors.office.tokens, one, desk.today()))


@router.post("/accounts/{id}/disable", response_model=Account)
def disable_account(
    request: Request,
    keeper: Keeper,
    doors: DoorsHere,
    desk: DeskHere,
    ident: Ident,
) -> Response:
    """Shut an account for good: its sessions and tokens end at once. Events go on naming it."""
    one = doors.office.accounts.disable(ident, actor=keeper.account, at=desk.now())
    return answer(shown(standing_of(request), doors.office.tokens, one, desk.today()))


@router.post("/accounts/{id}/tokens", response_model=NewToken)
def make_token(
    request: Request,
    keeper: Keeper,
    doors: DoorsHere,
    desk: DeskHere,
    ident: Ident,
    wanted: Annotated[TokenWanted, Body()],
) -> Response:
    """Make a token for a machine's account, with some of its roles; its text is shown this once.

    An account of a person gets none here: whoever made it could act as that person.
    """
    account, roles = doors.office.accounts.get(ident), frozenset(wanted.roles)
    if account.person is not None:
        raise TokenMisused(
            f"{account.id} is a person's; with a token you could act as that person.",
            next_step="Make an account without a person, and have its roles granted in the ledger.",
        )
    must_hold(standing_of(request), account, roles, desk.today())
    one, secret = doors.office.tokens.issue(
        account,
        roles=roles,
        label=wanted.label,
        ends_at=datetime.combine(wanted.until, time(), desk.zone),
        actor=keeper.account,
        at=desk.now(),
    )
    return answer({**token_shown(one), "account": account.id, "secret": secret})


@router.post("/tokens/{id}/revoke", response_model=Token)
def revoke_token(
    keeper: Keeper,
    doors: DoorsHere,
    desk: DeskHere,
    ident: Ident,
) -> Response:
    """Let a token open nothing any more, from the next request on."""
    return answer(
        token_shown(doors.office.tokens.revoke(ident, actor=keeper.account, at=desk.now()))
    )
