"""Akses: who looked at me and why; for auditors every look; for administrators the roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from starlette.responses import RedirectResponse, StreamingResponse

from api import granting, proposing
from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.granting import Wish
from api.http import guard
from api.http.answers import answer
from api.http.caching import PRIVATE
from api.http.guard import DeskHere, PersonRead
from api.http.paging import Pages, written
from api.http.problems import NoRight, NotThere
from api.http.routes.access import Seeks, Whom, number_of, sought
from api.naming import unit_of
from api.outputs.looks import looks_csv, roles_csv
from api.queries import access as asking
from api.queries import roles as granted
from api.web.formats import Lang
from api.web.render import page as shown_page
from api.web.render import shell_of
from api.web.words import refusal_said
from ledger.errors import LedgerError
from ledger.values import day
from ledger.vocabulary_agency import ReadingPurpose, Role

router = APIRouter()
Json = dict[str, Any]
OWN, EVERY, ROLES = "/akses", "/akses/cari", "/akses/peran"
_SEE_OTHER = 303
_MOST = 50_000  # rows of a file; the newest
Auditor = Annotated[Reader, Depends(guard.allow(Action.READ_AUDIT))]
Lister = Annotated[Reader, Depends(guard.allow(Action.READ_ROLES))]
Proposer = Annotated[Reader, Depends(guard.allow(Action.PROPOSE_ROLE))]
Confirmer = Annotated[Reader, Depends(guard.allow(Action.CONFIRM_ROLE))]
Somebody = Annotated[Reader, Depends(guard.allow(Action.READ_RULES))]
Ident = Annotated[int, Path(ge=1, le=2**53)]
Text = Annotated[str, Form(max_length=200)]


def suffix_of(request: Request) -> str | None:
    """The twin that an address asks for; None for the page.

    Raises:
        NotThere: another suffix.
    """
    found: str | None = request.path_params.get("suffix")
    if found not in (None, "json", "csv"):
        raise NotThere("There is no such twin of this page.", next_step="There are: json, csv.")
    return found


def own_record(request: Request, reader: Somebody) -> PersonRead | None:
    """A dependency: the reader's own record; None for whoever has none."""
    if reader.person is None:
        return None
    return guard.reading(request, reader.person, ReadingPurpose.OWN_RECORD, Action.READ_ACCESS)


@router.get(OWN)
@router.get(OWN + ".{suffix}")
def own(
    request: Request,
    reader: Somebody,
    person: Annotated[PersonRead | None, Depends(own_record)],
    desk: DeskHere,
    seeks: Seeks,
    page: Pages,
) -> Response:
    """Who looked at me; whoever has no record is led to what he may see here."""
    if person is None:
        return _elsewhere(reader, suffix_of(request))
    suffix, log = suffix_of(request), guard.access_of(request)
    limit = _MOST if suffix == "csv" else page.limit
    shown = asking.looks_at(
        desk,
        log,
        person.stream,
        seeks.sought,
        asks=reader.account,
        after=number_of(page),
        limit=limit,
    )
    if suffix is not None:
        return _twin(desk, suffix, shown)
    return shown_page(request, "akses.html", {**_around(reader, OWN), **_looks(shown)})


def _elsewhere(reader: Reader, suffix: str | None) -> Response:
    for path, action in ((EVERY, Action.READ_AUDIT), (ROLES, Action.READ_ROLES)):
        if may_at_all(reader, action):
            return RedirectResponse(path + ("" if suffix is None else f".{suffix}"), _SEE_OTHER)
    raise NoRight(
        "This account is nobody's, so nobody looked at its record.",
        next_step="Sign in with the account of a person.",
    )


@router.get(EVERY)
@router.get(EVERY + ".{suffix}")
def every(
    request: Request,
    reader: Auditor,
    desk: DeskHere,
    seeks: Seeks,
    page: Pages,
    person: Whom = None,
) -> Response:
    """Every look, for auditors, by reader, person, day and purpose; the search is kept too."""
    suffix = suffix_of(request)
    if suffix == "csv":
        page.limit = _MOST
    why = ReadingPurpose.AUDIT
    shown = sought(request, reader, why, seeks.sought, page, person=person)
    if suffix is not None:
        return _twin(desk, suffix, shown)
    told = {**_around(reader, EVERY), **_looks(shown), "person": person}
    return shown_page(request, "akses-cari.html", told)


