"""Charts: exact places, honest gaps, escaped words, the same bytes for the same data."""

import itertools
import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.charts.chart import Chart
from api.web.charts.drawn import Drawn
from api.web.charts.grids import tint
from api.web.charts.scale import Scale, day_scale, day_ticks, points_scale, ticks
from api.web.formats import Lang
from tests.web.gallery import DATA

DRAWN = Drawn(Lang.ID, ZoneInfo("Asia/Makassar"))
HOSTILE = '</svg><script>alert("x")</script>&\''
POINTS = st.decimals(min_value=-100, max_value=100, places=3)


def every_chart(drawn: Drawn = DRAWN) -> dict[str, Chart]:
    """One chart of each kind over the sample data."""
    total, start = {"label": "Total", "points": "58"}, {"label": "Dulu", "points": "85"}
    names = ("Potensi", "Kinerja")
    sides = ("Rendah", "Sedang", "Tinggi")
    return {
        "bullets": drawn.bullets("B", DATA["measures"]),
        "waterfall": drawn.waterfall("W", DATA["causes"], total=total, start=start),
        "step_line": drawn.step_line(
            "s", "S", DATA["points"], until="2026-10-31", most="100", as_of="2025-12-31"
        ),
        "histogram": drawn.histogram("h", "H", DATA["bins"], mean="72.46", median="75"),
        "heat": drawn.heat("P", ["A", "B", "C", "D"], DATA["heat"], "Unit"),
        "nine_box": drawn.nine_box("N", DATA["nine"], across=sides, up=sides, names=names),
        "timeline": drawn.timeline("T", DATA["case"], as_of="2025-12-31"),
        "plane": drawn.plane(
            "p",
            "D",
            DATA["boxes"],
            today="2026-10-31",
            as_of="2025-12-31",
            known_at="2026-10-31T09:00:00Z",
        ),
    }


def parsed(chart: Chart) -> ET.Element:
    """The markup as elements: it must be well formed."""
    return ET.fromstring(f"<x>{chart.markup}</x>")


def bars(chart: Chart, kind: str) -> list[tuple[Decimal, Decimal]]:
    """(left, width) in percent of the bars of a class."""
    return [
        (Decimal(one.get("x", "").rstrip("%")), Decimal(one.get("width", "").rstrip("%")))
        for one in parsed(chart).iter("rect")
        if one.get("class") == kind
    ]


@pytest.mark.parametrize("name", list(every_chart()))
def test_a_chart_is_well_formed_and_the_same_twice(name: str) -> None:
    """Equal data give equal bytes, without style or script in them."""
    one, again = every_chart()[name], every_chart()[name]
    assert one.markup == again.markup
    assert parsed(one) is not None
    assert not re.search(r"\bstyle=|\bon\w+=|<script|javascript:", str(one.markup))


@pytest.mark.parametrize("name", list(every_chart()))
def test_a_chart_has_its_data_beside_it(name: str) -> None:
    """A drawing without a table of its own brings rows; one with links is no image."""
    chart = every_chart()[name]
    inside = parsed(chart)
    assert chart.rows or inside.find(".//table/caption") is not None
    for drawing in inside.iter("svg"):
        if drawing.get("aria-hidden") == "true":
            continue
        assert drawing.find("title") is not None
        assert drawing.find("desc") is not None
        assert (drawing.find(".//a") is None) == (drawing.get("role") == "img")


@pytest.mark.parametrize("name", list(every_chart(Drawn(Lang.EN, ZoneInfo("UTC")))))
def test_an_english_chart_says_nothing_indonesian(name: str) -> None:
    """Headings and descriptions follow the language of the page."""
    chart = every_chart(Drawn(Lang.EN, ZoneInfo("UTC")))[name]
    said = " ".join([*chart.columns, str(chart.markup)])
    assert not re.search(r"belum diketahui|disembunyikan|hari berlaku|rata-rata", said)


def test_bars_are_as_long_as_their_points() -> None:
    """On a common scale to 40, twenty points are half the width and five an eighth."""
    rows = [{"label": "A", "points": "20", "max": "40"}, {"label": "B", "points": "5", "max": "25"}]
    chart = DRAWN.bullets("B", rows)
    assert bars(chart, "bar") == [(Decimal(0), Decimal(50)), (Decimal(0), Decimal("12.5"))]
    assert bars(chart, "track") == [(Decimal(0), Decimal(100)), (Decimal(0), Decimal("62.5"))]


