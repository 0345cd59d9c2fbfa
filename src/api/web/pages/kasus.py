"""Disiplin & sengketa: cases by step with their clocks, and one case with its effect on scores."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.desk import Desk
from api.http import guard
from api.http.guard import DeskHere, PersonRead
from api.naming import unit_of
from api.queries import cases, disputes
from api.queries.cases import Wanted
from api.queries.kinds import kinds
from api.queries.sight import people_in, sight
from api.web import case_view
from api.web.charts.chart import Pen
from api.web.moments import PageWhens
from api.web.render import page, shell_of
from api.web.timebar import time_bar
from api.web.twins import Document, suffix_of, twin
from ledger.access.access_entry import of_list
from ledger.events.base import EMPLOYEE

router = APIRouter()
Reads = Annotated[Reader, Depends(guard.allow(Action.READ_CASES))]
ReadCases = Annotated[PersonRead, Depends(guard.read_person(Action.READ_CASES))]
Root = Annotated[int, Path(ge=1, le=2**53)]
_FORMS = ("summons", "examination", "suspension", "sanction", "delivered", "served")
_FILED = ("objection", "appeal", "ruling")


@router.get("/kasus")
@router.get("/kasus.{suffix}")
def board(
    request: Request,
    reader: Reads,
    desk: DeskHere,
    when: PageWhens,
    unit: Annotated[str, Query(max_length=200)] = "",
    lewat: Annotated[str, Query(max_length=5)] = "",
    purpose: guard.Purpose = None,
) -> Response:
    """Cases of those whom the reader may see, by step, with their clocks; and what is contested."""
    suffix = suffix_of(request)
    why = guard.purpose_of(request, reader, None, purpose)
    asked = cases.when(desk, when.as_of, when.known_at, when.position)
    top = unit_of(desk.units(asked.position), unit, asked.as_of) if unit.strip() else None
    standing = guard.standing_of(request)
    seen = sight(desk, standing, reader, Action.READ_CASES)
    named = sight(desk, standing, reader, Action.READ_IDENTITY)
    rows = cases.listed(desk, asked, Wanted(top, None, bool(lewat)), sight=seen, named=named)
    contested = disputes.listed(
        desk, position=asked.position, everything=True, sight=seen, named=named
    )
    shown = {**cases.coordinates(desk, asked), "cases": rows, "disputes": contested}
    people = {one["subject"] for one in (*rows, *contested)}
    looks = of_list(reader.account, why, people_in(desk, sorted(people)), {"what": "cases"})
    guard.access_of(request).record(*looks)
    if suffix is not None:
        document = Document("daftar-kasus", shown)
        return twin(request, suffix, shown, document, position=asked.position, ask=_ask(shown))
    data = {
        **shown,
        "time": _bar(desk, shown),
        "columns": case_view.board(rows),
        "late": sum(one["overdue"] for one in rows),
        "unit": unit,
        "only_late": bool(lewat),
    }
    return page(request, "kasus.html", data)


@router.get("/kasus/{pid}/{root}")
@router.get("/kasus/{pid}/{root}.{suffix}")
def one(
    request: Request, person: ReadCases, root: Root, desk: DeskHere, when: PageWhens
) -> Response:
    """One case: its line of time, clocks, findings, and all instruments side by side."""
    suffix = suffix_of(request)
    asked = cases.when(desk, when.as_of, when.known_at, when.position)
    named, which = guard.may_see(person, Action.READ_IDENTITY), f"{person.stream.hex}/{root}"
    shown = cases.one(desk, person.stream, which, asked, named=named)
    shown["effect"] = cases.effect(desk, person.stream, which, asked, named=named)
    if suffix is not None:
        document = Document("kasus", shown)
        return twin(request, suffix, shown, document, position=asked.position, ask=_ask(shown))
    shell = shell_of(request)
    pen = Pen(shell.lang, shell.site.zone)
    levels, moved = case_view.effect_rows(shown["effect"])
    days = [each["on"] for each in shown["steps"]]
    data = {
        **shown,
        "time": _bar(desk, shown, days),
        "rows": case_view.timeline(pen, shown),
        "clock_rows": case_view.clock_rows(pen, shown["clocks"]),
        "levels": levels,
        "moved": moved,
        "forms": _forms(request, person),
        "next_form": case_view.FORMS.get((shown["next"] or {}).get("step", "")),
    }
    return page(request, "perkara.html", data)


def _forms(request: Request, person: PersonRead) -> list[str]:
    """The kinds of step that the reader may record or propose, where the page Catat is served."""
    if "/catat" not in request.app.state.served:
        return []
    every = kinds(EMPLOYEE)
    return [name for name in (*_FORMS, *_FILED) if guard.may_see(person, every[name].right)]


def _ask(shown: dict[str, Any]) -> dict[str, object]:
    return {"as_of": shown["as_of"], "position": shown["position"]}


def _bar(desk: Desk, shown: dict[str, Any], days: list[str] | None = None) -> Any:
    return time_bar(
        shown,
        today=desk.today().isoformat(),
        head=desk.head(),
        days=[*(days or []), desk.today().isoformat()] if days else [],
    )
