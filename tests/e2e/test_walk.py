"""Every page of the site: rules of access, width, console, and the numbers of its twin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.addresses import LEADING, STOPS, UNDER_WAY, Stop, filled, routes, twins
from tests.e2e.site import DESK, PHONE, House, violations, wide

POINTS = ("total", "points", "mean", "median", "difference", "sum", "average")
COUNTS = ("people", "measured", "ranked", "head", "streams", "uncovered")
# Of each twin the part whose numbers its page shows in figures and tables.
MAIN: dict[str, Callable[[Any], Any]] = {
    "/asn/{pid}": lambda twin: {name: twin["score"][name] for name in ("total", "measures")},
    "/asn/{pid}/perbandingan": lambda twin: twin,
    "/opd": lambda twin: twin["whole"],
    "/opd/{code}": lambda twin: twin["figures"],
    "/opd/{code}/pegawai": lambda twin: [{"total": one["total"]} for one in twin["members"]],
    "/talenta": lambda twin: {name: twin[name] for name in ("people", "ranked")},
    "/audit": lambda twin: twin["state"],
}
MANNERS = ((DESK, False), (PHONE, True))


def test_no_page_is_left_out() -> None:
    """Whatever the site serves is visited by these walks, or by a journey that brings it about."""
    assert routes() == {one.route for one in STOPS} | UNDER_WAY | LEADING


@pytest.mark.parametrize("stop", STOPS, ids=lambda one: one.route)
def test_axe_finds_nothing_and_nothing_sticks_out(house: House, stop: Stop) -> None:
    """No violation, nothing sideways, nothing in the console, on desktop and phone."""
    with house.visit(stop.account) as page:
        page.goto(filled(house, stop.path))
        for width, dark in MANNERS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if dark else "light")
            assert wide(page) <= width
            assert violations(page) == [], (width, dark)
        assert page.locator("h1").count() == 1
        page.set_viewport_size({"width": DESK, "height": 900})


@pytest.mark.parametrize(
    "stop", [one for one in STOPS if one.route in MAIN], ids=lambda one: one.route
)
def test_the_page_shows_the_numbers_of_its_twin(house: House, stop: Stop) -> None:
    """Totals, measures and counts of people stand on the page as the twin has them."""
    assert stop.account is not None
    address = urlsplit(filled(house, stop.path))
    with house.ask(stop.account) as client:
        twin = client.get(f"{address.path}.json?{address.query}").json()
    with house.visit(stop.account) as page:
        page.goto(filled(house, stop.path))
        shown = set(re.findall(r"[\d.,]*\d", page.locator("main").text_content() or ""))
    told = set(numbers(MAIN[stop.route](twin)))
    assert told
    assert told - shown == set()


def test_the_pages_compared_have_twins() -> None:
    """No page is compared with a twin that it does not have."""
    assert set(MAIN) <= twins()


def numbers(value: Any) -> Iterator[str]:
    """The points and counts of a JSON document as an Indonesian page writes them."""
    if isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in POINTS and isinstance(one, str) and re.fullmatch(r"-?\d+(\.\d+)?", one):
                yield one.lstrip("-").replace(".", ",")
            elif name in COUNTS and type(one) is int:
                yield f"{one:,}".replace(",", ".")
            else:
                yield from numbers(one)
