"""The plane of two times: to the right the legal day, upwards the day on which it became known.

Every event is a rectangle: it counted for these legal days, and it was held to be so from then
until it was replaced. What stands on the dotted slope was known on its day; what lies far above it
was late. A correction ends one rectangle and begins another beside or above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from api.web import formats
from api.web.charts.chart import Chart, Pen
from api.web.charts.scale import Scale, day_scale, day_ticks
from api.web.charts.steps import axis_of_days
from api.web.charts.svg import drawing, el, percent

_HEIGHT: Final = 360
_TOP: Final = 26
_BOTTOM: Final = 322
_ROOM: Final = (Decimal("0.05"), Decimal(14))  # of a label: share of the width, and pixels
_KINDS: Final = ("held", "replaced", "annulled")

Box = Mapping[str, Any]


def plane(
    pen: Pen,
    ident: str,
    title: str,
    boxes: Sequence[Box],
    *,
    today: str,
    as_of: str,
    known_at: str,
) -> Chart:
    """A box is {label, from, until, known_from, known_until, kind} with, if it has them, `href`:
    legal days ISO, `until` exclusive and None while it lasts; instants RFC 3339, `known_until` None
    while it is held. `kind` is held, replaced or annulled. `as_of`, `known_at`: where the page is.
    """
    columns = tuple(
        pen.say(one)
        for one in ("Catatan", "Berlaku sejak", "Sampai", "Tercatat", "Diganti", "Keadaan")
    )
    rows = tuple(_words(pen, one) for one in boxes)
    if not boxes:
        return Chart("plane", title, Markup(""), columns, rows)
    across, up, first, last = _scales(pen, boxes, today, as_of)
    bottom_day = date.fromordinal(int(up.low))
    parts = [_hatches(ident)]
    lines, labels = _grid(pen, up, bottom_day, date.fromordinal(int(up.high)))
    parts += lines
    parts += axis_of_days(pen, across, first, last, top=_BOTTOM, text=_BOTTOM + 18)
    parts.append(_slope(across, up))
    told: list[tuple[Decimal, Decimal]] = []
    over: list[Markup] = []  # labels lie above every rectangle
    for one in sorted(boxes, key=lambda box: (box["known_from"], box["label"])):
        parts.append(_box(pen, ident, across, up, one))
        over.append(_label(across, up, pen, one, told))
    parts += [*over, *labels, *_here(pen, across, up, as_of, known_at)]
    parts.append(el("text", pen.say("hari berlaku"), x="100%", y=_HEIGHT - 4, text_anchor="end"))
    parts.append(el("text", pen.say("hari tercatat"), x="0%", y=12))
    desc = pen.say("{n} catatan pada bidang hari berlaku dan hari tercatat.", n=len(boxes))
    links = any(one.get("href") for one in boxes)
    markup = drawing(ident, title, desc, _HEIGHT, parts, links=links)
    return Chart("plane", title, markup + _key(pen, ident, boxes), columns, rows)


def _key(pen: Pen, ident: str, boxes: Sequence[Box]) -> Markup:
    """What the fillings mean, of those that are there."""
    there = {_kind(one) for one in boxes}
    return el(
        "ul",
        *(
            el("li", _swatch(ident, kind), pen.code(kind, "box"))
            for kind in _KINDS
            if kind in there
        ),
        class_="key",
    )


def _swatch(ident: str, kind: str) -> Markup:
    shape = el("rect", class_=kind, fill=_fill(ident, kind), x=1, y=1, width=20, height=12)
    return el("svg", shape, width=22, height=14, aria_hidden="true")


def _kind(one: Box) -> str:
    return one["kind"] if one["kind"] in _KINDS else _KINDS[0]


def _fill(ident: str, kind: str) -> str | None:
    return None if kind == _KINDS[0] else f"url(#{ident}-{kind})"


def _words(pen: Pen, one: Box) -> tuple[str, ...]:
    lasting = pen.say("seterusnya")
    return (
        str(one["label"]),
        pen.day(one["from"]),
        pen.day(one["until"]) if one["until"] else lasting,
        formats.instant_short(one["known_from"], pen.zone, pen.lang),
        formats.instant_short(one["known_until"], pen.zone, pen.lang),
        pen.code(one["kind"], "box"),
    )


def _known(pen: Pen, at: str) -> date:
    return formats.instant_day(at, pen.zone)


def _scales(
    pen: Pen, boxes: Sequence[Box], today: str, as_of: str
) -> tuple[Scale, Scale, date, date]:
    legal = [date.fromisoformat(one[key]) for one in boxes for key in ("from", "until") if one[key]]
    legal += [date.fromisoformat(today), date.fromisoformat(as_of)]
    known = [
        _known(pen, one[key]) for one in boxes for key in ("known_from", "known_until") if one[key]
    ]
    known.append(date.fromisoformat(today))
    across = day_scale(min(legal), max(legal), start="0.07", end="0.985")
    return across, day_scale(min(known), max(known)), min(legal), max(legal)


def _y(up: Scale, on: Decimal | int) -> Decimal:
    return _BOTTOM - up.at(on) * (_BOTTOM - _TOP)


def _label(
    across: Scale, up: Scale, pen: Pen, one: Box, told: list[tuple[Decimal, Decimal]]
) -> Markup:
    """The label of a rectangle; nothing where it would lie on one of those told already."""
    start = across.at(date.fromisoformat(one["from"]).toordinal())
    low = _y(up, _known(pen, one["known_from"]).toordinal())
    if any(abs(x - start) <= _ROOM[0] and abs(y - low) <= _ROOM[1] for x, y in told):
        return Markup("")
    told.append((start, low))
    return el("text", str(one["label"]), class_="label", x=percent(start), dx=5, y=low - 5)


def _box(pen: Pen, ident: str, across: Scale, up: Scale, one: Box) -> Markup:
    start = across.at(date.fromisoformat(one["from"]).toordinal())
    end = across.at(date.fromisoformat(one["until"]).toordinal()) if one["until"] else Decimal(1)
    low = _y(up, _known(pen, one["known_from"]).toordinal())
    high = (
        _y(up, _known(pen, one["known_until"]).toordinal()) if one["known_until"] else Decimal(_TOP)
    )
    height = max(low - high, Decimal(3))
    kind = _kind(one)
    said = " \u00b7 ".join(_words(pen, one))
    shape = el(
        "rect",
        el("title", said),
        class_=kind,
        fill=_fill(ident, kind),
        x=percent(start),
        y=low - height,
        width=percent(max(end - start, Decimal("0.004"))),
        height=height,
    )
    href = one.get("href")
    return shape if href is None else el("a", shape, href=href, aria_label=said)


def _hatches(ident: str) -> Markup:
    lines = (("replaced", "hatch-line", "M0 9L9 0"), ("annulled", "hatch-bad-line", "M0 0L9 9"))
    return el(
        "defs",
        *(
            el(
                "pattern",
                el("path", class_=kind, d=drawn, fill="none"),
                id=f"{ident}-{name}",
                width=9,
                height=9,
                patternUnits="userSpaceOnUse",
            )
            for name, kind, drawn in lines
        ),
    )


def _grid(pen: Pen, up: Scale, first: date, last: date) -> tuple[list[Markup], list[Markup]]:
    """Lines, which lie under the boxes, and their labels, which lie above."""
    lines, labels = [], []
    for on, whole_year in day_ticks(first, last, 8):
        y = _y(up, on.toordinal())
        said = str(on.year) if whole_year else formats.day_short(on, pen.lang).split("\u00a0")[1]
        lines.append(el("line", class_="grid", x1="0%", x2="100%", y1=y, y2=y))
        labels.append(el("text", said, class_="over", x="0%", y=y - 3))
    lines.append(el("line", class_="axis", x1="0%", x2="100%", y1=_BOTTOM, y2=_BOTTOM))
    return lines, labels


def _slope(across: Scale, up: Scale) -> Markup:
    """Where legal day and day of knowledge are the same."""
    first, last = max(across.low, up.low), min(across.high, up.high)
    if first >= last:
        return Markup("")
    return el(
        "line",
        class_="link",
        x1=percent(across.at(first)),
        y1=_y(up, first),
        x2=percent(across.at(last)),
        y2=_y(up, last),
    )


def _here(pen: Pen, across: Scale, up: Scale, as_of: str, known_at: str) -> list[Markup]:
    x = percent(across.at(date.fromisoformat(as_of).toordinal()))
    y = _y(up, _known(pen, known_at).toordinal())
    return [
        el("line", class_="now", x1=x, x2=x, y1=_TOP, y2=_BOTTOM, stroke_dasharray="2 4"),
        el("line", class_="now", x1="0%", x2="100%", y1=y, y2=y, stroke_dasharray="2 4"),
        el("circle", el("title", pen.say("Anda di sini")), class_="dot is-now", cx=x, cy=y, r=6),
    ]
