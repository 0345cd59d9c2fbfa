"""The look: contrast that was measured, few bytes, nothing from elsewhere, no style in the markup."""

import re
from pathlib import Path

import pytest

from api.web import assets
from api.web.formats import Lang
from api.web.render import environment
from tests.web.gallery import ZONE, gallery

WEB = Path(assets.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHEET = (WEB / "static" / "ledger.css").read_text("utf-8")
SCHEMES = [
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\n\s*\}", SHEET, re.DOTALL)[:2]
]
TEXT = {
    "ink": "paper sheet sunk sea-soft heat-1 heat-2 heat-3 care-soft bad-soft good-soft",
    "muted": "paper sheet sunk",
    "sea": "paper sheet sunk sea-soft",
    "on-sea": "sea",
    "care": "sheet care-soft",
    "bad": "sheet bad-soft",
    "good": "sheet good-soft",
    "past": "sheet past-soft",
    "sheet": "bad",
    "on-heat": "heat-4 heat-5",
}
SHAPES = {
    "rule": "paper sheet sunk",
    "bar": "sheet track",
    "bar-bad": "sheet track",
    "bar-2": "sheet",
    "bar-3": "sheet",
    "focus": "paper sheet sunk",
    "past": "sheet sea-soft",
    "care": "sheet",
}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)])
@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_colours_can_be_told_apart(
    scheme: dict[str, str], pairs: dict[str, str], least: float
) -> None:
    """Text stands out 4.5 to 1 and meaningful shapes 3 to 1, in light and dark."""
    for one, grounds in pairs.items():
        for ground in grounds.split():
            ratio = contrast(scheme[one], scheme[ground])
            assert ratio >= least, f"{one} on {ground}: {ratio:.2f}"


def test_dark_has_every_colour_of_light() -> None:
    """No colour of one scheme is left over in the other."""
    light, dark = SCHEMES
    assert set(light) == set(dark)


def test_what_every_page_loads_is_small() -> None:
    """Stylesheet, module and mark leave most of the 150 KB of a first load to the page."""
    assert sum(len(one.body) for one in assets.assets().values()) < 48_000


def test_nothing_comes_from_elsewhere() -> None:
    """No file that a page loads names another host, but for the name space of SVG."""
    for one in assets.assets().values():
        hosts = set(re.findall(rb"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", one.body))
        assert hosts <= {b"http://www.w3.org/2000/svg"}, one.name


def test_an_address_holds_the_digest_of_what_it_serves() -> None:
    """A changed file has another address, so the old one may be kept for ever."""
    for name, one in assets.assets().items():
        assert one.digest in assets.address(name)
        assert len(one.digest) == 16


@pytest.mark.parametrize("banned", [r"\sstyle=", r"\son[a-z]+=", r"<style", r"\|\s*safe\b"])
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda one: one.name)
def test_templates_hold_no_style_and_no_script(path: Path, banned: str) -> None:
    """The policy of the site would refuse them, and nothing passes unescaped."""
    assert not re.search(banned, path.read_text("utf-8"))


@pytest.mark.parametrize("lang", list(Lang))
def test_every_component_is_drawn_in_both_languages(lang: Lang) -> None:
    """The gallery renders strictly, escapes what came from outside, and says its language."""
    whole = gallery(lang)
    assert f'<html lang="{lang.value}">' in whole
    assert "<script>alert" not in whole
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in whole
    assert whole == gallery(lang)


def test_every_template_compiles() -> None:
    """No template of the package is broken."""
    made = environment(Lang.ID, ZONE)
    names = made.list_templates(extensions=["html"])
    assert "base.html" in names
    assert "macros.html" in names
    for name in names:
        assert made.get_template(name) is not None
