"""Every page of the site: nothing that axe finds, nothing sideways, nothing in the console."""

from __future__ import annotations

import pytest

from tests.e2e.addresses import LEADING, STOPS, UNDER_WAY, Stop, filled, routes
from tests.e2e.site import DESK, PHONE, House, violations, wide

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
