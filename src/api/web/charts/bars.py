"""Bars in a table: bullets of measures, and the waterfall from zero (or a former total) to a total.

The table is the data; the bar in each row only shows it. Labels are ordinary text, so they wrap on
a phone and are read aloud in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from api.web.charts import ruled
from api.web.charts.chart import Chart, Pen
from api.web.charts.scale import Scale, points_scale
from api.web.charts.svg import cell, el, percent

_HEIGHT: Final = 38
_THICK: Final = 18
_UP: Final = "translate(0,-9)"  # half of it: y is the middle of the row
_ZERO: Final = Decimal(0)

Row = Mapping[str, Any]


def exact(value: object) -> Decimal | None:
    """Points of an answer: decimal text, or None."""
    return None if value is None else Decimal(str(value))


def bullets(pen: Pen, title: str, rows: Sequence[Row]) -> Chart:
    """One bar a measure on one common scale: what was reached, on what could be.

    A row is {label, points, max} with, if it has them, `range` {from, to}, `href`, `note`, `level`
    (1 for a part of the measure above it).
    """
    scale = points_scale(*(exact(row["max"]) for row in rows))
    lines = [_bullet(pen, scale, row) for row in rows]
    heads = _heads(pen, pen.say("Poin"))
    return Chart("bullets", title, ruled.table(title, "bullets", heads, lines))


def _bullet(pen: Pen, scale: Scale, row: Row) -> Markup:
    most, points = Decimal(str(row["max"])), exact(row["points"])
    parts = [_bar("track", scale, _ZERO, most, y=6, thick=26)]
    bounds = row.get("range")
    if points is not None:
        parts.append(_bar("bar-bad" if points < 0 else "bar", scale, _ZERO, points, y=12, thick=14))
    elif bounds:
        low, high = Decimal(str(bounds["from"])), Decimal(str(bounds["to"]))
        parts.append(_bar("range", scale, low, high, y=10, thick=18))
    parts.append(_line("axis", scale.at(most), 4, 34))
    said = pen.say("{n} dari {all}", n=pen.number(points), all=pen.number(most))
    return _line_of(row, parts, said)


def waterfall(
    pen: Pen, title: str, rows: Sequence[Row], *, total: Row, start: Row | None = None
) -> Chart:
    """How a total comes about: each row begins where the one before ended.

    A row is {label, points} with, if it has them, `href`, `note`; `points` None is drawn as a gap
    that nothing fills. `start` is a former total; without it the bars begin at zero.
    """
    first = _ZERO if start is None else (exact(start["points"]) or _ZERO)
    ends, at = [first], first
    for row in rows:
        at += exact(row["points"]) or _ZERO
        ends.append(at)
    scale = points_scale(*ends, exact(total["points"]))
    body = (
        [] if start is None else [_whole(pen, scale, start, _joint(scale.at(first), "50%", "100%"))]
    )
    for i, row in enumerate(rows):
        first_row = i == 0 and start is None
        body.append(_fall(pen, scale, row, ends[i], ends[i + 1], joined=not first_row))
    foot = _whole(pen, scale, total, _joint(scale.at(at), "0%", "50%"))
    heads = _heads(pen, pen.say("Poin"))
    if start is not None:
        heads = ((pen.say("Sebab"), None), heads[1], (pen.say("Selisih"), "right"))
    return Chart("waterfall", title, ruled.table(title, "waterfall", heads, body, foot))


def _fall(pen: Pen, scale: Scale, row: Row, old: Decimal, new: Decimal, *, joined: bool) -> Markup:
    points = exact(row["points"])
    parts = [_joint(scale.at(old), "0%", "50%")] if joined else []
    parts.append(_joint(scale.at(new), "50%", "100%"))
    if points is None:
        x = percent(scale.at(old))
        parts.append(el("rect", class_="gap", x=x, y="50%", width=6, height=_THICK, transform=_UP))
    elif points:
        kind = "bar" if points > 0 else "bar-bad"
        parts.append(_centred(kind, scale, old, new))
    else:
        parts.append(_joint(scale.at(old), "0%", "100%"))
    said = pen.signed(points) if points is not None else pen.number(None)
    return _line_of(row, parts, said)


def _whole(pen: Pen, scale: Scale, row: Row, joint: Markup) -> Markup:
    points = exact(row["points"])
    parts = [joint]
    if points is not None:
        parts.append(_centred("total", scale, _ZERO, points))
    said = pen.number(points)
    return _line_of(row, parts, said)


def _joint(share: Decimal, top: str, bottom: str) -> Markup:
    """From one row to the next: rows may be as tall as their labels."""
    return el("line", class_="link", x1=percent(share), x2=percent(share), y1=top, y2=bottom)


def _centred(kind: str, scale: Scale, one: Decimal, other: Decimal) -> Markup:
    left = min(scale.at(one), scale.at(other))
    return el(
        "rect",
        class_=kind,
        x=percent(left),
        y="50%",
        width=percent(scale.length(one, other)),
        height=_THICK,
        transform=_UP,
    )


def _heads(pen: Pen, said: str) -> tuple[ruled.Cell, ...]:
    drawn = el("span", pen.say("Gambar"), class_="sr")
    return (pen.say("Ukuran"), None), (drawn, "cell-bar"), (said, "right")


def _bar(kind: str, scale: Scale, one: Decimal, other: Decimal, *, y: int, thick: int) -> Markup:
    left = min(scale.at(one), scale.at(other))
    width = scale.length(one, other)
    return el("rect", class_=kind, x=percent(left), y=y, width=percent(width), height=thick)


def _line(kind: str, share: Decimal, top: int, bottom: int) -> Markup:
    return el("line", class_=kind, x1=percent(share), x2=percent(share), y1=top, y2=bottom)


def _line_of(row: Row, parts: list[Markup], said: str) -> Markup:
    drawn = cell(f"{row['label']}: {said}", _HEIGHT, parts)
    return ruled.line(row, (drawn, "cell-bar"), (said, "right num"))
