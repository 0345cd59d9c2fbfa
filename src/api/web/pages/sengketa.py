"""Sengketa: one dispute with its reasons, contesting a fact, and deciding it."""

from __future__ import annotations

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import policy
from api.access.policy import Action, Target
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.desk import Desk
from api.http import commanding, finding, guard
from api.http.answers import answer
from api.http.commanding import SentAfter
from api.http.guard import DeskHere
from api.http.problems import NotThere, status_of
from api.queries import contesting, disputes
from api.queries.sight import people_in, sight
from api.queries.stating import Author
from api.web.render import page, shell_of
from api.web.words import code_said
from ledger.access.access_entry import of_person
from ledger.domain.dispute import Dispute
from ledger.errors import LedgerError
from ledger.vocabulary_agency import DisputeOutcome, ReadingPurpose

router = APIRouter()
SEE_OTHER = 303
Number = Annotated[int, Path(ge=1, le=2**53)]
Entry = Annotated[int, Query(ge=1, le=2**53)]
Text = Annotated[str, Form(max_length=10_000)]
Reads = Annotated[Reader, Depends(guard.allow(Action.READ_CASES))]
Contests = Annotated[Reader, Depends(guard.allow(Action.DISPUTE))]


class Reason:
    """Reason and document of a form."""

    def __init__(
        self,
        alasan: Text,
        dokumen_jenis: Text,
        dokumen_nomor: Text,
        dokumen_tanggal: Text,
        versi: Annotated[int, Form(ge=1)],
    ) -> None:
        self.reason = alasan
        self.document = {
            "kind": dokumen_jenis.strip(),
            "number": dokumen_nomor.strip(),
            "date": dokumen_tanggal.strip(),
        }
        self.version = versi


Given = Annotated[Reason, Depends()]


@router.get("/sengketa/{number}")
@router.get("/sengketa/{number}.json")
def one(
    request: Request, number: Number, reader: Reads, desk: DeskHere, purpose: guard.Purpose = None
) -> Response:
    """One dispute, the fact as it stands, and what may be done."""
    return _dispute(request, reader, desk, number, purpose)


def _dispute(
    request: Request,
    reader: Reader,
    desk: Desk,
    number: int,
    purpose: ReadingPurpose | None,
    fault: LedgerError | None = None,
) -> Response:
    standing = guard.standing_of(request)
    found = finding.dispute(request, reader, number, Action.READ_CASES, purpose)
    for person in people_in(desk, [found.stream]):
        why = guard.purpose_of(request, reader, person, purpose or _own(fault))
        guard.access_of(request).record(of_person(reader.account, why, person, {"what": "dispute"}))
    restricted = sight(desk, standing, reader, Action.READ_RESTRICTED)
    shown = disputes.one(
        desk,
        found,
        named=sight(desk, standing, reader, Action.READ_IDENTITY),
        reasoned=disputes.reached(desk, found, restricted),
    )
    if request.url.path.endswith(".json"):
        return answer(shown)
    author = Author(desk, standing, reader)
    outcomes = [
        one.value
        for one in DisputeOutcome
        if found.open and contesting.may_resolve(author, found, one)
    ]
    lang = shell_of(request).lang
    choices = [(each, code_said(lang, each, "dispute_state")) for each in outcomes]
    data = {**shown, "outcomes": outcomes, "outcome_choices": choices, "fault": fault}
    status = 200 if fault is None else status_of(fault)
    return page(request, "sengketa.html", data, status=status)


def _own(fault: LedgerError | None) -> ReadingPurpose | None:
    """A form that is shown again was read for the dispute itself."""
    return None if fault is None else ReadingPurpose.DISPUTE


@router.post("/sengketa/{number}")
def decide(
    request: Request,
    number: Number,
    reader: Contests,
    desk: DeskHere,
    given: Given,
    putusan: Annotated[DisputeOutcome, Form()],
) -> Response:
    """Decide it, or withdraw one's own."""
    standing = guard.standing_of(request)
    found = finding.dispute(request, reader, number, Action.DISPUTE)

    def do() -> object:
        return contesting.resolve(
            Author(desk, standing, reader),
            found,
            outcome=putusan,
            reason=given.reason,
            document=given.document,
        )

    said = {"do": "resolve", "dispute": number, "outcome": putusan.value}
    try:
        _run(desk, reader, found, given, do, said)
    except LedgerError as fault:
        if not _may_read(request, reader, desk, found):
            raise
        return _dispute(request, reader, desk, number, None, fault)
    if not _may_read(request, reader, desk, found):
        return RedirectResponse(f"/catatan/{number}?purpose=dispute", SEE_OTHER)
    return RedirectResponse(f"/sengketa/{number}?purpose=dispute", SEE_OTHER)


