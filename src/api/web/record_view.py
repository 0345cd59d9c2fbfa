"""The record page's answer as rows of its charts and tables, in the words of its language. Pure.

Nothing is worked out here: every number is one of the answer's own, in other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from api.outputs.papers.facts import value_words
from api.outputs.papers.field_words import field_words
from api.web import formats, words
from api.web.charts.chart import Pen

Json = Mapping[str, Any]
Rows = list[dict[str, Any]]
HOURS: Final = "JP"
# What a fact says first, in this order; the page of the entry says all of it.
_TOLD: Final = (
    "employment",
    "standing",
    "level",
    "golongan",
    "kind",
    "category",
    "predicate",
    "score",
    "value",
    "outcome",
    "state",
)
_UNTOLD_STATES: Final = frozenset(("DINILAI",))  # the usual one says nothing
_UNSAID: Final = frozenset(("keys", "title_id", "root", "replaces"))
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_LONGEST_NUMBER: Final = 9  # longer runs of digits are numbers of documents
REPLACING: Final = frozenset(("correct", "annul", "end"))


def address(position: int) -> str:
    """The page of an entry."""
    return f"/catatan/{position}"


def anchor(path: str) -> str:
    """Where the page tells of a measure."""
    return "ukuran-" + path.replace("/", "-")


def measure_name(pen: Pen, path: str) -> str:
    """A measure in words; a part after its whole."""
    return " · ".join(pen.code(one, "measure") for one in path.split("/"))


def waterfall(pen: Pen, answer: Json) -> tuple[Rows, dict[str, Any]]:
    """Rows and total of the waterfall from zero."""
    rows = [
        {
            "label": pen.code(one["measure"], "measure"),
            "points": one["points"],
            "href": "#" + anchor(one["measure"]),
            "note": pen.say("paling tinggi {n}", n=pen.number(one["max"])),
        }
        for one in answer["measures"]
    ]
    return rows, {"label": pen.say("Total"), "points": answer["total"]}


def bullets(pen: Pen, answer: Json) -> Rows:
    """A bar a measure, parts below their whole."""
    return list(_bullets(pen, answer["measures"], "", 0))


def _bullets(
    pen: Pen, measures: Sequence[Json], above: str, level: int
) -> Iterator[dict[str, Any]]:
    for one in measures:
        path = above + one["measure"]
        row = {
            "label": pen.code(one["measure"], "measure"),
            "points": one["points"],
            "max": one["max"],
            "href": "#" + anchor(path),
        }
        yield row if level == 0 else row | {"level": level}
        yield from _bullets(pen, one["measures"], path + "/", level + 1)


def blocks(pen: Pen, record: Json) -> Rows:
    """Each measure with the facts that were read for it: what counted, what did not, and why."""
    events = {one["position"]: one for one in record["events"]}
    return list(_blocks(pen, record["score"]["measures"], "", events))


def _blocks(
    pen: Pen, measures: Sequence[Json], above: str, events: Mapping[int, Json]
) -> Iterator[dict[str, Any]]:
    for one in measures:
        path = above + one["measure"]
        yield {
            "path": path,
            "id": anchor(path),
            "name": measure_name(pen, path),
            "part": bool(above),
            "points": one["points"],
            "max": one["max"],
            "rule": one["rule"],
            "cite": one["cite"],
            "mark": one["mark"],
            "whole": bool(one["measures"]),
            "uses": [use_row(pen, use, events.get(use["position"])) for use in one["facts"]],
        }
        yield from _blocks(pen, one["measures"], path + "/", events)


def use_row(pen: Pen, use: Json, event: Json | None) -> dict[str, Any]:
    """A fact that was read: what it is, whether it counted, why, both dates."""
    said, detail = ("", "") if event is None else told(pen, event)
    return {
        "fact": said,
        "detail": detail,
        "used": use["used"],
        "why": reason(pen, use["why"]),
        "position": use["position"],
        "effective_on": use["effective_on"],
        "recorded_at": use["recorded_at"],
        "href": address(use["position"]),
    }


def reason(pen: Pen, code: str) -> str:
    """Why a fact counted or not: a reason, a kind of fact, or the code that it gave."""
    kind = code.lower()
    return pen.code(kind, "fact") if words.known("fact", kind) else pen.code(code, "why")


def told(pen: Pen, event: Json) -> tuple[str, str]:
    """An event in words: its kind, and what it says first."""
    fields, sealed = event["fields"], event["sealed"]
    kind = pen.code(event["fact"], "fact")
    if event["fact"] in REPLACING and isinstance(fields.get("fact"), str):
        kind = f"{kind}: {pen.code(fields['fact'], 'fact')}"
        fields = fields.get("fields", fields)
    parts = [(sealed or {}).get("title")]
    parts += [_value(pen, name, fields[name]) for name in _TOLD if name in fields]
    if "hours" in fields:
        parts.append(f"{pen.number(fields['hours'])} {HOURS}")
    if event["fact"] == "appraisal" and "to" in fields:
        parts.append(_span(pen, fields))
    return kind, ", ".join(one for one in parts if one)


def _value(pen: Pen, name: str, value: Any) -> str:
    if name == "state" and value in _UNTOLD_STATES:
        return ""
    if name in ("score", "value"):
        return pen.number(value)
    return value_words(value)


def _span(pen: Pen, fields: Json) -> str:
    """The period of an appraisal: a whole year by its number, else its days."""
    first, last = fields.get("from"), fields["to"]
    if first and first[:4] == last[:4] and first[5:] == "01-01" and last[5:] == "12-31":
        return str(last[:4])
    return f"{pen.day(first)} \u2013 {pen.day(last)}" if first else pen.day(last)


def steps(pen: Pen, record: Json, link: Any) -> Rows:
    """Points of the step line; `link` makes the address of a day."""
    del pen
    series = record["series"]
    if series is None:
        return []
    return [
        {
            "on": one["on"],
            "total": one["total"],
            "status": one["status"],
            "range": one["range"],
            "href": link(as_of=one["on"]),
        }
        for one in (series["start"], *series["changes"])
    ]


def days(record: Json) -> list[str]:
    """The days on which something changed: the answer, or what is on record."""
    series = record["series"]
    found = {one["effective_on"] for one in record["events"] if one["effective_on"] is not None}
    if series is None:
        return sorted(found)
    first, last = series["start"]["on"], series["to"]
    found |= {one["on"] for one in (series["start"], *series["changes"])}
    return sorted(day for day in found if first <= day <= last)


def changes(pen: Pen, record: Json) -> Rows:
    """The days on which the answer changed, the newest first, each with its causes in words."""
    series = record["series"]
    if series is None:
        return []
    return [
        {
            "on": one["on"],
            "total": one["total"],
            "difference": one["difference"],
            "causes": [cause(pen, each) for each in one["causes"]],
        }
        for one in reversed(series["changes"])
    ]


def cause(pen: Pen, one: Json) -> dict[str, Any]:
    """A cause of a difference: what happened, to which fact, and the points it made; of what had no
    effect, no points and no measures.
    """
    fact = one["fact"] or one["was"]
    if fact is not None:
        about, _ = told(pen, {"fact": fact["kind"], "fields": fact["reads"], "sealed": {}})
        reads = told(pen, {"fact": fact["kind"], "fields": fact["reads"], "sealed": {}})[1]
        about = f"{about} ({reads})" if reads else about
    elif one.get("post") is not None:
        ends = (value_words(one["post"][side]) or "?" for side in ("from", "to"))
        about = " → ".join(ends)
    elif one.get("rules") is not None:
        about = " → ".join(str(one["rules"][side]) for side in ("from", "to"))
    else:
        about = ""
    return {
        "class": one["class"],
        "what": pen.code(one["what"], "what"),
        "about": about,
        "points": one.get("points"),
        "position": None if fact is None else fact["position"],
        "href": None if fact is None else address(fact["position"]),
        "measures": [measure_name(pen, move["measure"]) for move in one.get("measures", ())],
    }


def years(pen: Pen, record: Json, zone_day: Any) -> list[dict[str, Any]]:
    """Everything on record by the year in which it counts, newest first.

    Args:
        zone_day: the day that an instant is in the agency's zone.
    """
    events = {one["version"]: one for one in record["events"]}
    rows = [_line(pen, one, events, zone_day) for one in record["events"]]
    rows.sort(key=lambda one: (one["effective_on"], one["position"]), reverse=True)
    return [
        {"year": year, "rows": list(found)}
        for year, found in groupby(rows, key=lambda one: one["effective_on"][:4])
    ]


def _line(pen: Pen, event: Json, events: Mapping[int, Json], zone_day: Any) -> dict[str, Any]:
    kind, detail = told(pen, event)
    recorded = zone_day(event["recorded_at"])
    on = event["effective_on"] or event["fields"].get("effective_on") or recorded.isoformat()
    replaced = events.get(event["fields"].get("replaces", 0))
    return {
        "position": event["position"],
        "effective_on": on,
        "recorded_at": event["recorded_at"],
        "late": max((recorded - formats.as_day(on)).days, 0),
        "kind": kind,
        "detail": detail,
        "sealed": event["sealed"] is None,
        "replaced_by": event["replaced_by"],
        "replaces": None if replaced is None else replaced["position"],
        "href": address(event["position"]),
    }


def proposals(pen: Pen, record: Json) -> Rows:
    """What would raise the score: what brings most first, then what nobody can say yet."""
    advice = record["advice"]
    if advice is None:
        return []
    rows = [
        {
            "measure": measure_name(pen, one["measure"]),
            "do": pen.code(one["do"], "do"),
            "wait": one["do"] == "wait",
            "fact": ": ".join(
                part
                for part in told(pen, {"fact": one["fact"], "fields": one["fields"], "sealed": {}})
                if part
            ),
            "gain": one["gain"],
            "total": one["total"],
            "cite": one["cite"],
            "on": one["counts_from"],
        }
        for one in advice["proposals"]
    ]
    order = sorted(rows, key=lambda one: -formats.exact(one["gain"]))
    return [one for one in order if one["gain"] is not None] + [
        one for one in order if one["gain"] is None
    ]


def fields(pen: Pen, event: Json) -> list[tuple[str, str]]:
    """(name, value) of everything that an entry says, open and unsealed; ids and keys apart."""
    said = {**event["fields"]}
    nested = said.pop("fields", None)
    if isinstance(nested, Mapping):
        said |= nested
    said |= event["sealed"] or {}
    return [
        (field_name(pen, name), _whole(pen, name, value))
        for name, value in said.items()
        if name not in _UNSAID and value not in (None, "", {}, [])
    ]


def field_name(pen: Pen, name: str) -> str:
    """A field's name in words; fields are named in English."""
    words = field_words(name) if pen.lang is formats.Lang.ID else name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _whole(pen: Pen, name: str, value: Any) -> str:
    if name == "nip":
        return formats.nip(str(value))
    if name == "fact":
        return pen.code(str(value), "fact")
    if isinstance(value, str) and _DAY.fullmatch(value):
        return formats.day(value, pen.lang)
    if isinstance(value, str) and _NUMBER.fullmatch(value) and len(value) <= _LONGEST_NUMBER:
        return pen.number(value)
    return value_words(value)
