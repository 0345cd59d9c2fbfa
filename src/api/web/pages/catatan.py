"""Catatan: one entry of the log, whatever it is about."""

from __future__ import annotations

import time
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access.policy import NOTHING, Action, Target, may
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.http import guard
from api.http.answers import answer
from api.http.guard import DeskHere, PersonRead, Purpose
from api.http.problems import NotThere
from api.queries import records
from api.web import record_view
from api.web.charts.chart import Pen
from api.web.moments import USUAL
from api.web.pages.rekam import classes_of
from api.web.render import page, shell_of
from ledger.domain.rulebook import InstrumentUnknown, NoRulesInForce
from ledger.fields import IDENTITY
from ledger.records import RecordedEvent
from projections.asking.inquiry import Ask, Asked

router = APIRouter()


class EntryRead(NamedTuple):
    """An entry that is being read, by whom, and the person it is about."""

    entry: RecordedEvent
    reader: Reader
    person: PersonRead | None


def no_entry_here() -> NotThere:
    """The one refusal for an entry that is absent and one that may not be seen."""
    return NotThere(
        "There is no such record, or none that you may see.", next_step="Check its number."
    )


def read_entry(
    request: Request,
    desk: DeskHere,
    position: Annotated[int, Path(ge=1, le=2**53)],
    purpose: Purpose = None,
) -> EntryRead:
    """A dependency: the entry of the path. About a person it is for whoever may read his record,
    and the look is logged; about a unit, the rules or anything else, for whoever may read those.
    """
    begun, reader = time.monotonic(), guard.reader_of(request)
    entry = records.entry_at(desk, position)
    kind = None if entry is None else records.kind_of(entry)
    if entry is not None and kind != records.PERSON and _open_to(request, reader, kind, entry):
        return EntryRead(entry, reader, None)
    own = entry is not None and entry.originator_id == reader.person
    # Asked before anything is told: an entry that is not there asks for a purpose too.
    why = guard.purpose_of(request, reader, reader.person if own else None, purpose)
    try:
        if entry is None or kind != records.PERSON:
            raise no_entry_here()
        stream = entry.originator_id
        person = guard.reading(request, stream, why, Action.READ_RECORD, begun)
    except NotThere:
        guard.wait_evenly(request, begun)
        raise no_entry_here() from None
    return EntryRead(entry, reader, person)


setattr(read_entry, guard.PERMISSION, Action.READ_RECORD)


def _open_to(request: Request, reader: Reader, kind: str | None, entry: RecordedEvent) -> bool:
    desk = guard.desk_of(request)
    if kind == records.UNIT:
        target: Target = guard.standing_of(request).of_unit(entry.originator_id, desk.today())
        return may(reader, Action.READ_UNITS, target)
    if kind == records.BOOK:
        return may_at_all(reader, Action.READ_RULES)
    return may(reader, Action.READ_EVENTS, NOTHING)


@router.get("/catatan/{position}")
@router.get("/catatan/{position}.json")
def entry(
    request: Request, read: Annotated[EntryRead, Depends(read_entry)], desk: DeskHere
) -> Response:
    """One entry: what it says, both dates, where it comes from, what became of it, its proof."""
    person = read.person
    classes = frozenset[str]() if person is None else classes_of(person)
    asked = None if person is None else _asked(desk)
    shown = records.of_entry(desk, read.entry, asked, named=IDENTITY in classes, classes=classes)
    if request.url.path.endswith(".json"):
        return answer(shown)
    shell = shell_of(request)
    pen = Pen(shell.lang, shell.site.zone)
    kind, detail = record_view.told(pen, shown["entry"])
    data = {
        **shown,
        "said": kind,
        "detail": detail,
        "fields": record_view.fields(pen, shown["entry"]),
        "uses_said": [
            {
                **one,
                "name": record_view.measure_name(pen, one["measure"]),
                "why": record_view.reason(pen, one["why"]),
            }
            for one in shown["uses"]
        ],
        "may_dispute": person is not None and guard.may_see(person, Action.DISPUTE),
    }
    return page(request, "catatan.html", data)


def _asked(desk: DeskHere) -> Asked | None:
    """Today's question of the usual instrument; None where no text of it is in force."""
    try:
        return desk.resolve(Ask(USUAL))
    except (InstrumentUnknown, NoRulesInForce):
        return None
