"""The timeline of a case: steps with the day they were due and the day they were taken, and the
time in which a sanction was in force, a row each.

The table says every day; the drawing in each row only shows it on one axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from api.web.charts import ruled
from api.web.charts.chart import Chart, Pen
from api.web.charts.scale import Scale, day_scale
from api.web.charts.steps import axis_of_days
from api.web.charts.svg import cell, el, percent

_HEIGHT: Final = 34
_MIDDLE: Final = 17

Row = Mapping[str, Any]


def timeline(pen: Pen, title: str, rows: Sequence[Row], *, as_of: str) -> Chart:
    """A row is {label} with any of `on` (day taken), `due` (last day for it), `from` and `until`
    (time in force, `until` exclusive and None while it lasts), `href`, `note`, `overdue`.
    """
    days = [
        date.fromisoformat(one[key])
        for one in rows
        for key in ("on", "due", "from", "until")
        if one.get(key)
    ]
    days.append(date.fromisoformat(as_of))
    across = day_scale(min(days), max(days), start="0.02", end="0.98")
    axis = cell(title, 24, axis_of_days(pen, across, min(days), max(days), top=0, text=18))
    drawn = el("span", pen.say("Gambar"), class_="sr") + axis
    heads = (
        (pen.say("Langkah"), None),
        (drawn, "cell-bar"),
        (pen.say("Tanggal"), None),
        (pen.say("Batas waktu"), None),
    )
    lines = [_row(pen, across, one, as_of) for one in rows]
    return Chart("timeline", title, ruled.table(title, "case-line", heads, lines))


def _row(pen: Pen, across: Scale, one: Row, as_of: str) -> Markup:
    overdue = bool(one.get("overdue"))
    parts = [_at("line", across, as_of, class_="now", y1=0, y2=_HEIGHT)]
    if one.get("from"):
        parts.append(_span(across, one["from"], one.get("until") or as_of))
    if one.get("due"):
        parts.append(_at("line", across, one["due"], class_="due", y1=4, y2=_HEIGHT - 4))
        if one.get("on") or overdue:
            parts.append(_wait(across, one["due"], one.get("on") or as_of, overdue=overdue))
    if one.get("on"):
        x = percent(across.at(date.fromisoformat(one["on"]).toordinal()))
        kind = "dot overdue" if overdue else "dot"
        dot = el("circle", class_=kind, cx=x, cy=_MIDDLE, r=6)
        parts.append(dot)
    drawn = cell(str(one["label"]), _HEIGHT, parts)
    dates = (_taken(pen, one), "when"), (_due(pen, one, overdue=overdue), "when")
    return ruled.line(one, (drawn, "cell-bar"), *dates)


def _taken(pen: Pen, one: Row) -> str:
    if one.get("from"):
        end = pen.day(one["until"]) if one.get("until") else pen.say("sekarang")
        return f"{pen.day(one['from'])} \u2013 {end}"
    return pen.day(one["on"]) if one.get("on") else pen.say("belum")


def _due(pen: Pen, one: Row, *, overdue: bool) -> Markup | str:
    if not one.get("due"):
        return "\u2013"
    if not overdue:
        return pen.day(one["due"])
    late = el("span", pen.say("lewat"), class_="badge bad")
    return Markup("{} {}").format(pen.day(one["due"]), late)


def _at(name: str, across: Scale, on: str, **attributes: str | int) -> Markup:
    x = percent(across.at(date.fromisoformat(on).toordinal()))
    return el(name, x1=x, x2=x, **attributes)


def _span(across: Scale, first: str, last: str) -> Markup:
    start = across.at(date.fromisoformat(first).toordinal())
    end = across.at(date.fromisoformat(last).toordinal())
    return el(
        "rect",
        class_="held",
        x=percent(start),
        width=percent(max(end - start, end * 0)),
        y=_MIDDLE - 7,
        height=14,
    )


def _wait(across: Scale, due: str, on: str, *, overdue: bool) -> Markup:
    one, other = (across.at(date.fromisoformat(day).toordinal()) for day in (due, on))
    kind = "overdue" if overdue else "link"
    return el("line", class_=kind, x1=percent(one), x2=percent(other), y1=_MIDDLE, y2=_MIDDLE)
