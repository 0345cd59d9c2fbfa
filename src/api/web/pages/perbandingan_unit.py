"""Perbandingan of a unit: what its people, or the unit itself, came to, and the causes between."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.access.policy import Action
from api.desk import Desk
from api.http import coordinates, guard
from api.http.answers import answer
from api.http.guard import DeskHere, UnitRead
from api.http.routes.differences import look_at_ends
from api.queries import differences, records
from api.web.charts.chart import Pen
from api.web.pages.opd import address
from api.web.pages.perbandingan import Sides, permanent, presets, swapped
from api.web.record_view import measure_name
from api.web.render import page, shell_of
from projections.asking import inquiry
from projections.asking.inquiry import Asked

router = APIRouter()
Json = dict[str, Any]
ReadUnit = Annotated[UnitRead, Depends(guard.read_unit(Action.READ_RECORD))]


@router.get("/opd/{code}/perbandingan")
@router.get("/opd/{code}/perbandingan.json")
def compare(
    request: Request, unit: ReadUnit, desk: DeskHere, sides: Annotated[Sides, Depends()]
) -> Response:
    """Why a mean, or a unit's own score, differs between two days or two states of knowledge."""
    ends = differences.sides(desk, sides.asks)
    if inquiry.measures_units(ends[1]):
        shown = differences.of_unit(desk, ends, unit.stream)
        told = _of_unit(shown)
    else:
        look_at_ends(request, unit.reader, ends, unit.stream)
        shown = differences.of_group(desk, ends, unit.stream.hex)
        told = _of_people(shown)
    if request.url.path.endswith(".json"):
        found = answer(shown)
    else:
        found = _page(request, desk, ends, shown, told)
    coordinates.say_rules(found, ends[1])
    return found


def _of_people(shown: Json) -> Json:
    """Means of those measured, by class of cause."""
    return {
        "about": shown["unit"],
        "own": False,
        "totals": (shown["from"]["mean"], shown["to"]["mean"]),
        "change": shown["difference"]["mean"],
        "causes": [
            {"class": one["class"], "people": one["people"], "points": one["mean"]}
            for one in shown["causes"]
        ],
        "parts": [
            {"class": one["class"], "path": part["measure"], "points": part["sum"]}
            for one in shown["causes"]
            for part in one["measures"]
        ],
        "outcomes": shown["outcomes"],
    }


def _of_unit(shown: Json) -> Json:
    """The unit's own total, by class of cause."""
    return {
        "about": {"id": shown["subject"], **shown["named"]},
        "own": True,
        "totals": (shown["from"]["total"], shown["to"]["total"]),
        "change": shown["difference"],
        "causes": [
            {"class": one["class"], "people": None, "points": one["points"]}
            for one in shown["classes"]
        ],
        "parts": [
            {"class": one["class"], "path": part["measure"], "points": part["points"]}
            for one in shown["classes"]
            for part in one["measures"]
        ],
        "outcomes": None,
    }


def _page(
    request: Request, desk: Desk, ends: tuple[Asked, Asked], shown: Json, told: Json
) -> Response:
    shell = shell_of(request)
    pen = Pen(shell.lang, shell.site.zone)
    question = ends[1].question
    outcomes = told["outcomes"] or {"from": {}, "to": {}}
    data = {
        "here": shown,
        **told,
        "sides": [
            {"label": label, "total": total, "at": shown[side]}
            for label, side, total in zip(
                (pen.say("Dari"), pen.say("Ke")), ("from", "to"), told["totals"], strict=True
            )
        ],
        "waterfall": [
            {"label": pen.code(one["class"], "class"), "points": one["points"]}
            for one in told["causes"]
            if one["points"] not in (None, "0")
        ],
        "parts": [{**one, "name": measure_name(pen, one["path"])} for one in told["parts"]],
        "outcome_rows": [
            {"name": pen.code(one, "band"), "from": count, "to": outcomes["to"].get(one, 0)}
            for one, count in outcomes["from"].items()
        ],
        "back": address(shell, told["about"]["id"]),
        "presets": presets(desk, shell, ends),
        "swapped": swapped(shell),
        "fixed": shell.url(None, **permanent(ends), known_from=None, known_to=None, bahasa=None),
        "instruments": [
            (name, pen.code(name, "instrument"))
            for name, _ in records.instruments_of_people(desk, question.position, question.as_of)
        ],
        "twins": ("json",),
    }
    return page(request, "perbandingan-unit.html", data)
