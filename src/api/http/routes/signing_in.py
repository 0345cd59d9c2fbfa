"""Signing in and out. What a browser goes through has Indonesian addresses, as pages have; what a
program asks lies with the API.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from api.access.accounts import Account
from api.access.demo_sign_in import demo_accounts
from api.access.flows import PATIENCE
from api.access.refusals import SignInRefused
from api.access.same_origin import own_path
from api.access.sessions import Method
from api.access.signing_in import entry_of
from api.http.answers import answer
from api.http.guard import allow, reader_of
from api.http.problems import NotThere
from api.http.shapes import Me
from api.http.sign_in import Doors
from api.queries.accounts import grant_shown
from ledger.vocabulary_agency import ReadingPurpose, Role

router = APIRouter(tags=["sign-in"], dependencies=[Depends(allow(None))])
browser = APIRouter(tags=["sign-in"], dependencies=[Depends(allow(None))], include_in_schema=False)
PATH_MAX = 2_000
_ACCOUNT_MAX, _PASSWORD_MAX, _CODE_MAX = 64, 1_024, 4_096
Following = Annotated[str, Form(alias="lanjut", max_length=PATH_MAX)]
Reading = Annotated[ReadingPurpose | None, Form(alias="tujuan")]


def doors_of(request: Request) -> Doors:
    """The ways in.

    Raises:
        NotThere: this server has none.
    """
    found = request.app.state.sign_in
    if not isinstance(found, Doors):
        raise NotThere("There is no way to sign in here.")
    return found


DoorsHere = Annotated[Doors, Depends(doors_of)]


@router.get("/me", response_model=Me)
def me(request: Request, doors: DoorsHere) -> Response:
    """Who is signed in: the account, whose it is, and what it may do today."""
    reader, asking = reader_of(request), doors.asking(request)
    shown: dict[str, Any] = {
        "account": reader.account,
        "person": None if reader.person is None else reader.person.hex,
        "roles": [grant_shown(grant) for grant in reader.held()],
        "method": "token" if asking is None or asking.method is None else asking.method.value,
        "purpose": None if asking is None else asking.purpose,
    }
    return answer(shown)


def ways_in(request: Request, doors: Doors) -> dict[str, Any]:
    """What the sign-in page offers: the provider, the password, and the demo's roles."""
    demo = doors.demo_allowed(request)
    offered = demo_accounts(doors.gate.standing.grants()) if demo else []
    return {
        "openid": doors.openid is not None,
        "password": True,
        "demo": [
            {
                "account": one.id,
                "roles": sorted(grant.role.value for grant in one.grants)
                or ([Role.ASN.value] if one.person else []),
            }
            for one in offered
        ],
    }


@browser.get("/masuk/openid")
def to_provider(
    doors: DoorsHere,
    following: Annotated[str, Query(alias="lanjut", max_length=PATH_MAX)] = "/",
    purpose: Annotated[ReadingPurpose | Literal[""] | None, Query(alias="tujuan")] = None,
) -> Response:
    """Go to the provider of identities."""
    if doors.openid is None:
        raise NotThere("This server names no provider of identities.")
    at = doors.desk.now()
    flow = doors.office.flows.begin(own_path(following), at=at, purpose=purpose or None)
    found = _to(doors.openid.address(flow, at=at))
    patience = int(PATIENCE.total_seconds())
    found.headers.append("Set-Cookie", doors.flow_cookie.header(flow.browser, max_age=patience))
    return found


