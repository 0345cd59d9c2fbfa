"""Talenta: people ranked, with the requirements that each meets and the boxes of nine."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.http import coordinates, guard
from api.http.guard import DeskHere
from api.http.paging import Pages
from api.http.routes import talent as routes
from api.http.routes.units import pinned
from api.queries.choices import instruments
from api.web.moments import PageAsks
from api.web.pages.opd import bar, kept, person_row, suffix_of_path
from api.web.render import page, shell_of
from api.web.shell import Shell
from api.web.twins import Document, twin
from api.web.words import code_said
from ledger.domain.decision_candidates import NOT_MET
from projections.asking.inquiry import Asked

router = APIRouter()
Json = dict[str, Any]
OUTSIDE = "outside"
ROWS = 25  # of the ranking on one page


@router.get("/talenta")
@router.get("/talenta.json")
@router.get("/talenta.csv")
@router.get("/talenta.xlsx")
@router.get("/talenta.pdf")
def talent(
    request: Request,
    reader: routes.TalentReader,
    desk: DeskHere,
    asking: PageAsks,
    ranking: routes.Rankings,
    part: Pages,
    purpose: guard.Purpose = None,
) -> Response:
    """The ranking, what each meets, and the nine boxes; pinned candidates go on to a decision."""
    suffix = suffix_of_path(request)
    if suffix is None and "limit" not in request.query_params:
        part.limit = ROWS
    asked = desk.resolve(pinned(asking, part).ask())
    shown, cursor = routes.listed(request, reader, asked, ranking, part, purpose)
    if suffix is not None:
        document = Document("talenta", shown)
        found = twin(request, suffix, shown, document, position=shown["position"], ask=kept(asked))
    else:
        data = {**shown, "next": cursor, **_page(request, desk, reader, asked, ranking, shown)}
        found = page(request, "talenta.html", data)
    coordinates.say_rules(found, asked)
    return found


def _page(
    request: Request,
    desk: DeskHere,
    reader: Reader,
    asked: Asked,
    ranking: routes.Ranking,
    shown: Json,
) -> Json:
    shell, question = shell_of(request), asked.question
    offered = instruments(desk, question.position, question.as_of)
    told = [one for one in shown["requirements"] if one["requirement"] is not None]
    rows = [
        {
            **person_row(shell, one),
            "states": [_state(one["requirements"], each["name"]) for each in told],
        }
        for one in shown["candidates"]
    ]
    return {
        "rows": rows,
        "shown_requirements": told,
        "requirement_choices": [
            (one.name, one.title)
            for one in offered
            if one.requires and one.name != shown["instrument"]
        ],
        "box_cells": _cells(shell, shown["boxes"]),
        "may_draft": may_at_all(reader, Action.DRAFT_DECISION),
        "pinned": _pinned(ranking, shown),
        "time": bar(desk, asked, shown),
    }


def _state(states: Json, name: str) -> str | None:
    """What a requirement says of somebody; of whoever is outside its instrument's population that,
    or that nobody knows.
    """
    if name in states:
        return str(states[name])
    whole = states.get(name.partition("/")[0])
    return OUTSIDE if whole == NOT_MET else whole


def _cells(shell: Shell, boxes: Json | None) -> list[Json]:
    """The nine boxes with the address of those in each."""
    return [
        {
            "row": one["row"],
            "column": one["column"],
            "count": one["count"],
            "label": code_said(shell.lang, one["box"], "talent"),
            "href": shell.url(box=one["box"], cursor=None) if one["count"] else None,
        }
        for one in (boxes or {"cells": []})["cells"]
    ]


def _pinned(ranking: routes.Ranking, shown: Json) -> list[tuple[str, str]]:
    """What a draft of a decision is begun with: the same question, so that it pins these ranks."""
    pairs = [
        ("instrument", shown["instrument"]),
        ("as_of", shown["as_of"]),
        ("tie_rule", shown["tie_rule"]),
        *(("require", name) for name in ranking.require),
    ]
    return pairs if ranking.unit is None else [*pairs, ("unit", ranking.unit)]
