"""Impor: a file is sent, checked, looked at, proposed, and confirmed by somebody else."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api import proposing
from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.http import guard
from api.http.answers import answer
from api.http.guard import DeskHere
from api.http.routes.imports import asker, given_back, received, sheet, withdrawable
from api.http.routes.proposals import closable, confirmable
from api.intake import desk as imports
from api.intake import template_form
from api.intake.confirming import OutcomeChanged
from api.intake.labels import FACTS
from api.intake.outcome import FLAGGED, OUTCOMES
from api.intake.templates import template_bytes
from api.intake.withdrawing import withdraw
from api.queries import imports as asked
from api.web.render import page
from ledger.commands import second_person
from ledger.errors import LedgerError, Misuse

router = APIRouter()
SEE_OTHER = 303
SHOWN = 50
LISTED = 20
Looker = Annotated[Reader, Depends(guard.allow(Action.READ_IMPORTS))]
Importer = Annotated[Reader, Depends(guard.allow(Action.IMPORT))]
Closer = Annotated[Reader, Depends(guard.allow(Action.READ_PENDING))]
Withdrawer = Annotated[Reader, Depends(guard.allow(Action.WITHDRAW_IMPORT))]
Ident = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Text = Annotated[str, Form(max_length=4_000)]


@router.get("/impor")
def desk_page(
    request: Request,
    reader: Looker,
    cursor: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """What waits, what was imported, where to send a file, and empty forms."""
    return _desk(request, reader, None, cursor)


def _desk(request: Request, reader: Reader, fault: LedgerError | None, cursor: int = 0) -> Response:
    shown = asked.listed(asker(request, reader))
    imported = shown["imported"]
    end = cursor + LISTED
    more = {
        "imported": imported[cursor:end],
        "count": len(imported),
        "next": end if end < len(imported) else None,
        "previous": str(max(cursor - LISTED, 0)) if cursor else None,
        "kinds": list(FACTS.items()),
        "may_import": may_at_all(reader, Action.IMPORT),
        "fault": fault,
    }
    return page(request, "impor.html", {**shown, **more}, status=200 if fault is None else 422)


@router.get("/impor.json")
def desk_twin(request: Request, reader: Looker) -> Response:
    """The same as data."""
    return answer(asked.listed(asker(request, reader)))


@router.post("/impor")
def send(
    request: Request,
    reader: Importer,
    desk: DeskHere,
    berkas: Annotated[UploadFile, File()],
    jenis: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Keep a file and show what it would do."""
    name, data = received(berkas)
    try:
        one, _ = imports.receive(
            desk.ledger,
            data,
            name=name,
            account=reader.account,
            at=desk.now(),
            as_kind=jenis or None,
        )
    except LedgerError as fault:
        return _desk(request, reader, fault)
    return RedirectResponse(f"/impor/{one.id}", SEE_OTHER)


@router.get("/impor/templat/{kind}.xlsx")
def template(
    reader: Looker,  # noqa: ARG001 - checked
    kind: Annotated[str, Path(pattern="^[a-z_]{1,40}$")],
) -> Response:
    """An empty form."""
    if kind not in FACTS:
        raise Misuse("There is no such form.", next_step="The page Impor lists them.")
    return sheet(f"{template_form.PREFIX}{kind}.xlsx", template_bytes(kind))


@router.get("/impor/{ident}.json")
def one_twin(request: Request, reader: Looker, ident: Ident) -> Response:
    """The same as data."""
    return answer(asked.one_import(asker(request, reader), ident))


