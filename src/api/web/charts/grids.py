"""Grids: the heat table of measures by units, and the nine boxes. Both are tables first.

Each cell says its number; the tint only repeats it. A cell too small to be shown to the reader has
`hidden`, and a value that is not known says so: neither is ever empty or zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from api.web.charts.bars import exact
from api.web.charts.chart import Chart, Pen
from api.web.charts.svg import el

_TINTS: Final = 5
_SIDE: Final = 3

Cell = Mapping[str, Any]


def tint(value: Decimal, most: Decimal) -> int:
    """1 to 5: which fifth of what could be is reached."""
    share = min(max(value / most, Decimal(0)), Decimal(1)) if most else Decimal(0)
    return min(int(share * _TINTS) + 1, _TINTS)


def heat(
    pen: Pen, title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], corner: str
) -> Chart:
    """Rows {label, href?, cells}; a cell is {value, max, href?} or {hidden: True}."""
    head = Markup("").join(el("th", one, scope="col") for one in columns)
    body = Markup("").join(_heat_row(pen, row) for row in rows)
    markup = el(
        "table",
        el("caption", title, class_="sr"),
        el("thead", el("tr", el("th", corner, scope="col"), head)),
        el("tbody", body),
        class_="heat",
    )
    return Chart(
        "heat-table",
        title,
        el("div", markup, class_="scroll", role="group", aria_label=title, tabindex=0),
    )


def _heat_row(pen: Pen, row: Mapping[str, Any]) -> Markup:
    label: Markup | str = row["label"]
    if row.get("href"):
        label = el("a", label, href=row["href"])
    cells = Markup("").join(_heat_cell(pen, one) for one in row["cells"])
    return el("tr", el("th", label, scope="row"), cells)


def _heat_cell(pen: Pen, one: Cell) -> Markup:
    if one.get("hidden"):
        return el("td", pen.say("disembunyikan"), class_="hidden-cell")
    value = exact(one["value"])
    if value is None:
        return el("td", pen.number(None), class_="unknown")
    said: Markup | str = pen.number(value)
    if one.get("href"):
        said = el("a", said, href=one["href"])
    return el("td", said, class_=f"h{tint(value, Decimal(str(one['max'])))}")


def nine_box(
    pen: Pen,
    title: str,
    boxes: Sequence[Cell],
    *,
    across: Sequence[str],
    up: Sequence[str],
    names: tuple[str, str],
) -> Chart:
    """Nine boxes {column, row, count, label?, href?}; column 0 is left, row 0 is below.

    `across` and `up` name the three columns and rows, `names` what they measure.
    """
    found = {(one["column"], one["row"]): one for one in boxes}
    width, height = names
    lines = []
    for row in reversed(range(_SIDE)):
        cells = Markup("").join(_box(pen, found.get((column, row))) for column in range(_SIDE))
        lines.append(el("tr", el("th", up[row], scope="row"), cells))
    heads = Markup("").join(el("th", one, scope="col") for one in across)
    markup = el(
        "table",
        el("caption", pen.say("{up} ke atas, {across} ke kanan", up=height, across=width)),
        el("tbody", *lines),
        el("tfoot", el("tr", el("td", ""), heads)),
        class_="nine-box",
    )
    return Chart("nine", title, markup)


def _box(pen: Pen, one: Cell | None) -> Markup:
    if one is None:
        return el("td", el("b", "0"), class_="box none")
    if one["count"] is None:
        return el("td", pen.say("disembunyikan"), class_="box")
    count: Markup | str = pen.number(one["count"])
    if one.get("href"):
        count = el("a", count, href=one["href"])
    label = el("span", one["label"]) if one.get("label") else Markup("")
    return el("td", el("b", count), label, class_="box" if one["count"] else "box none")
