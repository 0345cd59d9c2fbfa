"""Tertunda: what waits for a second person, with its effect; proposing, confirming, rejecting."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from api import enacting
from api.access.readers import Reader
from api.http import commanding, guard
from api.http.commanding import SentAfter
from api.http.guard import DeskHere
from api.http.routes.pending import Ident, ReadsPending, log_look
from api.http.routes.rules import Document, Name, Proposes, document_of, reason_of
from api.queries import proposals
from api.web.render import page, shell_of
from api.web.words import code_said

router = APIRouter()
Version = Annotated[int, Form(ge=0)]
Text = Annotated[str, Form(max_length=2_000)]


@router.get("/tertunda")
def pending(request: Request, reader: ReadsPending, desk: DeskHere) -> Response:
    """What waits, oldest first."""
    shown = proposals.pending(desk, guard.standing_of(request), reader)
    for one in shown["pending"]:
        one["address"] = f"/tertunda/{one['id']}"
    return page(request, "tertunda.html", shown)


@router.get("/tertunda/{ident}")
def proposal(request: Request, ident: Ident, reader: ReadsPending, desk: DeskHere) -> Response:
    """One proposal with what it would do, and the forms that close it."""
    log_look(request, reader, ident, None)
    shown = proposals.proposal(desk, guard.standing_of(request), reader, ident)
    days = (shown["effect"] or {}).get("days", [])
    shell = shell_of(request)
    groups, unchanged = [], []
    for name in sorted({one["instrument"] for one in days}):
        moved = [one for one in days if one["instrument"] == name and _changes(one)]
        if moved:
            groups.append({"instrument": name, "days": moved})
        else:
            unchanged.append(code_said(shell.lang, name, "instrument"))
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
    request: Request, ident: Ident, reader: ReadsPending, desk: DeskHere, version: Version
) -> Response:
    """Carry it out."""
    standing = guard.standing_of(request)

    def do() -> object:
        return proposals.confirm(desk, standing, reader, ident)

    return _run(request, reader, version, do, {"do": "confirm"}, f"/tertunda/{ident}")


@router.post("/tertunda/{ident}/tolak")
def reject(
    request: Request,
    ident: Ident,
    reader: ReadsPending,
    desk: DeskHere,
    version: Version,
    reason: Text = "",
) -> Response:
    """Close it without carrying it out."""
    standing, why = guard.standing_of(request), reason_of(reason)

    def do() -> object:
        return proposals.reject(desk, standing, reader, ident, reason=why)

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
