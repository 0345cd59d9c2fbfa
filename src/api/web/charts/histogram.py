"""The histogram: how many people have how many points, with mean and median marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from api.web.charts.bars import exact
from api.web.charts.chart import Chart, Pen
from api.web.charts.scale import Scale, points_scale
from api.web.charts.svg import drawing, el, percent

_HEIGHT: Final = 236
_TOP: Final = 54
_BOTTOM: Final = 206
_FIRST_ROW, _ROW = 12, 16  # of the words beside mean and median
_LABELS: Final = 10  # numbers below the bars; on a narrow screen half of them
# Room between two bars, a share of the width.
_AIR: Final = Decimal("0.003")

Bin = Mapping[str, Any]


def histogram(
    pen: Pen,
    ident: str,
    title: str,
    bins: Sequence[Bin],
    *,
    mean: object = None,
    median: object = None,
) -> Chart:
    """A bin is {from, to, count} with, if it has them, `href` and `label`; bins are side by side.

    `count` None is a cell too small to be shown.
    """
    columns = (pen.say("Poin"), pen.say("Pegawai"))
    rows = tuple((_name(pen, one), _count(pen, one)) for one in bins)
    if not bins:
        return Chart("histogram", title, Markup(""), columns, rows)
    across = Scale(
        Decimal(str(bins[0]["from"])),
        Decimal(str(bins[-1]["to"])),
        Decimal("0.005"),
        Decimal("0.995"),
    )
    up = points_scale(*(exact(one["count"]) for one in bins))
    marks = _marks(pen, across, mean, median)
    # What is written last stands above the lines of the others.
    parts = [line for line, _ in marks]
    parts += [_bin(pen, across, up, one, roomy=i % 2 == 1) for i, one in enumerate(bins)]
    parts += [said for _, said in marks]
    parts.append(el("line", class_="axis", x1="0%", x2="100%", y1=_BOTTOM, y2=_BOTTOM))
    parts += _edges(pen, across, [*(one["from"] for one in bins), bins[-1]["to"]])
    links = any(one.get("href") for one in bins)
    known = sum(one["count"] for one in bins if one["count"] is not None)
    desc = pen.say("Sebaran {n} pegawai menurut poin.", n=pen.number(known))
    markup = drawing(ident, title, desc, _HEIGHT, parts, links=links)
    return Chart("histogram", title, markup, columns, rows)


def _name(pen: Pen, one: Bin) -> str:
    return str(one.get("label") or f"{pen.number(one['from'])}\u2013{pen.number(one['to'])}")


def _count(pen: Pen, one: Bin) -> str:
    return pen.say("disembunyikan") if one["count"] is None else pen.number(one["count"])


def _bin(pen: Pen, across: Scale, up: Scale, one: Bin, *, roomy: bool) -> Markup:
    low, high = Decimal(str(one["from"])), Decimal(str(one["to"]))
    left, width = across.at(low) + _AIR, max(across.length(low, high) - 2 * _AIR, _AIR)
    middle = percent(left + width / 2)
    said = f"{_name(pen, one)}: {_count(pen, one)}"
    if one["count"] is None:
        return el(
            "rect",
            el("title", said),
            class_="gap",
            x=percent(left),
            y=_BOTTOM - 10,
            width=percent(width),
            height=10,
        )
    tall = up.at(Decimal(one["count"])) * (_BOTTOM - _TOP)
    shape = el(
        "rect",
        el("title", said),
        class_="bar",
        x=percent(left),
        y=_BOTTOM - tall,
        width=percent(width),
        height=tall,
    )
    above = Markup("")
    if one["count"]:
        above = el(
            "text",
            pen.number(one["count"]),
            x=middle,
            y=_BOTTOM - tall - 4,
            text_anchor="middle",
            class_="label roomy" if roomy else "label",
        )
    href = one.get("href")
    if href is not None:
        shape = el("a", shape, href=href, aria_label=said)
    return shape + above


def _edges(pen: Pen, across: Scale, cuts: Sequence[object]) -> list[Markup]:
    """The numbers below the bars: both ends, and as many cuts between them as there is room for."""
    last = len(cuts) - 1
    every = -(-last // _LABELS)
    found = []
    for place, cut in enumerate(cuts):
        if place == last or (place % every == 0 and last - place >= every):
            anchor = "start" if place == 0 else "end" if place == last else "middle"
            near = 0 < place < last and (place // every % 2 == 1 or last - place < 2 * every)
            found.append(
                el(
                    "text",
                    pen.number(cut),
                    x=percent(across.at(Decimal(str(cut)))),
                    y=_BOTTOM + 18,
                    text_anchor=anchor,
                    class_="roomy" if near else None,
                )
            )
    return found


def _marks(pen: Pen, across: Scale, mean: object, median: object) -> list[tuple[Markup, Markup]]:
    """The lines of mean and median, and the words beside each.

    Words stand on the side where there is room, and so that no line goes through them: the one
    whose words reach over the other's line stands in the upper row, above where that line begins.
    """
    told = [
        (across.at(Decimal(str(value))), said, kind)
        for value, said, kind in (
            (mean, pen.say("rata-rata {n}", n=pen.number(mean)), "now"),
            (median, pen.say("median {n}", n=pen.number(median)), "due"),
        )
        if value is not None
    ]
    leftward = sum((share for share, _, _ in told), Decimal(0)) * 2 > len(told)
    anchor, shift = ("end", -5) if leftward else ("start", 5)
    found = []
    for row, (share, said, kind) in enumerate(
        sorted(told, key=lambda one: one[0], reverse=leftward)
    ):
        x, y = percent(share), _FIRST_ROW + row * _ROW
        line = el("line", class_=kind, x1=x, x2=x, y1=y - 8, y2=_BOTTOM)
        text = el("text", said, class_="strong", x=x, dx=shift, y=y, text_anchor=anchor)
        found.append((line, text))
    return found