def test_a_waterfall_begins_where_the_row_before_ended() -> None:
    """The falls lead from the former total to the new one without a gap."""
    rows = [
        {"label": "A", "points": "-15"},
        {"label": "B", "points": "-10"},
        {"label": "C", "points": "5"},
    ]
    chart = DRAWN.waterfall(
        "W", rows, total={"label": "N", "points": "80"}, start={"label": "O", "points": "100"}
    )
    assert bars(chart, "bar-bad") == [(Decimal(85), Decimal(15)), (Decimal(75), Decimal(10))]
    assert bars(chart, "bar") == [(Decimal(75), Decimal(5))]
    assert bars(chart, "total") == [(Decimal(0), Decimal(100)), (Decimal(0), Decimal(80))]


@given(st.lists(POINTS, max_size=8))
def test_a_waterfall_of_any_points_stays_within_its_place(points: list[Decimal]) -> None:
    """Whatever rises and falls, no bar leaves the drawing, and every row says its points."""
    rows = [{"label": str(i), "points": str(one)} for i, one in enumerate(points)]
    chart = DRAWN.waterfall("W", rows, total={"label": "T", "points": str(sum(points))})
    for kind in ("bar", "bar-bad", "total"):
        for left, width in bars(chart, kind):
            assert 0 <= left <= 100
            assert width >= 0
            assert left + width <= Decimal("100.002")
    assert len(parsed(chart).findall(".//tbody/tr")) == len(points)


def test_what_is_not_known_is_a_gap_and_never_a_bar() -> None:
    """Unknown points draw no bar; a measure with bounds shows them as an outline."""
    rows = [{"label": "A", "points": None, "max": "30", "range": {"from": "10", "to": "30"}}]
    bullet = DRAWN.bullets("B", rows)
    fall = DRAWN.waterfall("W", rows, total={"label": "T", "points": None})
    assert bars(bullet, "bar") == []
    assert len(bars(bullet, "range")) == 1
    assert bars(fall, "bar") == []
    assert bars(fall, "total") == []
    assert "belum diketahui" in bullet.markup
    assert "belum diketahui" in fall.markup


def test_hidden_cells_say_so_and_hold_no_number() -> None:
    """A count that may not be seen stands nowhere in the markup."""
    bins: list[dict[str, Any]] = [
        {"from": "0", "to": "50", "count": None},
        {"from": "50", "to": "100", "count": 7},
    ]
    chart = DRAWN.histogram("h", "H", bins)
    assert chart.rows[0][1] == "disembunyikan"
    assert len(bars(chart, "bar")) == 1
    assert len(bars(chart, "gap")) == 1
    assert (
        "disembunyikan"
        in DRAWN.heat("P", ["A"], [{"label": "U", "cells": [{"hidden": True}]}], "U").markup
    )


