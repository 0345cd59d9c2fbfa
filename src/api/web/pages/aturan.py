"""Aturan: instruments, their versions side by side, and trying a change of one."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from api.access import policy
from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader
from api.http import guard
from api.http.guard import DeskHere
from api.http.routes.rules import Name, ReadsRules, Tries, Trying, at_of, tried
from api.queries import enacting, rules
from api.web import formats, rule_words
from api.web.charts.chart import Pen
from api.web.moments import PageWhens
from api.web.render import page, shell_of
from api.web.words import refusal_said
from ledger.canonical import decimal_text
from ledger.errors import LedgerError

router = APIRouter()
_FIELD = "p."  # before the path of a parameter, in the form of what is tried
# What a person who tries a change mends himself; any other refusal is a page of its own.
_MENDED = frozenset({"misused", "parameter_unknown", "value_refused", "instrument_refused"})


def pen_of(request: Request) -> Pen:
    """How this page writes."""
    shell = shell_of(request)
    return Pen(shell.lang, shell.site.zone)


@router.get("/aturan")
def instruments(request: Request, reader: ReadsRules, desk: DeskHere, when: PageWhens) -> Response:
    """Every instrument with its texts, and the drafts at hand."""
    shown = rules.listed(desk.ledger, at_of(request, when))
    names = sorted({one["instrument"] for one in shown["instruments"]})
    groups = [
        {
            "instrument": name,
            "texts": [one for one in shown["instruments"] if one["instrument"] == name],
        }
        for name in names
    ]
    for one in shown["drafts"]:
        one["address"] = f"/aturan/{one['name']}"
    at_hand = [one for one in shown["drafts"] if one["enacted"] is None]
    data = {**shown, "groups": groups, "at_hand": at_hand, "may_propose": _proposes(reader)}
    return page(request, "aturan.html", data)


def _proposes(reader: Reader) -> bool:
    return policy.may(reader, Action.PROPOSE_RULES)


@router.get("/aturan/{name}/coba")
def try_out(
    request: Request,
    name: Name,
    reader: Tries,
    desk: DeskHere,
    when: PageWhens,
    changes: Annotated[list[str] | None, Query(alias="set", max_length=40)] = None,
    person: Annotated[str, Query(max_length=40)] = "",
    unit: Annotated[str, Query(max_length=200)] = "",
    run: Annotated[str, Query(max_length=4)] = "",
    purpose: guard.Purpose = None,
) -> Response:
    """Other parameters in the place of those in force, and what they would do; stored nowhere."""
    at = at_of(request, when)
    shown = rules.instrument_shown(desk.ledger, at, name)
    given = [one for one in changes or [] if one.strip()]
    if any(key.startswith(_FIELD) for key in request.query_params):
        return _canonical(request, shown, given)
    found, errors = None, []
    if given or run:
        try:
            trying = Trying(
                changes=given, text=None, person=UUID(person) if person else None, unit=unit or None
            )
            found = tried(request, name, reader, when, trying, purpose)
        except LedgerError as fault:
            if fault.code not in _MENDED:
                raise
            errors = [{"field": "set", **refusal_said(shell_of(request).lang, fault)}]
        except ValueError:
            told = pen_of(request).say("Id pegawai itu tidak dapat dibaca.")
            errors = [{"field": "person", "message": told}]
    fields = _fields(pen_of(request), shown, given)
    offered = {one["at"] for group in fields for one in group["fields"]}
    kept = [("set", one) for one in given if one.partition("=")[0] not in offered]
    data = {
        **shown,
        "name": name,
        "kept": kept,
        "person": person,
        "unit": unit,
        "errors": errors,
        "found": found,
        "fields": fields,
        "effect": None if found is None else _effect(pen_of(request), found),
    }
    return page(request, "aturan-coba.html", data)


def _canonical(request: Request, shown: dict[str, Any], given: list[str]) -> Response:
    """The address that says only what is changed: the one to share."""
    query = request.query_params
    old = {one["at"]: one["value"] for one in shown["parameters"]}
    offered = {key.removeprefix(_FIELD): text.strip() for key, text in query.items()}
    changed = [
        f"{where}={text.replace(',', '.')}"
        for where, text in offered.items()
        if where in old and text and text.replace(",", ".") != old[where]
    ]
    others = [one for one in given if one.partition("=")[0] not in offered]
    kept = [(key, query[key]) for key in ("person", "unit", "as_of", "purpose") if query.get(key)]
    pairs = [*kept, *(("set", one) for one in (*changed, *others)), ("run", "1")]
    address = f"{request.url.path}?{urlencode(pairs)}"
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


def _fields(pen: Pen, shown: dict[str, Any], given: list[str]) -> list[dict[str, Any]]:
    """The numbers of a text, by the line of the score in which they stand, each to be changed."""
    told = dict(one.partition("=")[::2] for one in given)
    found = []
    for line in shown["formulas"]:
        below = [
            {
                **one,
                "now": told.get(one["at"], one["value"]),
                "label": _short(pen, one["at"], line),
                **_ruler(one["value"]),
            }
            for one in shown["parameters"]
            if one["at"].startswith(line["at"] + ".")
            and isinstance(one["value"], str)
            and _is_number(one["value"])
        ]
        own = {id(one): one for one in below if not _deeper(one["at"], line, shown)}
        if own:
            whom = rule_words.value(pen, line["position_kind"] or line["employment"] or [])
            found.append({"measure": line["measure"], "for": whom, "fields": list(own.values())})
    return found


def _ruler(value: str) -> dict[str, str]:
    """How far and in what steps a number is moved: up to twice itself, by its last decimal, of a
    whole number by one. Any other number may be typed.
    """
    now = abs(formats.exact(value))
    step = Decimal(1).scaleb(min(int(now.as_tuple().exponent), 0))
    return {"step": decimal_text(step), "most": decimal_text(max(2 * now, 10 * step))}


def _deeper(where: str, line: dict[str, Any], shown: dict[str, Any]) -> bool:
    """Whether a parameter belongs to a line below this one."""
    return any(
        other["at"].startswith(line["at"] + ".") and where.startswith(other["at"] + ".")
        for other in shown["formulas"]
    )


def _short(pen: Pen, where: str, line: dict[str, Any]) -> str:
    """A parameter's place below its line, in words; of a table of points only its codes."""
    steps = where.removeprefix(line["at"] + ".").split(".")
    told = [pen.code(one, "part") for one in (steps[1:] if len(steps) > 1 else steps)]
    return " \u203a ".join(told)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).lstrip("-").isdigit()


