"""Perangkat Daerah: all units of a day, one of them, and the people behind its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response

from api.access.policy import Action
from api.access.readers import Reader
from api.http import coordinates, guard
from api.http.guard import DeskHere, UnitRead
from api.http.paging import Pages
from api.http.routes import units as routes
from api.queries import units
from api.queries.choices import instruments
from api.web.formats import Lang
from api.web.moments import PageAsks
from api.web.render import page, shell_of
from api.web.shell import Shell
from api.web.timebar import TWINS, time_bar
from api.web.twins import Document, twin
from api.web.words import code_said, say
from projections.asking.inquiry import Asked

router = APIRouter()
Json = dict[str, Any]
ReadUnit = Annotated[UnitRead, Depends(guard.read_unit(Action.READ_UNITS))]
ReadPeople = Annotated[UnitRead, Depends(guard.read_unit(Action.READ_RECORD))]


def suffix_of_path(request: Request) -> str | None:
    """The twin that the address asks for; a unit's code may hold a dot of its own."""
    found = request.url.path.rpartition(".")[2]
    return found if found in TWINS else None


@router.get("/opd")
@router.get("/opd.json")
@router.get("/opd.csv")
@router.get("/opd.xlsx")
@router.get("/opd.pdf")
def all_units(
    request: Request,
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_UNITS))],
    desk: DeskHere,
    asking: PageAsks,
) -> Response:
    """All units of a day with their people and means."""
    asked = desk.resolve(asking.ask())
    shown = units.listed(desk, reader, asked)
    suffix = suffix_of_path(request)
    if suffix is not None:
        listed = {**shown, "units": [one for one in shown["units"] if not one["own"]]}
        document = Document("daftar-unit", listed)
        found = twin(request, suffix, shown, document, position=shown["position"], ask=kept(asked))
    else:
        every = request.query_params.get("semua") == "1"
        top = min((one["depth"] for one in shown["units"]), default=0)
        rows = [one for one in shown["units"] if every or one["depth"] == top]
        shell = shell_of(request)
        data = {
            **shown,
            "rows": [{**one, "href": address(shell, one["id"])} for one in rows],
            "every": every,
            "time": bar(desk, asked, shown),
        }
        found = page(request, "opd.html", data)
    coordinates.say_rules(found, asked)
    return found


@router.get("/opd/{code}")
@router.get("/opd/{code}.json")
@router.get("/opd/{code}.csv")
@router.get("/opd/{code}.xlsx")
@router.get("/opd/{code}.pdf")
def one_unit(request: Request, unit: ReadUnit, desk: DeskHere, asking: PageAsks) -> Response:
    """One unit: its people, how their totals spread, its parts, and its own scores."""
    asked = desk.resolve(asking.ask())
    shown = units.of_unit(desk, unit.reader, asked, unit.stream)
    suffix = suffix_of_path(request)
    if suffix is not None:
        document = Document("unit", shown)
        found = twin(request, suffix, shown, document, position=shown["position"], ask=kept(asked))
    else:
        found = page(request, "unit.html", _unit_page(request, desk, asked, shown))
    coordinates.say_rules(found, asked)
    return found


@router.get("/opd/{code}/pegawai")
@router.get("/opd/{code}/pegawai.json")
@router.get("/opd/{code}/pegawai.csv")
@router.get("/opd/{code}/pegawai.xlsx")
@router.get("/opd/{code}/pegawai.pdf")
def people(
    request: Request,
    unit: ReadPeople,
    desk: DeskHere,
    asking: PageAsks,
    behind: routes.Behinds,
    part: Pages,
    purpose: guard.Purpose = None,
) -> Response:
    """The people behind a unit's figures; each who is shown finds the look in his access log."""
    asked = desk.resolve(routes.pinned(asking, part).ask())
    shown, cursor = routes.listed(request, unit, asked, behind.wanted, part, purpose)
    suffix = suffix_of_path(request)
    if suffix is not None:
        document = Document("daftar-pegawai", shown)
        found = twin(request, suffix, shown, document, position=shown["position"], ask=kept(asked))
    else:
        shell = shell_of(request)
        data = {
            **shown,
            "rows": [person_row(shell, one) for one in shown["members"]],
            "next": cursor,
            "back": address(shell, shown["unit"]["id"]),
            "wanted": behind.wanted,
            "time": bar(desk, asked, shown),
        }
        found = page(request, "unit-pegawai.html", data)
    coordinates.say_rules(found, asked)
    return found


def person_row(shell: Shell, line: Json) -> Json:
    """A line of a list of people with its addresses."""
    unit = line["unit"]
    return {
        **line,
        "href": address(shell, line["subject"], "/asn/"),
        "unit_name": None if unit is None else unit["name"],
        "unit_href": None if unit is None else address(shell, unit["id"]),
    }


