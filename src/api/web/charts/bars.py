"""Bars in a table: bullets of measures, and the waterfall from zero (or a former total) to a total.

The table is the data; the bar in each row only shows it. Labels are ordinary text, so they wrap on
a phone and are read aloud in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from api.web.charts.chart import Chart, Pen
from api.web.charts.scale import Scale, points_scale
from api.web.charts.svg import cell, el, percent

_HEIGHT: Final = 38
_MIDDLE: Final = 10
_THICK: Final = 18
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
    body = Markup("").join(_bullet(pen, scale, row) for row in rows)
    return Chart("bullets", title, _table(title, "bullets", _heads(pen), body))


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
    return _row(row, cell(f"{row['label']}: {said}", _HEIGHT, parts), said)


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
    body = [] if start is None else [_whole(pen, scale, start)]
    for i, row in enumerate(rows):
        first_row = i == 0 and start is None
        body.append(_fall(pen, scale, row, ends[i], ends[i + 1], joined=not first_row))
    foot = _whole(pen, scale, total)
    heads = _heads(pen) if start is None else (*_heads(pen)[:2], pen.say("Selisih"))
    return Chart("waterfall", title, _table(title, "waterfall", heads, Markup("").join(body), foot))


def _fall(pen: Pen, scale: Scale, row: Row, old: Decimal, new: Decimal, *, joined: bool) -> Markup:
    points = exact(row["points"])
    parts = []
    if joined:
        parts.append(_line("link", scale.at(old), 0, _MIDDLE))
    if points is None:
        parts.append(
            el("rect", class_="gap", x=percent(scale.at(old)), y=_MIDDLE, width=6, height=_THICK)
        )
    elif points:
        kind = "bar" if points > 0 else "bar-bad"
        parts.append(_bar(kind, scale, old, new, y=_MIDDLE, thick=_THICK))
    else:
        parts.append(_line("axis", scale.at(old), _MIDDLE, _MIDDLE + _THICK))
    parts.append(_line("link", scale.at(new), _MIDDLE + _THICK, _HEIGHT))
    said = pen.signed(points) if points is not None else pen.number(None)
    return _row(row, cell(f"{row['label']}: {said}", _HEIGHT, parts), said)


def _whole(pen: Pen, scale: Scale, row: Row) -> Markup:
    points = exact(row["points"])
    parts = []
    if points is not None:
        parts.append(_bar("total", scale, _ZERO, points, y=_MIDDLE, thick=_THICK))
    said = pen.number(points)
    return _row(row, cell(f"{row['label']}: {said}", _HEIGHT, parts), said)


def _heads(pen: Pen) -> tuple[str, str, str]:
    return pen.say("Ukuran"), pen.say("Gambar"), pen.say("Poin")


def _bar(kind: str, scale: Scale, one: Decimal, other: Decimal, *, y: int, thick: int) -> Markup:
    left = min(scale.at(one), scale.at(other))
    width = scale.length(one, other)
    return el("rect", class_=kind, x=percent(left), y=y, width=percent(width), height=thick)


def _line(kind: str, share: Decimal, top: int, bottom: int) -> Markup:
    return el("line", class_=kind, x1=percent(share), x2=percent(share), y1=top, y2=bottom)


def _row(row: Row, drawn: Markup, said: str) -> Markup:
    label: Markup | str = row["label"]
    if row.get("href"):
        label = el("a", label, href=row["href"])
    note = el("span", row["note"], class_="quiet note") if row.get("note") else Markup("")
    return el(
        "tr",
        el("th", label, note, scope="row"),
        el("td", drawn, class_="cell-bar"),
        el("td", said, class_="right num"),
        class_="part" if row.get("level") else None,
    )


def _table(
    title: str, kind: str, heads: tuple[str, str, str], body: Markup, foot: Markup | None = None
) -> Markup:
    name, drawn, said = heads
    return el(
        "table",
        el("caption", title, class_="sr"),
        el(
            "thead",
            el(
                "tr",
                el("th", name, scope="col"),
                el("th", el("span", drawn, class_="sr"), scope="col"),
                el("th", said, scope="col", class_="right"),
            ),
        ),
        el("tbody", body),
        el("tfoot", foot) if foot is not None else Markup(""),
        class_=f"bars {kind}",
    )