@router.get("/impor/{ident}")
def one(
    request: Request,
    reader: Looker,
    ident: Ident,
    hasil: Annotated[
        str | None, Query(pattern="^(new|corrects|conflicts|refused|confirmed|same|flagged)$")
    ] = None,
    cursor: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """What an import would do, or did: counts, rows, and what can be done now."""
    return _one(request, reader, ident, hasil, cursor)


def _one(
    request: Request,
    reader: Reader,
    ident: str,
    hasil: str | None = None,
    cursor: int = 0,
    fault: LedgerError | None = None,
) -> Response:
    who = asker(request, reader)
    shown = asked.one_import(who, ident)
    counts = (shown["preview"] or {}).get("counts") or {}
    outcome = hasil or next((one for one in _FIRST if counts.get(one)), None)
    rows: dict[str, Any] = {"rows": [], "next": None}
    if counts:
        rows = asked.rows_of(who, ident, outcome_=outcome, after=cursor, most=SHOWN)
    data = {
        **shown,
        "batch": shown["import"],
        "counts": counts or (shown["import"] or {}).get("counts") or {},
        "kept": bool(counts),
        "outcome": outcome,
        "outcomes": [one for one in (*OUTCOMES, FLAGGED) if counts.get(one)],
        "rows": rows["rows"],
        "next": rows["next"],
        "previous": str(max(cursor - SHOWN, 0)) if cursor else None,
        "fault": fault,
        "changed": _changed(fault),
    }
    return page(request, "impor-satu.html", data, status=200 if fault is None else 422)


_FIRST = ("conflicts", "refused", "new", "corrects", FLAGGED, "same")


def _changed(fault: LedgerError | None) -> dict[str, Any] | None:
    """What an import would do now, where that is not what was proposed."""
    if not isinstance(fault, OutcomeChanged):
        return None
    effect: Any = fault.details["effect"]
    return dict(effect)


@router.get("/impor/{ident}/kembali")
def returned(request: Request, reader: Importer, ident: Ident) -> Response:
    """The sender's own workbook with red cells and reasons."""
    return given_back(asker(request, reader), ident)


@router.post("/impor/{ident}/usul")
def propose(
    request: Request,
    reader: Importer,
    desk: DeskHere,
    ident: Ident,
    jenis: Text = "",
    nomor: Text = "",
    tanggal: Text = "",
    alasan: Text = "",
) -> Response:
    """Propose the import as it would turn out now."""
    asked.preview_of(asker(request, reader), ident)
    document = document_of(jenis, nomor, tanggal)
    try:
        imports.propose(
            desk.ledger, ident, actor=reader.account, document=document, reason=alasan or None
        )
    except LedgerError as fault:
        return _one(request, reader, ident, fault=fault)
    return _there(ident)


def document_of(kind: str, number: str, day: str) -> dict[str, str] | None:
    """A document as a form gives it; None where nothing of it was filled in."""
    given = {"kind": kind.strip(), "number": number.strip(), "date": day.strip()}
    return given if any(given.values()) else None


@router.post("/impor/{ident}/setuju")
def confirm(
    request: Request,
    reader: Closer,
    desk: DeskHere,
    ident: Ident,
    hasil: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Confirm what somebody else proposed."""
    proposal = _proposal(request, reader, desk, ident)
    try:
        proposing.carry_out(
            desk.ledger, proposal, actor=reader.account, agreed=hasil or None, at=desk.now()
        )
    except LedgerError as fault:
        return _one(request, reader, ident, fault=fault)
    return _there(ident)


@router.post("/impor/{ident}/tolak")
def reject(
    request: Request, reader: Closer, desk: DeskHere, ident: Ident, alasan: Text = ""
) -> Response:
    """Reject an import, or withdraw one's own proposal; its file is destroyed."""
    proposal = _proposal(request, reader, desk, ident, also_own=True)
    proposing.reject(desk.ledger, proposal, actor=reader.account, reason=alasan or None)
    return RedirectResponse("/impor?" + urlencode({"ditolak": proposal}), SEE_OTHER)


@router.post("/impor/{ident}/tarik")
def take_back(
    request: Request,
    reader: Withdrawer,
    desk: DeskHere,
    ident: Ident,
    jenis: Text = "",
    nomor: Text = "",
    tanggal: Text = "",
    alasan: Text = "",
) -> Response:
    """Take a whole import back."""
    withdrawable(asker(request, reader), ident)
    document = document_of(jenis, nomor, tanggal)
    try:
        if document is None or not all(document.values()):
            raise Misuse(
                "A withdrawal rests on a document.", next_step="Give its kind, number and date."
            )
        withdraw(desk.ledger, ident, actor=reader.account, document=document, reason=alasan or None)
    except LedgerError as fault:
        return _one(request, reader, ident, fault=fault)
    return _there(ident)


def _proposal(
    request: Request, reader: Reader, desk: Any, ident: str, *, also_own: bool = False
) -> int:
    """The proposal of an import that the reader may confirm; with `also_own` one that he may close.

    Raises:
        UploadUnknown, NoRight, ProposalUnknown.
    """
    asked.may_see(asker(request, reader), ident)
    found = imports.proposal_of(second_person.proposals_of(desk.ledger), ident)
    if found is None:
        raise Misuse("This import was not proposed.", next_step="Propose it first.")
    if also_own:
        closable(request, reader, desk, found.id, also_own=True)
    else:
        confirmable(request, reader, desk, found.id)
    return found.id


def _there(ident: str) -> Response:
    return RedirectResponse(f"/impor/{ident}", SEE_OTHER)