def _may_read(request: Request, reader: Reader, desk: Desk, found: Dispute) -> bool:
    """Whether the reader may see disputes of this person or unit: not whoever may contest may."""
    seen = sight(desk, guard.standing_of(request), reader, Action.READ_CASES)
    return disputes.reached(desk, found, seen) and may_at_all(reader, Action.READ_CASES)


def _run(
    desk: Desk, reader: Reader, found: Dispute | UUID, given: Reason, do: Any, said: dict[str, Any]
) -> None:
    about = found if isinstance(found, UUID) else UUID(found.stream)
    sent = SentAfter(frozenset({given.version}))
    commanding.run(desk, sent, do, actor=reader.account, said=said, about=about)


@router.get("/kasus/sengketa")
def form(
    request: Request,
    catatan: Entry,
    reader: Contests,
    desk: DeskHere,
    purpose: guard.Purpose = None,
) -> Response:
    """The form to contest a fact by the number of its record."""
    return _form(request, reader, desk, catatan, purpose or ReadingPurpose.DISPUTE)


@router.post("/kasus/sengketa")
def contest(
    request: Request, catatan: Entry, reader: Contests, desk: DeskHere, given: Given, nomor: Text
) -> Response:
    """Contest a fact: it counts on, flagged, until somebody else decides."""
    stream = _stream_of(request, reader, desk, catatan)

    def do() -> object:
        return contesting.contest(
            Author(desk, guard.standing_of(request), reader),
            stream,
            str(catatan),
            ident=nomor.strip(),
            reason=given.reason,
            document=given.document,
        )

    try:
        _run(desk, reader, stream, given, do, {"do": "contest", "fact": catatan})
    except LedgerError as fault:
        return _form(request, reader, desk, catatan, ReadingPurpose.DISPUTE, fault)
    known = disputes.of_stream(desk, stream)
    number = next(one["position"] for one in reversed(known) if one["id"] == nomor.strip())
    there = "sengketa"
    if not _may_read(request, reader, desk, disputes.numbered(desk, number)):
        there = "catatan"
    return RedirectResponse(f"/{there}/{number}?purpose=dispute", SEE_OTHER)


def _form(
    request: Request,
    reader: Reader,
    desk: Desk,
    catatan: int,
    purpose: ReadingPurpose,
    fault: LedgerError | None = None,
) -> Response:
    stream = _stream_of(request, reader, desk, catatan)
    for person in people_in(desk, [stream.hex]):
        why = guard.purpose_of(request, reader, person, purpose)
        guard.access_of(request).record(of_person(reader.account, why, person, {"what": "dispute"}))
    data = {"entry": catatan, "version": desk.version_of(stream), "fault": fault}
    status = 200 if fault is None else status_of(fault)
    return page(request, "sengketakan.html", data, status=status)


def _stream_of(request: Request, reader: Reader, desk: Desk, position: int) -> UUID:
    """Whose the record is, of whom the reader may contest facts.

    Raises:
        NotThere: absent and hidden alike.
    """
    begun = time.monotonic()
    entry = next(iter(desk.ledger.store.read(position, position)), None)
    target = None if entry is None else _target(request, desk, entry.originator_id)
    if entry is None or target is None or not policy.may(reader, Action.DISPUTE, target):
        people = [] if entry is None else people_in(desk, [entry.originator_id.hex])
        asked = {"what": "dispute", "position": position}
        finding.refused(request, reader, people, ReadingPurpose.DISPUTE, asked, begun)
        raise NotThere(
            "There is no such record, or none that you may contest.",
            next_step="Check the number of the record.",
        )
    return entry.originator_id


def _target(request: Request, desk: Desk, stream: UUID) -> Target | None:
    standing, today = guard.standing_of(request), desk.today()
    if stream in desk.units().units:
        return standing.of_unit(stream, today)
    return standing.of_person(stream, today)