@router.get(ROLES)
@router.get(ROLES + ".{suffix}")
def roles(request: Request, reader: Lister, desk: DeskHere) -> Response:
    """Who holds which role, since when, until when; and what waits for a second person."""
    return _roles(request, reader, desk)


def _roles(
    request: Request,
    reader: Reader,
    desk: DeskHere,
    *,
    fault: LedgerError | None = None,
    form: Json | None = None,
) -> Response:
    suffix = suffix_of(request)
    shown = granted.listed(desk.ledger, today=desk.today())
    if suffix == "json":
        return answer(shown)
    if suffix == "csv":
        return _csv(roles_csv(shown["roles"], desk.zone), "peran")
    for one in shown["pending"]:
        unit = one["command"].get("unit")
        where = None if unit is None else granted.named(desk.units(), UUID(unit), desk.today())
        one["unit"] = where
        one["own"] = one["proposed_by"] == reader.account
        one["for_you"] = one["command"]["account"] == reader.account
    told = {
        **_around(reader, ROLES),
        **shown,
        "proposes": may_at_all(reader, Action.PROPOSE_ROLE),
        "confirms": may_at_all(reader, Action.CONFIRM_ROLE),
        "every_role": [one.value for one in Role if one is not Role.ASN],
        "errors": [] if fault is None else [_told(shell_of(request).lang, fault)],
        "form": form or {"account": "", "role": "", "unit": "", "until": ""},
    }
    return shown_page(request, "akses-peran.html", told, status=200 if fault is None else 422)


def _told(lang: Lang, fault: LedgerError) -> Json:
    return {"field": "account", **refusal_said(lang, fault)}


@router.post(ROLES)
def propose(
    request: Request,
    reader: Proposer,
    desk: DeskHere,
    account: Text,
    role: Annotated[Role, Form()],
    do: Text = "grant",
    unit: Text = "",
    until: Text = "",
) -> Response:
    """Propose that an account gets or loses a role; what is wrong with it stands above the form."""
    try:
        where = unit_of(desk.units(), unit.strip(), desk.today()) if unit.strip() else None
        last = day(until) if until else None
        wish = Wish(account.strip(), role, where, None, last)
        if do == "revoke":
            granting.propose_revocation(desk.ledger, wish, actor=reader.account)
        else:
            today = desk.today()
            granting.propose_grant(desk.ledger, wish, actor=reader.account, today=today)
    except LedgerError as fault:
        form = {"account": account, "role": role.value, "unit": unit, "until": until}
        return _roles(request, reader, desk, fault=fault, form=form)
    return RedirectResponse(ROLES, _SEE_OTHER)


@router.post(ROLES + "/{ident}/setujui")
def confirm(reader: Confirmer, desk: DeskHere, ident: Ident) -> Response:
    """Carry out what somebody else proposed about a role."""
    granted.about_role(desk.ledger, ident)
    proposing.carry_out(desk.ledger, ident, actor=reader.account, at=desk.now())
    return RedirectResponse(ROLES, _SEE_OTHER)


@router.post(ROLES + "/{ident}/tolak")
def reject(reader: Confirmer, desk: DeskHere, ident: Ident) -> Response:
    """Close a proposal about a role without carrying it out."""
    granted.about_role(desk.ledger, ident)
    proposing.reject(desk.ledger, ident, actor=reader.account)
    return RedirectResponse(ROLES, _SEE_OTHER)


def _around(reader: Reader, current: str) -> Json:
    """The parts of this place that the reader may open."""
    parts = [(OWN, "own")] if reader.person is not None else []
    parts += [(EVERY, "every")] if may_at_all(reader, Action.READ_AUDIT) else []
    parts += [(ROLES, "roles")] if may_at_all(reader, Action.READ_ROLES) else []
    return {
        "parts": [(path, name, path == current) for path, name in parts],
        "purposes": [one.value for one in ReadingPurpose],
    }


def _looks(shown: Json) -> Json:
    following = shown["next"]
    cursor = None if following is None else written(shown["log"]["number"], str(following))
    return {**shown, "cursor": cursor}


def _twin(desk: DeskHere, suffix: str, shown: Json) -> Response:
    if suffix == "json":
        return answer(shown)
    return _csv(looks_csv(shown["looks"], desk.zone), "akses")


def _csv(lines: Iterator[bytes], name: str) -> Response:
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": PRIVATE,
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        },
    )
