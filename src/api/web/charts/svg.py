"""SVG elements as text: escaped, in the order given, numbers as exact decimals.

A drawing is as wide as its place: horizontal places are percentages, vertical ones pixels, so that
text keeps its size on a phone. Colours are classes of the stylesheet, so that screen, dark and
print differ in one place and no style stands in the markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from markupsafe import Markup, escape

from ledger.canonical import decimal_text

_HUNDRED: Final = Decimal(100)
# A thousandth of a percent of a wide screen is a fiftieth of a pixel.
_GRAIN: Final = Decimal("0.001")

Attribute = str | int | Decimal | None


def text_of(value: Decimal) -> str:
    """A place in a drawing as short text."""
    return decimal_text(value.quantize(_GRAIN, ROUND_HALF_EVEN))


def percent(share: Decimal) -> str:
    """A share of the width, 0.25 as 25%."""
    return text_of(share * _HUNDRED) + "%"


def el(name: str, /, *children: str | Markup, **attributes: Attribute) -> Markup:
    """An element; `class_` and `aria_label` lose or change their underscore, None is left out."""
    written = [name]
    for key, value in attributes.items():
        if value is not None:
            shown = text_of(value) if isinstance(value, Decimal) else str(value)
            written.append(f'{key.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    inside = Markup("").join(children)
    opened = " ".join(written)
    # Built of escaped parts only.
    return Markup(f"<{opened}>{inside}</{name}>")  # noqa: S704


def linked(href: str | None, *children: Markup) -> Markup:
    """The children, within a link if there is somewhere to go."""
    inside = Markup("").join(children)
    return inside if href is None else el("a", inside, href=href)


def drawing(
    ident: str, title: str, desc: str, height: int, parts: Iterable[Markup], *, links: bool = False
) -> Markup:
    """A whole drawing with its title and description; one with links is a group, not an image."""
    return el(
        "svg",
        el("title", title, id=f"{ident}-t"),
        el("desc", desc, id=f"{ident}-d"),
        *parts,
        role="group" if links else "img",
        aria_labelledby=f"{ident}-t",
        aria_describedby=f"{ident}-d",
        width="100%",
        height=height,
    )


def cell(title: str, height: int, parts: Iterable[Markup]) -> Markup:
    """A drawing inside a table whose other cells say the same: a reader of the screen skips it."""
    return el(
        "svg",
        el("title", title),
        *parts,
        aria_hidden="true",
        width="100%",
        height=height,
    )