@pytest.mark.parametrize("count", [5, 10, 20, 33])
def test_numbers_below_a_histogram_have_room(count: int) -> None:
    """Both ends and at most ten between; no number stands within a twentieth of another."""
    cuts = [str(100 * place // count) for place in range(count)] + ["100"]
    bins = [{"from": low, "to": high, "count": 1} for low, high in itertools.pairwise(cuts)]
    drawn = DRAWN.histogram("h", "H", bins).markup
    places = re.findall(r'<text x="([\d.]+)%" y="224"', drawn)
    shown = [Decimal(one) for one in places]
    assert shown[0] < 1
    assert shown[-1] > 99
    assert 2 <= len(shown) <= 12
    assert all(right - left > 5 for left, right in itertools.pairwise(shown))


@pytest.mark.parametrize(("mean", "median"), [("74.5", "77.5"), ("77.5", "74.5"), ("20", "24")])
def test_no_line_goes_through_the_words_of_another(mean: str, median: str) -> None:
    """Of mean and median, the one whose words reach over the other's line stands above it."""
    drawn = DRAWN.histogram("h", "H", DATA["bins"], mean=mean, median=median).markup
    lines = {
        kind: (Decimal(x), int(y))
        for kind, x, y in re.findall(r'<line class="(now|due)" x1="([\d.]+)%".*?y1="(\d+)"', drawn)
    }
    anchors = set(re.findall(r'class="strong".*?text-anchor="(\w+)"', drawn))
    assert len(anchors) == 1
    upper = min(lines.values(), key=lambda one: one[1])
    lower = max(lines.values(), key=lambda one: one[1])
    assert (upper[0] > lower[0]) == (anchors == {"end"})


def test_nothing_to_draw_is_no_drawing() -> None:
    """Empty data give an empty chart and no error."""
    assert DRAWN.step_line("s", "S", [], until="2026-01-01").markup == ""
    assert DRAWN.histogram("h", "H", []).markup == ""
    assert (
        DRAWN.plane(
            "p", "D", [], today="2026-01-01", as_of="2026-01-01", known_at="2026-01-01T00:00:00Z"
        ).markup
        == ""
    )
    assert "<tbody" in DRAWN.bullets("B", []).markup
    assert "<tbody" in DRAWN.timeline("T", [], as_of="2026-01-01").markup


def test_words_from_outside_stay_words() -> None:
    """Names and notes are escaped wherever they stand: text, title, attribute."""
    rows: list[dict[str, Any]] = [
        {
            "label": HOSTILE,
            "points": "1",
            "max": "2",
            "note": HOSTILE,
            "href": HOSTILE,
            "on": "2024-01-01",
        }
    ]
    box = {
        "label": HOSTILE,
        "from": "2024-01-01",
        "until": None,
        "known_from": "2024-01-01T00:00:00Z",
        "known_until": None,
        "kind": HOSTILE,
        "href": HOSTILE,
    }
    charts = [
        DRAWN.bullets(HOSTILE, rows),
        DRAWN.waterfall(HOSTILE, rows, total=rows[0]),
        DRAWN.timeline(HOSTILE, rows, as_of="2024-02-01"),
        DRAWN.heat(
            HOSTILE,
            [HOSTILE],
            [
                {
                    "label": HOSTILE,
                    "href": HOSTILE,
                    "cells": [{"value": "1", "max": "2", "href": HOSTILE}],
                }
            ],
            HOSTILE,
        ),
        DRAWN.plane(
            "p",
            HOSTILE,
            [box],
            today="2024-05-01",
            as_of="2024-02-01",
            known_at="2024-03-01T00:00:00Z",
        ),
    ]
    for chart in charts:
        assert "<script" not in chart.markup
        assert chart.markup.count("<svg") == chart.markup.count("</svg>")
        assert parsed(chart) is not None


@pytest.mark.parametrize("value", ["0", "1E-12", "1000000000000", "-5", "0.333333333333333333"])
def test_extreme_values_are_drawn(value: str) -> None:
    """Nothing, almost nothing, very much and less than nothing have a place."""
    points = [{"on": "2024-01-01", "total": value, "status": "complete"}]
    line = DRAWN.step_line("s", "S", points, until="2024-01-01", as_of="2024-01-01")
    assert parsed(line).find(".//circle") is not None
    row = {"label": "A", "points": value, "max": "40"}
    assert parsed(DRAWN.bullets("B", [row])) is not None
    assert parsed(DRAWN.waterfall("W", [row], total=row)) is not None


@given(POINTS, POINTS)
def test_marks_of_an_axis_lie_on_it(one: Decimal, other: Decimal) -> None:
    """Round values, not more than asked for, all between the ends."""
    scale = points_scale(one, other)
    marks = ticks(scale)
    assert 1 <= len(marks) <= 6
    assert all(scale.low <= mark <= scale.high for mark in marks)


@given(st.dates(), st.dates())
def test_days_of_an_axis_lie_on_it(one: Any, other: Any) -> None:
    """Marks are first days of months or years between the ends, ascending and few."""
    first, last = sorted((one, other))
    marks = day_ticks(first, last)
    assert len(marks) <= 20
    assert all(first <= on <= last and on.day == 1 for on, _ in marks)
    assert list(marks) == sorted(marks)
    assert day_scale(first, last).at(first.toordinal()) == 0


def test_a_value_outside_the_axis_is_held_at_its_end() -> None:
    """A drawing is never left."""
    scale = Scale(Decimal(0), Decimal(10))
    assert [scale.at(one) for one in (-5, 5, 15)] == [0, Decimal("0.5"), 1]


@pytest.mark.parametrize(
    ("value", "fifth"),
    [("0", 1), ("4.9", 1), ("5", 2), ("24.99", 5), ("25", 5), ("99", 5), ("-1", 1)],
)
def test_tints_are_fifths_of_what_could_be(value: str, fifth: int) -> None:
    """The tint repeats the number; the most has the darkest."""
    assert tint(Decimal(value), Decimal(25)) == fifth
