"""Every component in a real browser, under the policy of the site."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from api.web.formats import Lang
from tests.web.gallery import ORIGIN, gallery, serve

WIDTHS = (320, 360, 768, 1280, 1920)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The gallery, opened; whatever the console says is a failure."""
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 1280, "height": 900}
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda fault: said.append(str(fault)))
    serve(opened, gallery(Lang.ID))
    opened.goto(f"{ORIGIN}/asn/x?as_of=2025-03-28")
    yield opened
    context.close()
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(page: Page, width: int) -> None:
    """No component breaks a rule of WCAG 2.2 AA, on phone and desk, light and dark."""
    page.set_viewport_size({"width": width, "height": 900})
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"][:90] for node in one["nodes"][:3]]) for one in found] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out(page: Page, width: int) -> None:
    """No page scrolls sideways; wide tables scroll in themselves."""
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keys_do_what_the_help_says(page: Page) -> None:
    """Slash searches, question mark helps, brackets step; none of them while typing."""
    page.locator("main").focus()
    page.keyboard.press("?")
    assert page.locator("#bantuan").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("[?")
    assert page.locator("#cari").input_value() == "[?"
    page.locator("main").focus()
    page.keyboard.press("[")
    page.wait_for_url("**as_of=2024-08-09**")
    assert page.locator(".slider input").count() == 1


def test_the_slider_jumps_between_days_of_change(page: Page) -> None:
    """One step of the slider is one day of change, and the address says so."""
    slider = page.locator(".slider input")
    assert slider.get_attribute("max") == "5"
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_url("**as_of=2020-01-01**")
    page.go_back()
    page.wait_for_url("**as_of=2025-03-28**")
    assert page.locator("h1").inner_text() == "Kenanga Senja Contoh"


def test_a_permanent_link_is_copied(page: Page) -> None:
    """The link pins day, position and rules, whatever the page's address says."""
    page.locator("[data-copy]").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "as_of=2025-03-28" in copied
    assert "position=5417" in copied
    assert "bahasa" not in copied


def test_everything_is_there_without_a_script(browser: Browser) -> None:
    """Bar, steps, charts and forms stand in the markup; the script only adds the slider."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    serve(page, gallery(Lang.ID))
    page.goto(f"{ORIGIN}/asn/x")
    assert page.locator("#tb-as-of").is_visible()
    assert page.locator("a.step[rel=prev]").get_attribute("href") is not None
    assert page.locator("figure.chart svg").count() > 8
    assert page.locator(".slider").count() == 0
    context.close()
