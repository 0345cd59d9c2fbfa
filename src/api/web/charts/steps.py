"""The step line: a total over time, level between the days on which something changed.

Where the total is not known there is no line but a tinted gap; where it is provisional the line is
broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup

from api.web import formats
from api.web.charts.bars import exact
from api.web.charts.chart import Chart, Pen
from api.web.charts.scale import Scale, day_scale, day_ticks, points_scale, ticks
from api.web.charts.svg import drawing, el, linked, percent

_HEIGHT: Final = 240
_TOP: Final = 22
_BOTTOM: Final = 208
_SURE: Final = "complete"

Point = Mapping[str, Any]


def step_line(
    pen: Pen,
    ident: str,
    title: str,
    points: Sequence[Point],
    *,
    until: str,
    most: object = None,
    as_of: str | None = None,
) -> Chart:
    """A point is {on, total, status} with, if it has them, `range` {from, to} and `href`: from that
    day on the total is so. `until` is the last day drawn, `most` the greatest total there can be,
    `as_of` the day the page is about.
    """
    rows = tuple(
        (pen.day(one["on"]), pen.number(one["total"]), pen.code(one["status"], "status"))
        for one in points
    )
    columns = (pen.say("Sejak"), pen.say("Total"), pen.say("Keadaan"))
    if not points:
        return Chart("step-line", title, Markup(""), columns, rows)
    first, last = date.fromisoformat(points[0]["on"]), date.fromisoformat(until)
    across = day_scale(first, last, start="0.06", end="0.985")
    up = points_scale(*(exact(one["total"]) for one in points), exact(most))
    parts = [*_grid(pen, up), *_days(pen, across, first, last)]
    ends = [*(date.fromisoformat(one["on"]) for one in points[1:]), last]
    for one, end in zip(points, ends, strict=True):
        parts.append(_tread(across, up, one, end))
    parts += [_rise(across, up, old, new) for old, new in pairwise(points)]
    if as_of is not None and first <= date.fromisoformat(as_of) <= last:
        parts += _now(pen, across, as_of)
    parts += [_dot(pen, across, up, one, as_of) for one in points if one["total"] is not None]
    links = any(one.get("href") for one in points)
    desc = pen.say(
        "Garis bertingkat dari {first} sampai {last}.", first=rows[0][0], last=pen.day(until)
    )
    markup = drawing(ident, title, desc, _HEIGHT, parts, links=links)
    return Chart("step-line", title, markup, columns, rows)


def _y(up: Scale, value: Decimal) -> Decimal:
    return _BOTTOM - up.at(value) * (_BOTTOM - _TOP)


def _x(across: Scale, on: date) -> str:
    return percent(across.at(on.toordinal()))


def _tread(across: Scale, up: Scale, one: Point, end: date) -> Markup:
    start, total = date.fromisoformat(one["on"]), exact(one["total"])
    width = percent(across.at(end.toordinal()) - across.at(start.toordinal()))
    if total is not None:
        y = _y(up, total)
        kind = "step-line" if one["status"] == _SURE else "step-line unsure"
        return el("line", class_=kind, x1=_x(across, start), x2=_x(across, end), y1=y, y2=y)
    bounds = one.get("range")
    low = Decimal(str(bounds["from"])) if bounds else up.low
    high = Decimal(str(bounds["to"])) if bounds else up.high
    top = _y(up, high)
    height = max(_y(up, low) - top, Decimal(1))
    return el("rect", class_="gap", x=_x(across, start), y=top, width=width, height=height)


def _rise(across: Scale, up: Scale, old: Point, new: Point) -> Markup:
    before, after = exact(old["total"]), exact(new["total"])
    if before is None or after is None or before == after:
        return Markup("")
    x = _x(across, date.fromisoformat(new["on"]))
    return el("line", class_="step-rise", x1=x, x2=x, y1=_y(up, before), y2=_y(up, after))


def _dot(pen: Pen, across: Scale, up: Scale, one: Point, as_of: str | None) -> Markup:
    total = Decimal(str(one["total"]))
    said = f"{pen.day(one['on'])}: {pen.number(total)}"
    dot = el(
        "circle",
        el("title", said),
        class_="dot is-now" if one["on"] == as_of else "dot",
        cx=_x(across, date.fromisoformat(one["on"])),
        cy=_y(up, total),
        r=5,
    )
    href = one.get("href")
    return linked(href, dot) if href is None else el("a", dot, href=href, aria_label=said)


def _grid(pen: Pen, up: Scale) -> list[Markup]:
    parts = []
    for mark in ticks(up):
        y = _y(up, mark)
        kind = "axis" if mark == 0 else "grid"
        parts.append(el("line", class_=kind, x1="0%", x2="100%", y1=y, y2=y))
        # Above its line, inside the drawing: no gutter is lost on a phone.
        parts.append(el("text", formats.number(mark.normalize(), pen.lang), x="0%", y=y - 4))
    return parts


def _days(pen: Pen, across: Scale, first: date, last: date) -> list[Markup]:
    return axis_of_days(pen, across, first, last, top=_BOTTOM, text=_BOTTOM + 18)


def axis_of_days(
    pen: Pen, across: Scale, first: date, last: date, *, top: int, text: int
) -> list[Markup]:
    """Marks and years below a drawing; every second one is left out where room is short."""
    parts = []
    for i, (on, whole_year) in enumerate(day_ticks(first, last)):
        x = _x(across, on)
        said = str(on.year) if whole_year else formats.day_short(on, pen.lang).split("\u00a0")[1]
        roomy = "roomy" if i % 2 else None
        parts.append(el("line", class_="axis", x1=x, x2=x, y1=top, y2=top + 5))
        parts.append(el("text", said, x=x, y=text, text_anchor="middle", class_=roomy))
    return parts


def _now(pen: Pen, across: Scale, as_of: str) -> list[Markup]:
    share = across.at(date.fromisoformat(as_of).toordinal())
    x = percent(share)
    anchor = "end" if share * 2 > 1 else "start"
    return [
        el("line", class_="now", x1=x, x2=x, y1=14, y2=_BOTTOM),
        el("text", pen.day(as_of), class_="now-text", x=x, y=10, text_anchor=anchor),
    ]
