"""Tertunda: what waits for a second person, with its effect; proposing, confirming, rejecting."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from api import enacting, proposing
from api.access.readers import Reader
from api.http import commanding, finding, guard
from api.http.commanding import SentAfter
from api.http.guard import DeskHere
from api.http.routes.proposals import Closer, Ident, closable, confirmable, listed, log_look
from api.http.routes.rules import Document, Name, Proposes, document_of, reason_of
from api.queries import enacting as enacting_now
from api.queries import proposals
from api.web.render import page, shell_of
from api.web.words import code_said
from ledger.errors import LedgerError

router = APIRouter()
Version = Annotated[int, Form(ge=0)]
Text = Annotated[str, Form(max_length=2_000)]


@router.get("/tertunda")
def pending(request: Request, reader: Closer, purpose: guard.Purpose = None) -> Response:
    """What waits, oldest first."""
    found = listed(request, reader, purpose)
    shown = [{**one, "address": f"/tertunda/{one['id']}"} for one in found]
    return page(request, "tertunda.html", {"pending": shown})


@router.get("/tertunda/{ident}")
def proposal(request: Request, ident: Ident, reader: Closer, desk: DeskHere) -> Response:
    """One proposal with what it would do, and the forms that close it."""
    standing = guard.standing_of(request)
    one = finding.proposal(request, reader, ident)
    log_look(request, reader, one, None)
    shown = {
        **proposals.shown(desk, standing, reader, one),
        "version": enacting_now.version(desk),
        "effect": None,
        "fault": None,
    }
    try:
        shown["effect"] = proposals.effect(desk, one)
    except LedgerError as fault:
        shown["fault"] = fault
    days = (shown["effect"] or {}).get("days", [])
    lang = shell_of(request).lang
    groups, unchanged = [], []
    for name in sorted({day["instrument"] for day in days}):
        moved = [day for day in days if day["instrument"] == name and _changes(day)]
        if moved:
            groups.append({"instrument": name, "days": moved})
        else:
            unchanged.append(code_said(lang, name, "instrument"))
    shown |= {"groups": groups, "unchanged": unchanged}
    return page(request, "tertunda-satu.html", shown)


def _changes(day: dict[str, Any]) -> bool:
    """Whether anybody's answer is another on a day."""
    counts = ("moved", "other_band", "became_computable", "no_longer_computable")
    return any(day[key] for key in counts) or any(one["changed"] for one in day["penetapan"])


def _run(
    request: Request,
    reader: Reader,
    version: int,
    do: Callable[[], object],
    said: dict[str, Any],
    to: str,
) -> Response:
    desk = guard.desk_of(request)
    sent = SentAfter(frozenset({version}))
    stream = desk.ledger.stream
    commanding.run(desk, sent, do, actor=reader.account, said=said, about=stream)
    return RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)


@router.post("/tertunda/{ident}/sahkan")
def confirm(
    request: Request, ident: Ident, reader: Closer, desk: DeskHere, version: Version
) -> Response:
    """Carry it out."""
    confirmable(request, reader, desk, ident)

    def do() -> object:
        return proposing.carry_out(desk.ledger, ident, actor=reader.account, at=desk.now())

    return _run(request, reader, version, do, {"do": "confirm"}, f"/tertunda/{ident}")


@router.post("/tertunda/{ident}/tolak")
def reject(
    request: Request,
    ident: Ident,
    reader: Closer,
    desk: DeskHere,
    version: Version,
    reason: Text = "",
) -> Response:
    """Close it without carrying it out."""
    closable(request, reader, desk, ident, also_own=True)
    why = reason_of(reason)

    def do() -> object:
        return proposing.reject(desk.ledger, ident, actor=reader.account, reason=why)

    return _run(request, reader, version, do, {"do": "reject"}, f"/tertunda/{ident}")


@router.post("/aturan/{name}/berlakukan")
def enact(
    request: Request,
    name: Name,
    reader: Proposes,
    desk: DeskHere,
    version: Version,
    kind: Text,
    number: Text,
    date: Text,
    reason: Text = "",
) -> Response:
    """Propose that a draft comes into force."""
    file, raw = enacting.shipped_text(name)
    text = enacting.checked(raw, file=file)
    document = document_of(Document(kind=kind, number=number, date=date))
    why = reason_of(reason)

    def do() -> object:
        return enacting.propose_enactment(
            desk.ledger, text, actor=reader.account, document=document, reason=why
        )

    return _run(request, reader, version, do, {"do": "enact"}, "/tertunda")


@router.post("/aturan/{name}/cabut")
def repeal(
    request: Request,
    name: Name,
    reader: Proposes,
    desk: DeskHere,
    version: Version,
    decree: Text,
    kind: Text,
    number: Text,
    date: Text,
    reason: Text = "",
) -> Response:
    """Propose that a text no longer holds."""
    document = document_of(Document(kind=kind, number=number, date=date))
    why = reason_of(reason)

    def do() -> object:
        found = enacting.enactment_named(desk.ledger.rulebook(), name, decree)
        return enacting.propose_repeal(
            desk.ledger, found, actor=reader.account, document=document, reason=why
        )

    return _run(request, reader, version, do, {"do": "repeal"}, "/tertunda")
