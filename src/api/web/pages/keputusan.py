"""Keputusan: the list, a draft, and one decision with its basis, candidates and steps."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.desk import Desk
from api.http import commanding, finding, guard
from api.http.answers import answer
from api.http.commanding import Sent, SentAfter
from api.http.guard import DeskHere
from api.http.problems import status_of
from api.http.routes.decisions import log_look
from api.naming import person_stream, unit_of
from api.queries import deciding, decisions, records
from api.queries.deciding import Wish
from api.queries.sight import sight
from api.queries.stating import Author
from api.web.moments import day_of
from api.web.render import page, shell_of
from api.web.timebar import TWINS
from api.web.twins import Document, suffix_of, twin
from api.web.words import code_said
from ledger.canonical import instant_text
from ledger.domain.decision import Decision
from ledger.domain.decision_streams import stream_of
from ledger.errors import LedgerError, PersonUnknown
from ledger.vocabulary_agency import DecisionKind, ReadingPurpose, RecommendingBody, TieRule

router = APIRouter()
SEE_OTHER: Final = 303
SHOWN: Final = 200  # candidates on one page; the twins have them all
Reads = Annotated[Reader, Depends(guard.allow(Action.READ_DECISIONS))]
Drafts = Annotated[Reader, Depends(guard.allow(Action.DRAFT_DECISION))]
Ident = Annotated[str, Path(max_length=200)]
Text = Annotated[str, Form(max_length=10_000)]
Version = Annotated[int, Form(ge=1)]
Ids = Annotated[list[UUID], Form()]
Flag = Annotated[str, Query(max_length=5)]


@router.get("/keputusan")
@router.get("/keputusan.{suffix}")
def listing(request: Request, reader: Reads, desk: DeskHere) -> Response:
    """Every decision about somebody whom the reader may see."""
    suffix = suffix_of(request)
    shown = decisions.listed(desk, _sight(request, reader, Action.READ_DECISIONS))
    if suffix is not None:
        document, position = Document("daftar-keputusan", shown), shown["position"]
        ask = {"position": position}
        return twin(request, suffix, shown, document, position=position, ask=ask)
    may_draft = may_at_all(reader, Action.DRAFT_DECISION)
    rows = [{**one, "address": f"/keputusan/{one['id']}"} for one in shown["decisions"]]
    data = {**shown, "decisions": list(reversed(rows)), "may_draft": may_draft, "twins": TWINS}
    return page(request, "keputusan-daftar.html", data)


@router.get("/keputusan/baru", dependencies=[Depends(guard.allow(Action.DRAFT_DECISION))])
def blank(request: Request, desk: DeskHere) -> Response:
    """An empty form for a draft."""
    return _draft_form(request, desk, {}, None)


class Drafted:
    """The form of a draft, as it was filled in."""

    def __init__(
        self,
        nomor: Text,
        jenis: Annotated[DecisionKind, Form()],
        aturan: Annotated[str, Form(pattern="^[a-z0-9][a-z0-9-]{0,63}$")],
        siapa: Annotated[str, Form(pattern="^(people|unit|everybody)$")],
        per: Text = "",
        orang: Annotated[str, Form(max_length=200_000)] = "",
        unit: Text = "",
        seri: Annotated[TieRule, Form()] = TieRule.SHARED,
        alasan: Text = "",
    ) -> None:
        self.ident, self.kind, self.instrument = nomor.strip(), jenis, aturan
        self.who, self.as_of, self.people = siapa, day_of(per, "per"), orang.split()
        self.unit, self.tie_rule, self.reasons = unit.strip(), seri, alasan.strip() or None
        self.filled = {
            "nomor": nomor,
            "jenis": jenis.value,
            "aturan": aturan,
            "siapa": siapa,
            "per": per,
            "orang": orang,
            "unit": unit,
            "seri": seri.value,
            "alasan": alasan,
        }


@router.post("/keputusan/baru")
def draft(
    request: Request, reader: Drafts, desk: DeskHere, given: Annotated[Drafted, Depends()]
) -> Response:
    """Pin a question, what is known now, and the candidates in their order."""
    author = Author(desk, guard.standing_of(request), reader)
    said = {"do": "draft", "id": given.ident}
    try:
        wish = _wish(desk, given)
        commanding.run(
            desk, Sent(), lambda: deciding.draft(author, wish), actor=reader.account, said=said
        )
    except LedgerError as fault:
        return _draft_form(request, desk, given.filled, fault)
    return _back(given.ident)


def _wish(desk: Desk, given: Drafted) -> Wish:
    people = unit = None
    if given.who == "people":
        people = tuple(_person(desk, one) for one in given.people)
    elif given.who == "unit":
        unit = unit_of(desk.units(), given.unit, desk.today())
    return Wish(
        ident=given.ident,
        kind=given.kind,
        instrument=given.instrument,
        as_of=given.as_of,
        people=people,
        unit=unit,
        tie_rule=given.tie_rule,
        reasons=given.reasons,
    )


def _person(desk: Desk, named: str) -> UUID:
    found = person_stream(desk.ledger, named)
    if found is None:
        raise PersonUnknown(
            "One of those named is neither the NIP nor the id of a person here.",
            next_step="Check the numbers; a NIP has 18 digits.",
        )
    return found


def _draft_form(
    request: Request, desk: Desk, filled: dict[str, str], fault: LedgerError | None
) -> Response:
    lang = shell_of(request).lang
    rules = records.instruments_of_people(desk, desk.head(), desk.today())
    data = {
        "filled": filled,
        "fault": fault,
        "kinds": [(one.value, code_said(lang, one.value, "decision")) for one in DecisionKind],
        "ties": [(one.value, code_said(lang, one.value, "tie")) for one in TieRule],
        "rules": [(name, code_said(lang, name, "instrument")) for name, _ in rules],
        "today": desk.today().isoformat(),
    }
    status = 200 if fault is None else status_of(fault)
    return page(request, "keputusan-baru.html", data, status=status)


@router.get("/keputusan/{ident:path}")
def one(
    request: Request,
    ident: Ident,
    reader: Reads,
    desk: DeskHere,
    periksa: Flag = "",
    purpose: guard.Purpose = None,
) -> Response:
    """One decision; `periksa=1` replays its basis and says what later knowledge would change. Its
    address with a suffix is a twin: an id may hold a point, so the whole address is tried first.
    """
    name, point, suffix = ident.rpartition(".")
    if point and suffix in TWINS and not _there(desk, ident):
        found = finding.decision(request, reader, name, purpose)
        log_look(request, reader, found, purpose)
        shown = _shown(request, reader, desk, found, again=bool(periksa))
        if suffix == "json":
            return answer(shown)
        position = _last(found)
        document = Document("keputusan", shown)
        return twin(request, suffix, shown, document, position=position, ask={})
    found = finding.decision(request, reader, ident, purpose)
    return _page(request, reader, desk, found, purpose, again=bool(periksa))


def _there(desk: Desk, ident: str) -> bool:
    return desk.version_of(stream_of(ident)) > 0


def _last(found: Decision) -> int:
    steps = [found.drafted, *found.recommended, found.issued, found.revoked]
    return max(one.position for one in steps if one is not None)


def _shown(
    request: Request, reader: Reader, desk: Desk, found: Decision, *, again: bool
) -> dict[str, Any]:
    seen = _sight(request, reader, Action.READ_DECISIONS)
    named = _sight(request, reader, Action.READ_IDENTITY)
    shown = decisions.one(desk, found, seen, named)
    if again:
        shown["recheck"] = decisions.recheck(desk, found, seen, named)
    return shown


def _page(
    request: Request,
    reader: Reader,
    desk: Desk,
    found: Decision,
    purpose: ReadingPurpose | None,
    fault: LedgerError | None = None,
    *,
    again: bool = False,
) -> Response:
    log_look(request, reader, found, purpose)
    author = Author(desk, guard.standing_of(request), reader)
    shown = _shown(request, reader, desk, found, again=again)
    mine, open_ = deciding.drafted_by(author, found), found.issued is None and found.revoked is None
    lang = shell_of(request).lang
    bodies = [(each.value, code_said(lang, each.value, "body")) for each in RecommendingBody]
    data = {
        **shown,
        "recheck": shown.get("recheck"),
        "shown_candidates": shown["candidates"][:SHOWN],
        "requirement_names": sorted(
            {name for each in shown["candidates"][:SHOWN] for name in each["requirements"]}
        ),
        "mine": mine,
        "may_recommend": open_
        and not mine
        and deciding.may(author, found, Action.RECOMMEND_DECISION),
        "may_issue": open_ and not mine and deciding.may(author, found, Action.ISSUE_DECISION),
        "may_revoke": found.revoked is None
        and (mine if open_ else not mine and deciding.may(author, found, Action.REVOKE_DECISION)),
        "bodies": bodies,
        "chooses": found.draft.kind is not DecisionKind.PENETAPAN,
        "today": desk.today().isoformat(),
        "known_at": instant_text(found.draft.known_at),
        "twins": TWINS,
        "fault": fault,
    }
    status = 200 if fault is None else status_of(fault)
    return page(request, "keputusan.html", data, status=status)


def _sight(request: Request, reader: Reader, action: Action) -> Any:
    return sight(guard.desk_of(request), guard.standing_of(request), reader, action)


# ------------------------------------------------------------------------------------- its steps


@router.post("/keputusan/{ident:path}/pertimbangan")
def recommend(
    request: Request,
    ident: Ident,
    reader: Annotated[Reader, Depends(guard.allow(Action.RECOMMEND_DECISION))],
    desk: DeskHere,
    versi: Version,
    badan: Annotated[RecommendingBody, Form()],
    setuju: Annotated[bool, Form()],
    alasan: Text = "",
) -> Response:
    """What Tim Penilai Kinerja or a panel says to a draft."""

    def do(author: Author, found: Decision) -> object:
        return deciding.recommend(
            author, found, body=badan, in_favour=setuju, reasons=alasan.strip() or None
        )

    return _step(request, reader, desk, (ident, versi, "recommend"), do)


@router.post("/keputusan/{ident:path}/tetapkan")
def issue(
    request: Request,
    ident: Ident,
    reader: Annotated[Reader, Depends(guard.allow(Action.ISSUE_DECISION))],
    desk: DeskHere,
    versi: Version,
    nomor: Text,
    tanggal: Annotated[date, Form()],
    pilih: Ids = [],  # noqa: B006 - FastAPI copies it
    alasan: Text = "",
) -> Response:
    """Issue what somebody else drafted."""

    def do(author: Author, found: Decision) -> object:
        return deciding.issue(
            author,
            found,
            number=nomor.strip(),
            decided_on=tanggal,
            chosen=pilih or None,
            reasons=alasan.strip() or None,
        )

    return _step(request, reader, desk, (ident, versi, "issue"), do)


@router.post("/keputusan/{ident:path}/cabut")
def revoke(
    request: Request,
    ident: Ident,
    reader: Reads,
    desk: DeskHere,
    versi: Version,
    tanggal: Annotated[date, Form()],
    nomor: Text = "",
    alasan: Text = "",
) -> Response:
    """Revoke what was issued, or withdraw one's own draft."""

    def do(author: Author, found: Decision) -> object:
        return deciding.revoke(
            author,
            found,
            decided_on=tanggal,
            number=nomor.strip() or None,
            reasons=alasan.strip() or None,
        )

    return _step(request, reader, desk, (ident, versi, "revoke"), do)


def _step(
    request: Request, reader: Reader, desk: Desk, what: tuple[str, int, str], do: Any
) -> Response:
    ident, version, verb = what
    found = finding.decision(request, reader, ident)
    author = Author(desk, guard.standing_of(request), reader)
    said = {"do": verb, "decision": ident, "version": version}
    try:
        commanding.run(
            desk,
            SentAfter(frozenset({version})),
            lambda: do(author, found),
            actor=reader.account,
            said=said,
            about=stream_of(ident),
        )
    except LedgerError as fault:
        return _page(request, reader, desk, found, ReadingPurpose.DECISION, fault)
    return _back(ident)


def _back(ident: str) -> Response:
    return RedirectResponse(f"/keputusan/{ident}?purpose=decision", SEE_OTHER)