def _effect(pen: Pen, found: dict[str, Any]) -> dict[str, Any]:
    """What was found, as charts take it."""
    if "moved" not in found:
        top = [one for one in found["measures"] if "/" not in one["measure"]]
        rows = [
            {
                "label": pen.code(one["measure"], "measure"),
                "points": one["difference"],
                "before": one["from"],
                "after": one["to"],
            }
            for one in top
        ]
        return {"person": True, "rows": rows}
    before, after = found["from"] or {}, found["to"]
    most = after["people"] or 1
    bands = dict.fromkeys((*before.get("bands", {}), *after["bands"]))
    sides = [(pen.say("sekarang"), before.get("bands", {})), (pen.say("coba"), after["bands"])]
    bars = [
        {
            "label": f"{pen.code(band, 'band')}, {label}",
            "points": str(counts.get(band, 0)),
            "max": str(most),
            "level": int(place),
        }
        for band in reversed(list(bands))
        for place, (label, counts) in enumerate(sides)
    ]
    table = [
        {
            "label": pen.code(band, "band"),
            "before": before.get("bands", {}).get(band, 0),
            "after": after["bands"].get(band, 0),
            "moved": str(after["bands"].get(band, 0) - before.get("bands", {}).get(band, 0)),
        }
        for band in reversed(list(bands))
    ]
    return {"person": False, "bars": bars, "rows": table}


@router.get("/aturan/{name}")
def instrument(
    request: Request,
    name: Name,
    reader: ReadsRules,
    desk: DeskHere,
    when: PageWhens,
    which: Annotated[str, Query(alias="teks", max_length=200)] = "",
) -> Response:
    """One instrument: its text in words, how sure each number is, and its versions side by side."""
    shown = rules.instrument_shown(desk.ledger, at_of(request, when), name, which or None)
    pen = pen_of(request)
    lines = [
        {
            **one,
            "words": rule_words.sentence(pen, one["formula"]),
            "tables": rule_words.tables(pen, one["formula"]),
            "singles": rule_words.singles(pen, one["formula"]),
            "for": rule_words.value(pen, one["position_kind"] or one["employment"] or []),
        }
        for one in shown["formulas"]
    ]
    compared = [
        {
            "at": one["at"],
            "cells": [
                None if cell is None else {**cell, "said": rule_words.value(pen, cell["value"])}
                for cell in one["values"]
            ],
        }
        for one in shown["compared"]
    ]
    data = {
        **shown,
        "name": name,
        "lines": lines,
        "compared": compared,
        "version": enacting.version(desk),
        "may_propose": _proposes(reader),
        "may_try": may_at_all(reader, Action.TRY_RULES),
    }
    return page(request, "aturan-satu.html", data)