@browser.get("/masuk/kembali")
def back(
    request: Request,
    doors: DoorsHere,
    state: Annotated[str, Query(max_length=_ACCOUNT_MAX)] = "",
    code: Annotated[str, Query(max_length=_CODE_MAX)] = "",
    iss: Annotated[str | None, Query(max_length=PATH_MAX)] = None,
) -> Response:
    """Come back from the provider, in the browser that went there, once."""
    at = doors.desk.now()
    flow = doors.office.flows.take(
        state, request.cookies.get(doors.flow_cookie.full_name, ""), at=at
    )
    if doors.openid is None or flow is None or not code:
        raise SignInRefused("state, browser or code")
    identity = doors.openid.identity(flow, code, issuer=iss, at=at)
    entry = entry_of(doors.desk.ledger, doors.office.accounts, identity, at=at)
    begun = Begun(entry.account, Method.OPENID, entry.roles, flow.purpose)
    found = _signed_in(request, doors, begun, flow.next)
    found.headers.append("Set-Cookie", doors.flow_cookie.gone())
    return found


@browser.post("/masuk/sandi")
def by_password(
    request: Request,
    doors: DoorsHere,
    name: Annotated[str, Form(alias="akun", max_length=_ACCOUNT_MAX)],
    password: Annotated[str, Form(alias="sandi", max_length=_PASSWORD_MAX)],
    following: Following = "/",
    purpose: Reading = None,
) -> Response:
    """Sign in to a break-glass account."""
    doors.must_be_ours(request)
    address = "" if request.client is None else request.client.host
    account = doors.office.passwords.check(
        name.strip(), password, address=address, at=doors.desk.now()
    )
    begun = Begun(account, Method.PASSWORD, None, purpose)
    return _signed_in(request, doors, begun, own_path(following))


@browser.post("/masuk/demo")
def to_demo(
    request: Request,
    doors: DoorsHere,
    name: Annotated[str, Form(alias="akun", max_length=_ACCOUNT_MAX)],
    following: Following = "/",
    purpose: Reading = None,
) -> Response:
    """Become one of the demo's roles with one click."""
    doors.must_be_ours(request)
    offered = demo_accounts(doors.gate.standing.grants()) if doors.demo_allowed(request) else []
    chosen = next((one for one in offered if one.id == name), None)
    if chosen is None:
        raise NotThere("There is no such account of a demo here.")
    account = doors.office.accounts.ensure_demo(chosen.id, chosen.person, doors.desk.now())
    begun = Begun(account, Method.DEMO, None, purpose or chosen.purpose)
    return _signed_in(request, doors, begun, own_path(following))


@browser.post("/masuk/tujuan")
def read_for(
    request: Request,
    doors: DoorsHere,
    purpose: Annotated[ReadingPurpose, Form(alias="tujuan")],
    following: Following = "/",
) -> Response:
    """Say what records are read for, until one says otherwise."""
    reader_of(request)
    asking, secret = doors.asking(request), request.cookies.get(doors.session_cookie.full_name)
    if secret is None or asking is None or asking.method is None:
        raise NotThere("A token has no session; send the purpose with each request.")
    doors.office.sessions.read_for(secret, purpose)
    return _to(own_path(following))


@browser.post("/keluar")
def sign_out(request: Request, doors: DoorsHere) -> Response:
    """End the session."""
    doors.must_be_ours(request)
    secret = request.cookies.get(doors.session_cookie.full_name)
    if secret is not None:
        doors.office.sessions.end(secret, at=doors.desk.now())
    found = _to("/masuk")
    found.headers.append("Set-Cookie", doors.session_cookie.gone())
    return found


class Begun(NamedTuple):
    """A session that begins: whose, how, limited to which roles, and what it reads records for."""

    account: Account
    method: Method
    roles: frozenset[Role] | None
    purpose: ReadingPurpose | None


def _signed_in(request: Request, doors: Doors, begun: Begun, following: str) -> Response:
    """A new session in place of the one the browser had, and on to where one was going."""
    cookie = doors.session_cookie
    secret = doors.office.sessions.begin(
        begun.account,
        begun.method,
        at=doors.desk.now(),
        roles=begun.roles,
        purpose=begun.purpose,
        before=request.cookies.get(cookie.full_name),
    )
    found = _to(following)
    found.headers.append("Set-Cookie", cookie.header(secret))
    return found


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
