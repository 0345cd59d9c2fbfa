"""Catat: one fact by a form made of the kind's fields; recorded, or proposed to a second person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import proposing
from api.access import policy
from api.access.policy import Action
from api.access.readers import Reader
from api.http import commanding, finding, guard
from api.http.answers import answer
from api.http.commanding import SentAfter
from api.http.guard import DeskHere, PersonRead, UnitRead
from api.http.problems import NotThere
from api.http.routes.commands import about_person, about_unit
from api.http.routes.proposals import closable, confirmable, listed, looked_at
from api.intake.cells import Unreadable
from api.intake.person_number import read_nip
from api.intake.report import error_object
from api.intake.single import FactRefused
from api.intake.template_form import Column, columns, read_values
from api.naming import unit_of
from api.queries import cases, people, proposals, stating
from api.queries.kinds import Kind, kinds
from api.queries.stating import About, Author, Told
from api.recording import FACT
from api.web import case_view
from api.web.fact_form import field, placed, said
from api.web.render import page, shell_of
from ledger.access.access_entry import of_list
from ledger.canonical import canonical_bytes
from ledger.errors import LedgerError
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.vocabulary_agency import ReadingPurpose

router = APIRouter()
SEE_OTHER: Final = 303
_REFUSED: Final = 422
Waiter = Annotated[Reader, Depends(guard.allow(Action.READ_PENDING))]
Searcher = Annotated[Reader, Depends(guard.allow(Action.SEARCH_PEOPLE))]
AboutPerson = Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))]
AboutUnit = Annotated[UnitRead, Depends(guard.read_unit(Action.READ_UNITS))]
KindName = Annotated[str, Path(pattern="^[a-z_]{1,40}$")]
Ident = Annotated[int, Path(ge=1, le=2**53)]
Text = Annotated[str, Form(max_length=4_000)]


async def filled(request: Request) -> dict[str, str]:
    """A form as it was filled in; a field given twice counts as its last."""
    form = await request.form(max_fields=200, max_files=0)
    return {name: value for name, value in form.items() if isinstance(value, str)}


Filled = Annotated[dict[str, str], Depends(filled)]


# ------------------------------------------------------------------------------- whom, and what


@router.get("/catat")
def start(request: Request, reader: Waiter, purpose: guard.Purpose = None) -> Response:
    """Whom a fact is about, and what waits for a second person."""
    return _start(request, reader, purpose)


@router.get("/catat.json")
def start_twin(request: Request, reader: Waiter, purpose: guard.Purpose = None) -> Response:
    """The same as data."""
    return answer(_shown(request, reader, purpose))


def _shown(request: Request, reader: Reader, purpose: ReadingPurpose | None) -> dict[str, Any]:
    waiting = listed(request, reader, purpose)
    return {"waiting": [one for one in waiting if one["kind"] == FACT]}


def _start(
    request: Request, reader: Reader, purpose: ReadingPurpose | None, wrong: str | None = None
) -> Response:
    own = None if reader.person is None else reader.person.hex
    shown = _shown(request, reader, purpose) | {"wrong": wrong, "own": own}
    return page(request, "catat.html", shown, status=200 if wrong is None else _REFUSED)


@router.post("/catat/orang")
def find_person(
    request: Request,
    reader: Searcher,
    desk: DeskHere,
    nip: Annotated[str, Form(max_length=40)],
    purpose: guard.Purpose = None,
) -> Response:
    """The person of a number, which is posted so that it stands in no address."""
    request.app.state.searches.check(reader.account, "searches by number")
    why = guard.purpose_of(request, reader, None, purpose)
    try:
        stream = people.by_number(desk, read_nip(nip))
    except (LedgerError, Unreadable):
        return _start(request, reader, ReadingPurpose.ADMINISTRATION, "number")
    target = None
    if stream is not None:
        target = guard.standing_of(request).of_person(stream, desk.today())
    access = guard.access_of(request)
    if stream is None or target is None or not policy.may(reader, Action.READ_RECORD, target):
        access.record_unknown(reader.account, why, nip, {"by": "number"})
        return _start(request, reader, ReadingPurpose.ADMINISTRATION, "nobody")
    access.record(*of_list(reader.account, why, [stream], {"by": "number"}))
    return _there(request, f"/catat/orang/{stream.hex}")


def _there(request: Request, path: str) -> Response:
    """On to another page, for the same purpose."""
    return RedirectResponse(shell_of(request).url(path), SEE_OTHER)


@router.post("/catat/unit")
def find_unit(
    request: Request, reader: Waiter, desk: DeskHere, kode: Annotated[str, Form(max_length=200)]
) -> Response:
    """The unit of a code or name."""
    try:
        stream = unit_of(desk.units(), kode.strip(), desk.today())
    except LedgerError:
        return _start(request, reader, ReadingPurpose.ADMINISTRATION, "unit")
    return RedirectResponse(f"/catat/unit/{stream.hex}", SEE_OTHER)


@router.get("/catat/orang/{pid}")
def of_person(request: Request, person: AboutPerson, desk: DeskHere) -> Response:
    """The kinds of fact that the reader may state about somebody."""
    about = about_person(desk, request, person)
    return _choose(request, person.reader, EMPLOYEE, about)


@router.get("/catat/unit/{code}")
def of_unit(request: Request, unit: AboutUnit, desk: DeskHere) -> Response:
    """The kinds of fact that the reader may state about a unit."""
    return _choose(request, unit.reader, ORG_UNIT, about_unit(desk, request, unit))


# The module of a kind's event class -> under which heading its form stands.
_GROUPS: Final = {
    name: name for name in ("employment", "performance", "discipline", "oversight", "corrections")
}


def _choose(request: Request, reader: Reader, owner: str, about: About) -> Response:
    offered = [
        {
            "name": kind.name,
            "fact": kind.fact,
            "own": kind.own,
            "group": _GROUPS.get(kind.spec.cls.__module__.rpartition(".")[2], "units"),
            "alone": any(policy.may(reader, one, about.target) for one in kind.alone),
        }
        for kind in kinds(owner).values()
        if not kind.founds and policy.may(reader, kind.right, about.target)
    ]
    shown = {"kinds": offered, "called": _called(request, owner, about), "owner": owner}
    return page(request, "catat-jenis.html", shown)


def _called(request: Request, owner: str, about: About) -> dict[str, Any]:
    """How a subject is called on the page, and where its forms are."""
    desk = guard.desk_of(request)
    stream = about.stream or UUID(int=0)
    if owner == EMPLOYEE:
        name = desk.ledger.person(stream)["name"]
        return {"name": name, "address": f"/catat/orang/{stream.hex}"}
    fields = desk.units().described(stream, desk.today()) or {}
    return {"name": fields.get("name"), "address": f"/catat/unit/{stream.hex}"}


# ----------------------------------------------------------------------------------------- the form


@router.get("/catat/orang/{pid}/{kind}")
def person_form(
    request: Request,
    person: AboutPerson,
    desk: DeskHere,
    kind: KindName,
    case: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """An empty form about somebody; of a step of a case that is named, it says which."""
    about = about_person(desk, request, person)
    given = {} if case is None else _of_case(desk, person, kind, case)
    return _form(request, person.reader, _kind(person.reader, EMPLOYEE, kind, about), about, given)


def _of_case(desk: DeskHere, person: PersonRead, kind: str, named: str) -> dict[str, str]:
    """What a form says already of a case: as it stands today.

    Raises:
        NotThere: the reader may see no cases of this person. CaseUnknown.
    """
    if not guard.may_see(person, Action.READ_CASES):
        raise NotThere(
            "There is no such case, or none that you may see.",
            next_step="Leave the case out of the address, and name it in the form.",
        )
    asked = cases.when(desk, None, None, None)
    return case_view.filled(kind, cases.whole(desk, person.stream, named, asked, named=False))


@router.post("/catat/orang/{pid}/{kind}")
def person_filled(
    request: Request, person: AboutPerson, desk: DeskHere, kind: KindName, given: Filled
) -> Response:
    """A filled form about somebody: looked at first, then recorded or proposed."""
    about = about_person(desk, request, person)
    found = _kind(person.reader, EMPLOYEE, kind, about)
    return _sent(request, person.reader, found, about, given)


@router.get("/catat/unit/{code}/{kind}")
def unit_form(request: Request, unit: AboutUnit, desk: DeskHere, kind: KindName) -> Response:
    """An empty form about a unit."""
    about = about_unit(desk, request, unit)
    return _form(request, unit.reader, _kind(unit.reader, ORG_UNIT, kind, about), about, {})


@router.post("/catat/unit/{code}/{kind}")
def unit_filled(
    request: Request, unit: AboutUnit, desk: DeskHere, kind: KindName, given: Filled
) -> Response:
    """A filled form about a unit."""
    about = about_unit(desk, request, unit)
    found = _kind(unit.reader, ORG_UNIT, kind, about)
    return _sent(request, unit.reader, found, about, given)


def _kind(reader: Reader, owner: str, name: str, about: About) -> Kind:
    """A kind that the reader may state about this subject.

    Raises:
        NotThere: there is none, or it is not his.
    """
    found = kinds(owner).get(name)
    if found is None or found.founds or not policy.may(reader, found.right, about.target):
        raise NotThere(
            "There is no such form, or none for you.", next_step="The page Catat lists yours."
        )
    return found


def _parts(kind: Kind) -> list[Column]:
    """What is filled in: all but whose it is, which the address says."""
    left_out = {"nip", "unit"} if kind.fact != "position" else {"nip"}
    if kind.fact == "unit":
        left_out.add("code")
    return [part for part in columns(kind.fact) if part.field not in left_out]


def _form(
    request: Request,
    reader: Reader,
    kind: Kind,
    about: About,
    given: Mapping[str, str],
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    would: Mapping[str, Any] | None = None,
    fault: LedgerError | None = None,
) -> Response:
    desk = guard.desk_of(request)
    version = desk.version_of(about.stream) if about.stream is not None else 0
    parts = _parts(kind)
    lang = shell_of(request).lang
    wrong = placed(errors, parts, lang)
    shown = {
        "kind": {"name": kind.name, "fact": kind.fact, "own": kind.own},
        "called": _called(request, kind.spec.owner, about),
        "parts": [field(part, given, wrong, lang) for part in parts],
        "errors": wrong,
        "summary": [one | {"message": f"{one['label']}: {one['message']}"} for one in wrong],
        "fault": fault,
        "would": would,
        "alone": any(policy.may(reader, one, about.target) for one in kind.alone),
        "version": given.get("_versi") or str(version),
        "reason": given.get("_alasan", ""),
    }
    return page(request, "catat-isi.html", shown, status=_REFUSED if errors or fault else 200)


def _sent(
    request: Request, reader: Reader, kind: Kind, about: About, given: dict[str, str]
) -> Response:
    """What became of a filled form: faults beside their fields, what it would do, or done."""
    desk = guard.desk_of(request)
    allowed = {part.field for part in _parts(kind)}
    body, wrong = read_values(kind.fact, {k: v for k, v in given.items() if k in allowed})
    if wrong:
        errors = [error_object(one) for one in wrong]
        return _form(request, reader, kind, about, given, errors=errors)
    dry = given.get("_langkah") != "catat"
    versions = commanding.expected(f'"{given.get("_versi", "")}"')
    reason = given.get("_alasan", "").strip() or None

    def do() -> Told:
        author = Author(desk, guard.standing_of(request), reader)
        return stating.state(author, kind, about, row, dry=dry, reason=reason)

    try:
        row = stating.row_of(kind, about, body)
        command = {"do": "state", "about": about.stream, "kind": kind.name, "row": row}
        sent = SentAfter(versions, _key(command, given), dry)
        done = commanding.run(
            desk, sent, do, actor=reader.account, said=command, about=about.stream
        )
    except FactRefused as fault:
        wrong_parts: Any = fault.details["errors"]
        return _form(request, reader, kind, about, given, errors=wrong_parts)
    except LedgerError as fault:
        return _form(request, reader, kind, about, given, fault=fault)
    if dry and done.result is not None:
        found = done.result.recorded
        would = stating.after_it(found)
        would["needs_second"] = stating.needs_second(reader, kind, about, found)
        return _form(request, reader, kind, about, given, would=would)
    shown = {
        "kind": {"name": kind.name, "fact": kind.fact, "own": kind.own},
        "called": _called(request, kind.spec.owner, about),
        **commanding.told(desk, done),
    }
    return page(request, "catat-selesai.html", shown)


def _key(said: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """A form sent twice is one command: the same content, decided on the same version."""
    whole = canonical_bytes([dict(said), given.get("_versi", "")])
    return "form-" + hashlib.sha256(whole).hexdigest()


# ---------------------------------------------------------------------------------- second person


@router.get("/catat/usulan/{ident}")
def proposal(
    request: Request, reader: Waiter, ident: Ident, purpose: guard.Purpose = None
) -> Response:
    """A fact that waits, for whoever may confirm or reject it."""
    return _proposal(request, reader, ident, purpose)


def _proposal(
    request: Request,
    reader: Reader,
    ident: int,
    purpose: ReadingPurpose | None,
    fault: LedgerError | None = None,
) -> Response:
    desk = guard.desk_of(request)
    standing = guard.standing_of(request)
    one = finding.proposal(request, reader, ident, purpose)
    shown = proposals.shown(desk, standing, reader, one)
    fact = looked_at(request, reader, one, purpose)
    if fact is not None:
        fact["said"] = said(one.command, fact["fields"], shell_of(request).lang)
    data = {
        "proposal": shown,
        "fact": fact,
        "fault": fault,
        "whose": proposals.whose(desk, standing, reader, one),
    }
    return page(request, "catat-usulan.html", data, status=200 if fault is None else _REFUSED)


@router.post("/catat/usulan/{ident}/setuju")
def confirm(
    request: Request,
    reader: Waiter,
    desk: DeskHere,
    ident: Ident,
    purpose: guard.Purpose = None,
) -> Response:
    """Confirm what somebody else proposed."""
    confirmable(request, reader, desk, ident)
    try:
        proposing.carry_out(desk.ledger, ident, actor=reader.account, at=desk.now())
    except LedgerError as fault:
        return _proposal(request, reader, ident, purpose, fault)
    return _there(request, f"/catat/usulan/{ident}")


@router.post("/catat/usulan/{ident}/tolak")
def reject(
    request: Request, reader: Waiter, desk: DeskHere, ident: Ident, alasan: Text = ""
) -> Response:
    """Reject it, or withdraw one's own."""
    closable(request, reader, desk, ident, also_own=True)
    proposing.reject(desk.ledger, ident, actor=reader.account, reason=alasan.strip() or None)
    return _there(request, f"/catat/usulan/{ident}")