def address(
    shell: Shell, ident: str, under: str = "/opd/", more: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The address of a unit or person on the same day, as known at the same time."""
    kept_names = ("as_of", "known_at", "position", "instrument", "purpose")
    query = [(name, shell.value(name)) for name in kept_names if shell.value(name)]
    query += more.items()
    return f"{under}{quote(ident)}" + ("?" + urlencode(query) if query else "")


def _unit_page(request: Request, desk: DeskHere, asked: Asked, shown: Json) -> Json:
    shell = shell_of(request)
    ident = shown["unit"]["id"]

    def behind(**more: str) -> str | None:
        if not shown["records"]:
            return None
        there = address(shell, ident, more=more)
        path, _, query = there.partition("?")
        return f"{path}/pegawai?{query}" if query else f"{path}/pegawai"

    bins = [
        {**one, "href": behind(**{"from": one["from"], "to": one["to"]}) if one["count"] else None}
        for one in shown["distribution"]["bins"]
    ]
    lang = shell.lang
    lacking = [
        {
            "words": code_said(lang, one["code"], "reason"),
            "on": None if one["measure"] is None else code_said(lang, one["measure"], "measure"),
            "people": one["people"],
            "href": behind(why=one["code"]),
        }
        for one in shown["lacking"]
    ]
    bands = [
        {
            "name": code_said(lang, one["band"], "band"),
            "count": one["count"],
            "href": behind(band=one["band"]) if one["count"] else None,
        }
        for one in shown["distribution"]["bands"]
    ]
    columns = [code_said(lang, one["measure"], "measure") for one in shown["columns"]]
    return {
        **shown,
        "bins": bins,
        "lacking_rows": lacking,
        "band_rows": bands,
        "heat_columns": [say(lang, "Total"), *columns],
        "heat_rows": [_heat_row(shell, shown, one) for one in shown["parts"]],
        "score_cards": [_score(lang, one) for one in shown["scores"]],
        "above_links": [{**one, "href": address(shell, one["id"])} for one in shown["above"]],
        "people_href": behind(),
        "compare_href": f"/opd/{quote(ident)}/perbandingan?instrument={shown['instrument']}",
        "time": bar(desk, asked, shown),
    }


def _heat_row(shell: Shell, shown: Json, part: Json) -> Json:
    """A part with the mean of its totals and of each measure, and how many people it has."""
    name, columns = part["name"] or part["code"], shown["columns"]
    if part["own"]:
        name = say(shell.lang, "Langsung di {unit}", unit=name)
    row = {"label": name, "href": None if part["own"] else address(shell, part["id"])}
    if part["hidden"]:
        return {**row, "cells": [{"hidden": True}] * (len(columns) + 1)}
    means = [{"value": part["means"].get(one["measure"]), "max": one["max"]} for one in columns]
    people = say(shell.lang, "{n} orang", n=part["people"])
    cells = [{"value": part["mean"], "max": shown["max"]}, *means]
    return {**row, "label": f"{name} ({people})", "cells": cells}


def _score(lang: Lang, one: Json) -> Json:
    """The unit's own score with a bar for each measure and its parts."""
    why = Counter(each["code"] for each in one["why"])
    doubts = [
        say(lang, "{reason} ({n} kali)", reason=code_said(lang, code, "reason"), n=count)
        for code, count in sorted(why.items())
    ]
    return {**one, "doubts": doubts, "bullets": list(_bullets(lang, one["measures"], 0))}


def _bullets(lang: Lang, measures: list[Json], level: int) -> Iterator[Json]:
    for one in measures:
        yield {
            "label": code_said(lang, one["measure"], "measure"),
            "points": one["points"],
            "max": one["max"],
            "level": level,
            "note": one["cite"] if level == 0 else None,
        }
        yield from _bullets(lang, one["measures"], 1)


def kept(asked: Asked) -> dict[str, object]:
    """The coordinates under which the same is shown for ever."""
    question = asked.question
    return {
        "instrument": asked.plan.instrument,
        "as_of": question.as_of.isoformat(),
        "position": question.position,
        "rules": question.rules,
    }


def bar(desk: DeskHere, asked: Asked, shown: Json) -> Any:
    """The time bar of a page about many: the slider stops at the ends of quarters."""
    today = desk.today()
    first = min(asked.question.as_of.year, today.year - 6)
    ends = [date(year, *end) for year in range(first, today.year + 1) for end in _QUARTERS]
    days = [one.isoformat() for one in (*(day for day in ends if day < today), today)]
    offered = instruments(desk, asked.question.position, asked.question.as_of)
    rules = [(one.name, one.title) for one in offered]
    return time_bar(
        {**shown, "hypothetical": asked.question.hypothetical()},
        today=today.isoformat(),
        head=desk.head(),
        days=days,
        rules=rules,
    )


_QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 31))
